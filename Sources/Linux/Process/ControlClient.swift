import CLinux
import NTPTime

/// The companion command's end.
package enum ControlClient {
    /// Sends `line` to the daemon at `path` and returns its answer, all of it.
    ///
    /// - Throws: ENOENT or ECONNREFUSED when no daemon is there, EACCES, ETIMEDOUT when it does not answer within
    ///   `timeout`, EFBIG when the answer is longer than `limit` octets.
    package static func request(
        _ line: String,
        path: String,
        timeout: NTPDuration,
        limit: Int = 1 << 20
    ) throws(LinuxError) -> [UInt8] {
        let clock = OscillatorClock()
        let deadline = clock.now + timeout
        let connected = try checked(path.withCString { tko_local_connect($0) }, "connect \(path)")
        let socket = FileDescriptor(owning: connected)
        try send(Array((line + "\n").utf8), on: socket.rawValue, path, until: deadline, clock)
        var answer: [UInt8] = []
        var chunk: [UInt8] = Array(repeating: 0, count: 4_096)
        while true {
            try wait(socket.rawValue, .readable, path, until: deadline, clock)
            let count = chunk.withUnsafeMutableBufferPointer {
                tko_read(socket.rawValue, $0.baseAddress, Int32($0.count))
            }
            guard count != -TKO_EAGAIN else { continue }
            try checked(count, "read \(path)")
            guard count > 0 else { return answer }
            guard answer.count + Int(count) <= limit else {
                throw LinuxError(code: TKO_EFBIG, operation: "read \(path)")
            }
            answer.append(contentsOf: chunk.prefix(Int(count)))
        }
    }

    private static func send(
        _ bytes: [UInt8],
        on fd: Int32,
        _ path: String,
        until deadline: MonotonicTime,
        _ clock: OscillatorClock
    ) throws(LinuxError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            try wait(fd, .writable, path, until: deadline, clock)
            let count = rest.withUnsafeBufferPointer { tko_local_send(fd, $0.baseAddress, Int32(clamping: $0.count)) }
            guard count != -TKO_EAGAIN else { continue }
            rest = rest.dropFirst(Int(try checked(count, "write \(path)")))
        }
    }

    private static func wait(
        _ fd: Int32,
        _ events: PollEvents,
        _ path: String,
        until deadline: MonotonicTime,
        _ clock: OscillatorClock
    ) throws(LinuxError) {
        var poller = Poller()
        poller.add(fd, events)
        while try poller.wait(until: deadline, on: clock) == 0 {
            guard clock.now < deadline else { throw LinuxError(code: TKO_ETIMEDOUT, operation: "wait for \(path)") }
        }
    }
}
