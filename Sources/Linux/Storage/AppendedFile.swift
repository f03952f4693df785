import CLinux

/// A file that text is added to.
package final class AppendedFile {
    package let path: String
    private let descriptor: FileDescriptor

    /// Opens the file, or makes it with mode 0644.
    package init(_ path: String) throws(LinuxError) {
        let opened = try checked(path.withCString { tko_storage_append($0) }, "open \(path)")
        self.path = path
        descriptor = FileDescriptor(owning: opened)
    }

    package func append(_ text: String) throws(LinuxError) {
        try writeAll(Array(text.utf8).span, to: descriptor.rawValue, path)
    }

    /// Makes `name` another name of the file, at once, so that there is no moment without the one or the other.
    ///
    /// What had the name alone until now is kept as `name.CN`, N being the process id, as ntpd keeps it.
    package func link(as name: String) throws(LinuxError) {
        let names = try checked(name.withCString { tko_storage_names($0) }, "stat \(name)")
        if names == 1 {
            let saved = "\(name).C\(tko_process_id())"
            try checked(
                name.withCString { from in saved.withCString { tko_storage_rename(from, $0) } },
                "rename \(name)"
            )
        }
        let temporary = name + ".tmp"
        _ = temporary.withCString { tko_storage_unlink($0) }
        try checked(path.withCString { from in temporary.withCString { tko_storage_link(from, $0) } }, "link \(name)")
        try checked(
            temporary.withCString { from in name.withCString { tko_storage_rename(from, $0) } },
            "rename \(name)"
        )
        // Renaming to another name of the same file leaves both.
        _ = temporary.withCString { tko_storage_unlink($0) }
    }
}
