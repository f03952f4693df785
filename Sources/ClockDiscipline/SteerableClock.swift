import NTPTime

/// The clock that is served: it can be read, stepped and steered.
///
/// Two exist: the kernel's `CLOCK_REALTIME`, and a virtual one computed over the free-running oscillator.
package protocol SteerableClock: AnyObject {
    /// The clock and the oscillator at the same moment.
    func read() -> ClockReading

    /// Moves the clock by `step` at once; positive is forward. A slew that is under way ends.
    func step(by step: ClockStep) throws(ClockError)

    /// Sets the clock's rate and spreads a phase correction; replaces what was set before.
    func steer(_ steering: ClockSteering) throws(ClockError)

    /// Tells the clock's other users how good it is.
    func publish(_ status: ClockStatus) throws(ClockError)
}

/// How a clock is to run from now on.
package struct ClockSteering: BitwiseCopyable, Equatable, Sendable {
    /// Rate relative to the free-running oscillator; positive runs the clock faster than it.
    package var frequency: Frequency
    /// Phase to be added on top of `frequency`; positive moves the clock forward.
    package var slew: NTPDuration
    /// The time over which `slew` is spread evenly, more than zero if there is any; the clock's owner steers anew when it is over.
    package var duration: NTPDuration

    package init(frequency: Frequency, slew: NTPDuration = .zero, duration: NTPDuration = .zero) {
        self.frequency = frequency
        self.slew = slew
        self.duration = duration
    }

    /// The rate while the slew lasts.
    package var slewingFrequency: Frequency {
        guard duration > .zero else { return frequency }
        return frequency + Frequency(fraction: slew.seconds / duration.seconds)
    }
}

/// What the kernel is told about the quality of its clock (`struct timex`).
package struct ClockStatus: Equatable, Sendable {
    package var leap: LeapIndicator
    /// Expected error (`timex.esterror`).
    package var estimatedError: NTPDuration
    /// The bound: root distance (`timex.maxerror`).
    package var maximumError: NTPDuration

    package init(leap: LeapIndicator, estimatedError: NTPDuration, maximumError: NTPDuration) {
        self.leap = leap
        self.estimatedError = estimatedError
        self.maximumError = maximumError
    }
}

package enum ClockError: Error, Hashable, Sendable {
    /// The process may not set this clock (no `CAP_SYS_TIME`).
    case notPermitted
    /// Outside of what the clock can do: rate or date.
    case outOfRange
    /// The number is the operating system's error.
    case system(code: Int32)
}
