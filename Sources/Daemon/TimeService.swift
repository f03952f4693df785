import Linux
import NTPEngine
import NetworkAddress

/// All who answer time requests: threads of their own, or this one.
final class TimeService {
    /// What this thread has to look after: all where there are no others, or those whose thread could not be started.
    let sockets: [UDPSocket]
    private let state: Published<ServingState>
    private let inbox: QueryInbox?
    private var threads: [ResponderThread] = []
    /// What answers there; nil where there is nothing to look after.
    private var own: TimeServer?

    /// - Parameters:
    ///   - groups: the sockets of each thread, or one group for this one.
    ///   - inbox: nil for no threads.
    ///   - makeResponder: called for each, as a copy would have to copy its list of clients when first used.
    ///   - complain: takes the reason when a thread cannot be started.
    init(
        _ groups: [[UDPSocket]],
        state: ServingState,
        inbox: QueryInbox?,
        makeResponder: () -> Responder,
        complain: (String) -> Void
    ) throws(LinuxError) {
        self.state = try Published(state)
        self.inbox = inbox
        var left: [UDPSocket] = []
        for group in groups {
            guard let inbox else {
                left += group
                continue
            }
            do throws(LinuxError) {
                let server = try TimeServer(makeResponder())
                threads.append(try ResponderThread(server, group, state: self.state, inbox: inbox))
            } catch {
                complain("\(error.message); its clients are answered by the main thread")
                left += group
            }
        }
        sockets = left
        own = left.isEmpty ? nil : try TimeServer(makeResponder())
    }

    func publish(_ newState: ServingState) { state.publish(newState) }

    /// Answers what has come in on one of `sockets`.
    func serve(
        _ socket: UDPSocket,
        after events: PollEvents,
        query: (_ octets: [UInt8], SocketAddress, _ local: SocketAddress?) -> Void
    ) throws(LinuxError) {
        try own?.serve(socket, after: events, by: state.value, query: query)
    }

    /// Control messages that came to threads.
    func takeQueries() -> [ForwardedQuery] { inbox?.takeAll() ?? [] }

    /// Changes the rules by which all answer.
    func update(_ change: (inout Responder) -> Void) {
        own?.update(change)
        for thread in threads { thread.withResponder(change) }
    }

    var counters: ServerCounters { withResponders { ServerCounters(sum: $0.map { $0.counters }) } }

    /// Runs `body` with all responders, while none of them answers.
    func withResponders<Result>(_ body: ([Responder]) -> Result) -> Result {
        collect(own.map { [$0.responder] } ?? [], threads[...], body)
    }

    private func collect<Result>(
        _ responders: [Responder],
        _ rest: ArraySlice<ResponderThread>,
        _ body: ([Responder]) -> Result
    ) -> Result {
        guard let thread = rest.first else { return body(responders) }
        return thread.withResponder { collect(responders + [$0], rest.dropFirst(), body) }
    }
}
