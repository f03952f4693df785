import CLinux

/// Standard input, line by line.
package struct StandardInput {
    private var buffer: [UInt8] = []
    private var isAtEnd = false

    /// A line longer than this is no line for people; the rest of it is the next.
    private static let longestLine = 4_096

    package init() {}

    /// For poll(2), and to ask whether it is a terminal.
    package static let fd: Int32 = 0

    /// The next line without its end; nil at the end of the input, or when it cannot be read.
    package mutating func nextLine() -> String? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) { return take(end, skipping: 1) }
            if buffer.count >= Self.longestLine { return take(Self.longestLine, skipping: 0) }
            if isAtEnd { return buffer.isEmpty ? nil : take(buffer.count, skipping: 0) }
            fill()
        }
    }

    private mutating func take(_ count: Int, skipping skipped: Int) -> String {
        defer { buffer.removeFirst(count + skipped) }
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    private mutating func fill() {
        var chunk: [UInt8] = Array(repeating: 0, count: 1_024)
        let count = chunk.withUnsafeMutableBufferPointer { tko_read(Self.fd, $0.baseAddress, Int32($0.count)) }
        isAtEnd = count <= 0
        if count > 0 { buffer.append(contentsOf: chunk.prefix(Int(count))) }
    }
}
