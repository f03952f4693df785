import Linux
import NetworkAddress

/// A control message that came to a thread which does not answer such.
struct ForwardedQuery: Sendable {
    var octets: [UInt8]
    var client: SocketAddress
    var local: SocketAddress?
    var socket: UDPSocket
}

/// Control messages on their way from the threads that got them to the one that answers them.
///
/// Unchecked: the queue is touched with the monitor's lock held only.
final class QueryInbox: @unchecked Sendable {
    private let monitor: Monitor
    private let wake: WakePipe
    private var queries: [ForwardedQuery] = []

    /// More are dropped, as the network would.
    private static let capacity = 32

    init(wake: WakePipe) throws(LinuxError) {
        monitor = try Monitor()
        self.wake = wake
    }

    func put(_ query: ForwardedQuery) {
        monitor.locked { if queries.count < Self.capacity { queries.append(query) } }
        wake.wake()
    }

    func takeAll() -> [ForwardedQuery] {
        monitor.locked {
            defer { queries.removeAll() }
            return queries
        }
    }
}
