import ClockDiscipline
import NTPTime

/// A served clock as it is until it is steered or stepped next, for other threads to read it.
package struct ClockSnapshot: BitwiseCopyable, Sendable {
    /// The virtual clock's course; nil for the kernel's clock, which everybody reads alike.
    let trajectory: ClockTrajectory?
    /// Packet stamps are of no use before it, as the kernel's clock has been stepped.
    package let steppedUntil: MonotonicTime

    /// The served clock when the kernel's clocks showed `kernel`.
    package func reading(at kernel: ClockReading) -> ClockReading {
        guard let trajectory else { return kernel }
        return ClockReading(monotonic: kernel.monotonic, date: trajectory.date(at: kernel.monotonic))
    }
}
