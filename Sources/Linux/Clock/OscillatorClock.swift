import CLinux
import HAL
import NTPTime

/// The machine's free-running oscillator, `CLOCK_MONOTONIC_RAW`.
package final class OscillatorClock: MonotonicClock {
    package init() {}

    package var now: MonotonicTime { MonotonicTime(tko_clock_raw()) }

    /// Sleeps by nanosleep(2), whose clock runs at the steered rate, so the oscillator is asked again after each wait.
    package func sleep(until deadline: MonotonicTime) {
        while true {
            let remaining = deadline - now
            guard remaining > .zero else { return }
            // A wait of nothing would spin, and under a simulator time moves only in waits.
            tko_sleep(Swift.max(1_000, Swift.min(remaining, .seconds(3_600)).nanoseconds))
        }
    }
}
