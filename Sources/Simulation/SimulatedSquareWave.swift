import HAL
import NTPTime

/// The chip's INT/SQW pin on a line whose edges an interrupt stamps, in simulated time.
package final class SimulatedSquareWave: EdgeInput {
    private let chip: SimulatedDS3231
    private let clock: any MonotonicClock

    package var isConnected = true
    /// Whether the input stamps the rising edges, half a second after the falling ones.
    package var isInverted = false
    /// From an edge to its stamp; drawn for each.
    package var latency: () -> NTPDuration = { .zero }
    /// By how much an edge comes late, negative early, for what noise the chip itself makes; drawn for each.
    package var jitter: () -> NTPDuration = { .zero }
    /// What is claimed to bound the latency.
    package var uncertainty = NTPDuration.microseconds(50)
    /// The chip's time at a time of the clock, and the other way round, where the clock's oscillator is not perfect.
    package var chipTime: (MonotonicTime) -> MonotonicTime = { $0 }
    package var clockTime: (MonotonicTime) -> MonotonicTime = { $0 }

    package init(chip: SimulatedDS3231, clock: any MonotonicClock) {
        self.chip = chip
        self.clock = clock
    }

    package func fallingEdge(after moment: MonotonicTime, before deadline: MonotonicTime) -> StampedEdge? {
        let shift: NTPDuration = isInverted ? .milliseconds(500) : .zero
        guard isConnected, let edge = chip.nextFallingEdge(after: chipTime(moment) - shift) else {
            clock.sleep(until: deadline)
            return nil
        }
        let stamp = clockTime(edge + shift) + jitter() + latency()
        clock.sleep(until: min(stamp, deadline))
        return stamp <= deadline ? StampedEdge(moment: stamp, uncertainty: uncertainty) : nil
    }
}
