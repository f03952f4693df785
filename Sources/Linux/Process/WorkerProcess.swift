import CLinux

/// A child process that works and tells of it in lines of text, so that a trap in it ends it alone.
package final class WorkerProcess {
    private let id: Int32
    private let output: FileDescriptor
    private var pending: [UInt8] = []
    /// Whether the child has closed its end.
    package private(set) var hasEnded = false

    /// fork(2), before any thread is started.
    ///
    /// - Parameter work: runs in the child, which ends after it; writes a line of text by the function that it is given.
    package init(_ work: ((String) -> Void) -> Void) throws(LinuxError) {
        var descriptor: Int32 = -1
        let child = try checked(tko_fork(&descriptor), "fork")
        let end = FileDescriptor(owning: descriptor)
        if child == 0 {
            work { line in try? writeAll(Array("\(line)\n".utf8).span, to: end.rawValue, "pipe") }
            tko_exit(0)
        }
        id = child
        output = end
    }

    /// To be polled until `readLines` has something.
    package var descriptor: Int32 { output.rawValue }

    /// The lines that have come in; waits for some.
    package func readLines() throws(LinuxError) -> [String] {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = buffer.withUnsafeMutableBufferPointer {
            tko_read(output.rawValue, $0.baseAddress, Int32($0.count))
        }
        pending += buffer.prefix(Int(try checked(count, "read a worker's lines")))
        hasEnded = count == 0
        var lines: [String] = []
        while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(String(decoding: pending[..<end], as: UTF8.self))
            pending.removeFirst(end + 1)
        }
        return lines
    }

    /// The signal by which the child has ended; nil if it came to its end.
    package func wait() -> Int32? {
        let signal = tko_wait(id)
        return signal > 0 ? signal : nil
    }
}
