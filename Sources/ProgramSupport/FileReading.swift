import CLinux

package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        case noSuchFile
        case tooLarge
        /// The number is the operating system's error.
        case system(code: Int32)
    }

    package var path: String
    package var reason: Reason

    package var description: String {
        switch reason {
        case .noSuchFile: "\(path): no such file"
        case .tooLarge: "\(path): too large"
        case .system(let code): "\(path): \(String(cString: tko_error_text(code)))"
        }
    }
}

/// The octets of the file at `path`, of which there may be up to `limit`.
package func readFile(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    let descriptor = tko_open_for_reading(path)
    guard descriptor >= 0 else {
        let reason: FileError.Reason =
            -descriptor == tko_error_no_such_file() ? .noSuchFile : .system(code: -descriptor)
        throw FileError(path: path, reason: reason)
    }
    defer { tko_close(descriptor) }
    var contents: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = chunk.withUnsafeMutableBufferPointer {
            tko_read(descriptor, $0.baseAddress, UInt32($0.count))
        }
        guard count >= 0 else { throw FileError(path: path, reason: .system(code: -count)) }
        if count == 0 { return contents }
        contents += chunk.prefix(Int(count))
        guard contents.count <= limit else { throw FileError(path: path, reason: .tooLarge) }
    }
}
