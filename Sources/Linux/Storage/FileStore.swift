import CLinux

/// Whole files that are replaced at once, so that a power cut leaves the old content or the new one.
package enum AtomicFile {
    /// Replaces the content of `path` by way of a new file beside it, named with `.tmp`: written, synced, renamed, and
    /// the folder synced. The file's mode is 0644; a symbolic link is replaced, not followed.
    ///
    /// One writer at a time. A temporary left by a power cut is removed.
    /// - Throws: an error that names what failed: ENOSPC, EROFS, EACCES, ENOENT for a missing folder.
    package static func write(_ path: String, _ bytes: Span<UInt8>) throws(LinuxError) {
        let temporary = path + ".tmp"
        _ = temporary.withCString { tko_storage_unlink($0) }
        do throws(LinuxError) {
            try fill(temporary, bytes)
            let renamed = temporary.withCString { from in path.withCString { tko_storage_rename(from, $0) } }
            try checked(renamed, "rename \(temporary) to \(path)")
        } catch {
            _ = temporary.withCString { tko_storage_unlink($0) }
            throw error
        }
        let folder = folder(of: path)
        try checked(folder.withCString { tko_storage_sync_folder($0) }, "fsync \(folder)")
    }

    package static func write(_ path: String, _ text: String) throws(LinuxError) {
        try write(path, Array(text.utf8).span)
    }

    private static func fill(_ path: String, _ bytes: Span<UInt8>) throws(LinuxError) {
        let created = try checked(path.withCString { tko_storage_create($0) }, "create \(path)")
        let file = FileDescriptor(owning: created)
        try writeAll(bytes, to: file.rawValue, path)
        try checked(tko_storage_sync(file.rawValue), "fsync \(path)")
    }

    package static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

/// Writes until everything is written; `path` is for the error.
func writeAll(_ bytes: Span<UInt8>, to fd: Int32, _ path: String) throws(LinuxError) {
    var done = 0
    while done < bytes.count {
        let rest = bytes.extracting(done...)
        let count = rest.withUnsafeBufferPointer { tko_write(fd, $0.baseAddress, Int32(clamping: $0.count)) }
        done += Int(try checked(count, "write \(path)"))
    }
}

package enum FileStore {
    /// The content of `path`, at most `limit` octets.
    ///
    /// - Throws: EFBIG for a file that is longer, ENOENT and EACCES, each with the path.
    package static func read(_ path: String, limit: Int) throws(LinuxError) -> [UInt8] {
        try content(of: try open(path), path, limit: limit)
    }

    /// As `read`; nil if others than the file's owner and group may do anything with it.
    package static func readSecret(_ path: String, limit: Int) throws(LinuxError) -> [UInt8]? {
        let file = try open(path)
        guard try checked(tko_storage_is_public(file.rawValue), "fstat \(path)") == 0 else { return nil }
        return try content(of: file, path, limit: limit)
    }

    private static func open(_ path: String) throws(LinuxError) -> FileDescriptor {
        FileDescriptor(owning: try checked(path.withCString { tko_storage_open($0) }, "open \(path)"))
    }

    private static func content(
        of file: borrowing FileDescriptor,
        _ path: String,
        limit: Int
    ) throws(LinuxError) -> [UInt8] {
        var content: [UInt8] = []
        var chunk: [UInt8] = Array(repeating: 0, count: 4_096)
        while true {
            let count = chunk.withUnsafeMutableBufferPointer {
                tko_read(file.rawValue, $0.baseAddress, Int32($0.count))
            }
            try checked(count, "read \(path)")
            guard count > 0 else { return content }
            guard content.count + Int(count) <= limit else {
                throw LinuxError(code: TKO_EFBIG, operation: "read \(path)")
            }
            content.append(contentsOf: chunk.prefix(Int(count)))
        }
    }

    /// Makes a folder with mode 0755, not those above it; one that exists is fine.
    package static func makeFolder(_ path: String) throws(LinuxError) {
        try checked(path.withCString { tko_storage_make_folder($0) }, "mkdir \(path)")
    }
}
