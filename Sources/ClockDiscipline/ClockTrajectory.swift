import NTPTime

/// A clock computed over the free-running oscillator: a phase, a rate and at most one slew.
///
/// The arithmetic of the virtual clock and of simulated ones. The slew ends by itself at its time, so that lateness of
/// whoever steers costs no phase.
package struct ClockTrajectory: Sendable {
    private var origin: ClockReading
    private var steering: ClockSteering

    package init(from origin: ClockReading) {
        self.origin = origin
        steering = ClockSteering(frequency: .zero)
    }

    /// The clock's reading when the oscillator shows `moment`.
    package func date(at moment: MonotonicTime) -> NTPDate {
        let elapsed = moment - origin.monotonic
        return origin.date + elapsed + steering.frequency * elapsed + slewed(after: elapsed)
    }

    /// The part of the slew that has been done `elapsed` after it began.
    private func slewed(after elapsed: NTPDuration) -> NTPDuration {
        guard elapsed < steering.duration else { return steering.slew }
        return steering.slew * (elapsed.seconds / steering.duration.seconds)
    }

    package mutating func step(by offset: NTPDuration, at moment: MonotonicTime) {
        origin = ClockReading(monotonic: moment, date: date(at: moment) + offset)
        steering = ClockSteering(frequency: steering.frequency)
    }

    package mutating func steer(_ steering: ClockSteering, at moment: MonotonicTime) {
        origin = ClockReading(monotonic: moment, date: date(at: moment))
        self.steering = steering
    }
}
