import Synchronization

/// Lets one thread at a time touch what belongs to another one, which stops for it where that does no harm.
///
/// The owner pays a look at a flag for it, and no lock.
package final class Rendezvous: Sendable {
    private let isWanted = Atomic(false)
    private let isStopped = Atomic(false)
    private let monitor: Monitor
    private let wake: WakePipe

    package init() throws(LinuxError) {
        monitor = try Monitor()
        wake = try WakePipe()
    }

    /// Readable when the owner is to stop.
    package var fd: Int32 { wake.fd }

    /// By the visitor: runs `body` while the owner stands still.
    package func visit<Result>(_ body: () -> Result) -> Result {
        isWanted.store(true, ordering: .releasing)
        wake.wake()
        monitor.locked { while !isStopped.load(ordering: .relaxed) { monitor.wait() } }
        defer {
            monitor.locked {
                isStopped.store(false, ordering: .relaxed)
                monitor.signal()
            }
        }
        return body()
    }

    /// By the owner, now and then: stops for as long as a visitor is there.
    package func stopIfWanted() {
        guard isWanted.load(ordering: .acquiring) else { return }
        wake.drain()
        monitor.locked {
            isWanted.store(false, ordering: .relaxed)
            isStopped.store(true, ordering: .relaxed)
            monitor.signal()
            while isStopped.load(ordering: .relaxed) { monitor.wait() }
        }
    }
}
