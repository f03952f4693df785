import CLinux

/// A file with the process id that no two processes hold: the lock on it (flock(2)) ends with the process, so one that
/// was left behind by a crash is taken over.
package final class PidFile {
    private let path: String
    private let descriptor: FileDescriptor

    /// Writes the process id. After `daemonise`, which changes it.
    ///
    /// - Throws: EAGAIN when another process holds the file, EACCES and the like with the path.
    package init(_ path: String) throws(LinuxError) {
        let locked = try checked(path.withCString { tko_storage_lock($0) }, "lock \(path)")
        self.path = path
        descriptor = FileDescriptor(owning: locked)
        try checked(tko_storage_truncate(descriptor.rawValue), "truncate \(path)")
        try writeAll(Array("\(tko_process_id())\n".utf8).span, to: descriptor.rawValue, path)
    }

    /// Removes the file if it is still the one that is held.
    deinit {
        path.withCString { path in
            if tko_storage_is_same(descriptor.rawValue, path) == 1 { _ = tko_storage_unlink(path) }
        }
    }
}
