import Linux
import NTPEngine
import NTPTime

/// A thread that answers time requests on sockets of its own, which share their ports with the others'.
///
/// Unchecked: `server` is touched by the thread, and in a rendezvous by whoever visits it.
final class ResponderThread: @unchecked Sendable {
    private let sockets: [UDPSocket]
    private let state: Published<ServingState>
    private let inbox: QueryInbox
    private let rendezvous: Rendezvous
    private var server: TimeServer

    init(
        _ server: TimeServer,
        _ sockets: [UDPSocket],
        state: Published<ServingState>,
        inbox: QueryInbox
    ) throws(LinuxError) {
        self.server = server
        self.sockets = sockets
        self.state = state
        self.inbox = inbox
        rendezvous = try Rendezvous()
        try startThread { self.run() }
    }

    /// Runs `body` while the thread answers nothing.
    func withResponder<Result>(_ body: (inout Responder) -> Result) -> Result {
        rendezvous.visit { body(&server.responder) }
    }

    /// The thread's life, which ends with the process.
    private func run() {
        let oscillator = OscillatorClock()
        var poller = Poller()
        let summons = poller.add(rendezvous.fd)
        let entries = sockets.map { (socket: $0, index: poller.add($0.fd)) }
        while true {
            do throws(LinuxError) {
                try poller.wait(until: .distantFuture, on: oscillator)
            } catch {
                // Out of kernel memory.
                oscillator.sleep(until: oscillator.now + .seconds(1))
                continue
            }
            if !poller.events(summons).isEmpty { rendezvous.stopIfWanted() }
            for (socket, index) in entries where !poller.events(index).isEmpty {
                serve(socket, after: poller.events(index))
            }
        }
    }

    private func serve(_ socket: UDPSocket, after events: PollEvents) {
        // An ICMP error that somebody caused is passed over; the socket goes on.
        try? server.serve(socket, after: events, by: state.value) { octets, client, local in
            inbox.put(ForwardedQuery(octets: octets, client: client, local: local, socket: socket))
        }
    }
}
