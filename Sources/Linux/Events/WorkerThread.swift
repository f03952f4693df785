package enum WorkerMode: Sendable {
    case thread
    case inline
}

/// A thread that does what may block, one request after the other, for a thread that may not.
///
/// At most `capacity` requests are under way, from `submit` to `take` of the result; more are refused. So a handler
/// that hangs costs its own results and nothing else. For simulators and debugging, and where no thread can be
/// started, `submit` runs the handler itself.
package final class WorkerThread<Request: Sendable, Output: Sendable> {
    private let state: WorkerState<Request, Output>
    /// Whether requests run in `submit`, by choice or because no thread could be started.
    package let runsInline: Bool

    /// - Parameters:
    ///   - wake: woken when a result is there.
    ///   - handler: used by the worker's thread only.
    package init(
        capacity: Int,
        wake: WakePipe?,
        mode: WorkerMode = .thread,
        handler: sending @escaping (Request) -> Output
    ) {
        let state = WorkerState(
            capacity: capacity,
            wake: wake,
            monitor: mode == .inline ? nil : try? Monitor(),
            handler
        )
        self.state = state
        guard state.isThreaded else {
            runsInline = true
            return
        }
        var started = true
        do throws(LinuxError) { try startThread { state.run() } } catch { started = false }
        runsInline = !started
    }

    deinit { state.stop() }

    /// Hands over a request; false when `capacity` of them are under way.
    package func submit(_ request: Request) -> Bool {
        guard state.enqueue(request) else { return false }
        if runsInline { state.runNext() }
        return true
    }

    /// The next result, in the order of the requests; nil when there is none yet.
    package func take() -> Output? { state.takeOutput() }
}

/// What both threads see.
///
/// Unchecked: the queues and the flag are touched with the monitor's lock held only, or by one thread if there is no
/// monitor; the handler by the worker only.
private final class WorkerState<Request: Sendable, Output: Sendable>: @unchecked Sendable {
    private let capacity: Int
    private let wake: WakePipe?
    private let monitor: Monitor?
    private let handler: (Request) -> Output
    private var requests: [Request] = []
    private var outputs: [Output] = []
    private var underWay = 0
    private var isStopped = false

    init(capacity: Int, wake: WakePipe?, monitor: Monitor?, _ handler: sending @escaping (Request) -> Output) {
        self.capacity = capacity
        self.wake = wake
        self.monitor = monitor
        self.handler = handler
    }

    var isThreaded: Bool { monitor != nil }

    private func locked<Result>(_ body: () -> Result) -> Result {
        guard let monitor else { return body() }
        return monitor.locked(body)
    }

    func enqueue(_ request: Request) -> Bool {
        locked {
            guard underWay < capacity else { return false }
            underWay += 1
            requests.append(request)
            monitor?.signal()
            return true
        }
    }

    func takeOutput() -> Output? {
        locked {
            guard !outputs.isEmpty else { return nil }
            underWay -= 1
            return outputs.removeFirst()
        }
    }

    func stop() {
        locked {
            isStopped = true
            monitor?.signal()
        }
    }

    /// The thread's life.
    func run() {
        while let request = nextRequest() { finish(handler(request)) }
    }

    /// One request in the submitter's thread.
    func runNext() {
        let request: Request? = locked { requests.isEmpty ? nil : requests.removeFirst() }
        if let request { finish(handler(request)) }
    }

    /// Waits for a request; nil at the end.
    private func nextRequest() -> Request? {
        locked {
            while requests.isEmpty && !isStopped { monitor?.wait() }
            return isStopped ? nil : requests.removeFirst()
        }
    }

    private func finish(_ output: Output) {
        locked { outputs.append(output) }
        wake?.wake()
    }
}
