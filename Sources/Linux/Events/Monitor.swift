import CLinux

/// A mutex and a condition variable.
///
/// Unchecked: the pointer never changes, and what it points to is made for threads.
package final class Monitor: @unchecked Sendable {
    private let monitor: OpaquePointer

    /// - Throws: ENOMEM.
    package init() throws(LinuxError) {
        guard let monitor = tko_monitor_create() else {
            throw LinuxError(code: TKO_ENOMEM, operation: "allocate a monitor")
        }
        self.monitor = monitor
    }

    deinit { tko_monitor_destroy(monitor) }

    /// Runs `body` with the lock held.
    package func locked<Result>(_ body: () -> Result) -> Result {
        tko_monitor_lock(monitor)
        defer { tko_monitor_unlock(monitor) }
        return body()
    }

    /// With the lock held, waits for a `signal`; may return without one.
    package func wait() { tko_monitor_wait(monitor) }

    /// With the lock held, ends one `wait`.
    package func signal() { tko_monitor_signal(monitor) }
}

/// Runs `body` on a thread of its own, which ends with it and which no signal is delivered to.
package func startThread(_ body: @escaping @Sendable () -> Void) throws(LinuxError) {
    let context = Unmanaged.passRetained(ThreadBody(body))
    let started = tko_thread_start(
        { context in
            guard let context else { return }
            Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
        },
        context.toOpaque()
    )
    if started < 0 { context.release() }
    try checked(started, "pthread_create")
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
