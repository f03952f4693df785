import HAL
import NTPTime

/// Virtual time: it stands still until somebody sleeps.
package final class SimulatedClock: MonotonicClock {
    package private(set) var now: MonotonicTime

    /// How late the next sleeper wakes, zero or more; drawn once for each sleep. A busy machine is simulated with it.
    package var lateness: () -> NTPDuration = { .zero }

    package init(now: MonotonicTime = .zero) { self.now = now }

    package func sleep(until deadline: MonotonicTime) {
        guard deadline > now else { return }
        now = deadline + max(.zero, lateness())
    }

    /// Moves time on by `duration`; never back.
    package func advance(by duration: NTPDuration) {
        now += max(.zero, duration)
    }
}
