import ClockDiscipline
import HAL
import NTPTime

/// A clock of the program's own, computed over the free-running oscillator. The host's clock is left alone.
///
/// It starts at the host's `CLOCK_REALTIME` and then no longer depends on it.
package final class VirtualClock: ServedClock {
    private let oscillator: any MonotonicClock
    private var trajectory: ClockTrajectory
    package let kernelStamps: KernelStamps
    /// What was published last; nobody else reads this clock.
    package private(set) var status: ClockStatus?

    package init(oscillator: any MonotonicClock, host: any HostClocks) {
        self.oscillator = oscillator
        trajectory = ClockTrajectory(from: PairedReading.take(from: host).reading)
        kernelStamps = KernelStamps(clocks: host)
    }

    package func read() -> ClockReading {
        let now = oscillator.now
        return ClockReading(monotonic: now, date: trajectory.date(at: now))
    }

    package var snapshot: ClockSnapshot {
        ClockSnapshot(trajectory: trajectory, steppedUntil: kernelStamps.quarantineEnd)
    }

    package func step(by step: ClockStep) throws(ClockError) { trajectory.step(by: step, at: oscillator.now) }

    /// - Throws: `outOfRange` when frequency and slew together go beyond ±10 %, as the kernel's clock has it.
    package func steer(_ steering: ClockSteering) throws(ClockError) {
        guard KernelRate.allows(steering.slewingFrequency) else { throw .outOfRange }
        trajectory.steer(steering, at: oscillator.now)
    }

    package func setTAIOffset(seconds: Int32) throws(ClockError) {}

    package func publish(_ status: ClockStatus) throws(ClockError) {
        self.status = status
        trajectory.announce(status.leap, at: oscillator.now)
    }
}
