import CLinux

/// A Unix socket on which a companion command talks to the daemon: one line in, an answer out, closed.
package final class ControlListener {
    private let path: String
    private let descriptor: FileDescriptor

    package var fd: Int32 { descriptor.rawValue }

    /// Listens at `path`, mode 0660, in place of a socket that nobody answers on.
    ///
    /// - Throws: EADDRINUSE when somebody answers there, or when what is there is no socket.
    package init(_ path: String) throws(LinuxError) {
        let opened = try checked(path.withCString { tko_local_listen($0) }, "listen \(path)")
        self.path = path
        descriptor = FileDescriptor(owning: opened)
    }

    deinit { _ = path.withCString { tko_storage_unlink($0) } }

    /// The next connection that waits; nil when there is none.
    package func accept() throws(LinuxError) -> ControlConnection? {
        let connection = tko_local_accept(descriptor.rawValue)
        guard connection != -TKO_EAGAIN else { return nil }
        return ControlConnection(FileDescriptor(owning: try checked(connection, "accept")))
    }
}

/// The daemon's end of one connection. Never blocks.
package final class ControlConnection {
    package enum Request: Equatable, Sendable {
        /// Not yet all there.
        case incomplete
        /// The line, without its end; what is not UTF-8 is replaced.
        case line(String)
        /// Longer than `lineLimit`: the connection is to be dropped.
        case tooLong
        /// The peer went without a whole line.
        case closed
    }

    /// In octets, with the line's end.
    package static let lineLimit = 1_024

    private let descriptor: FileDescriptor
    /// The peer's user and group; nil if the kernel does not say.
    package let peer: (user: UInt32, group: UInt32)?
    private var received: [UInt8] = []
    private var unsent: [UInt8] = []

    fileprivate init(_ descriptor: consuming FileDescriptor) {
        var user: UInt32 = 0
        var group: UInt32 = 0
        peer = tko_local_peer(descriptor.rawValue, &user, &group) == 0 ? (user, group) : nil
        self.descriptor = descriptor
    }

    package var fd: Int32 { descriptor.rawValue }

    /// Whether an answer waits to be sent, and poll(2) is to watch for `.writable`.
    package var wantsToWrite: Bool { !unsent.isEmpty }

    /// Reads what has come of the request line.
    package func receive() throws(LinuxError) -> Request {
        var chunk: [UInt8] = Array(repeating: 0, count: Self.lineLimit)
        while true {
            let count = chunk.withUnsafeMutableBufferPointer {
                tko_read(descriptor.rawValue, $0.baseAddress, Int32($0.count))
            }
            guard count != -TKO_EAGAIN else { return .incomplete }
            try checked(count, "read from the control socket")
            guard count > 0 else { return .closed }
            received.append(contentsOf: chunk.prefix(Int(count)))
            if let end = received.prefix(Self.lineLimit).firstIndex(of: UInt8(ascii: "\n")) {
                return .line(String(decoding: received[..<end], as: UTF8.self))
            }
            guard received.count < Self.lineLimit else { return .tooLong }
        }
    }

    /// Adds to the answer and sends what goes out at once.
    package func send(_ text: String) throws(LinuxError) {
        unsent.append(contentsOf: text.utf8)
        try flush()
    }

    /// Sends more of the answer.
    ///
    /// - Throws: EPIPE when the peer has gone.
    package func flush() throws(LinuxError) {
        while !unsent.isEmpty {
            let count = unsent.withUnsafeBufferPointer {
                tko_local_send(descriptor.rawValue, $0.baseAddress, Int32(clamping: $0.count))
            }
            guard count != -TKO_EAGAIN else { return }
            unsent.removeFirst(Int(try checked(count, "write to the control socket")))
        }
    }
}
