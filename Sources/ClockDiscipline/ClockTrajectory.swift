import NTPTime

/// A clock computed over the free-running oscillator: a phase, a rate, at most one slew and at most one leap second.
///
/// The arithmetic of the virtual clock and of simulated ones. The slew ends by itself at its time, and the leap second
/// comes at its own, so that lateness of whoever steers costs no phase.
package struct ClockTrajectory: BitwiseCopyable, Sendable {
    private var origin: ClockReading
    private var steering: ClockSteering
    private var leap = Leap.none

    /// As the kernel's `time_state`: a leap second that has come does not come again until it is taken back.
    private enum Leap: BitwiseCopyable {
        case none
        case expected(LeapSecond)
        case done
    }

    package init(from origin: ClockReading) {
        self.origin = origin
        steering = ClockSteering(frequency: .zero)
    }

    /// The clock's reading when the oscillator shows `moment`.
    package func date(at moment: MonotonicTime) -> NTPDate { plainDate(at: moment) + leaped(at: moment) }

    private func plainDate(at moment: MonotonicTime) -> NTPDate {
        let elapsed = moment - origin.monotonic
        return origin.date + elapsed + steering.frequency * elapsed + slewed(after: elapsed)
    }

    /// The part of the slew that has been done `elapsed` after it began.
    private func slewed(after elapsed: NTPDuration) -> NTPDuration {
        guard elapsed < steering.duration else { return steering.slew }
        return steering.slew * (elapsed.seconds / steering.duration.seconds)
    }

    private func leaped(at moment: MonotonicTime) -> NTPDuration {
        guard case .expected(let second) = leap, plainDate(at: moment) >= second.date else { return .zero }
        return second.correction
    }

    package mutating func step(by step: ClockStep, at moment: MonotonicTime) {
        settleLeap(at: moment)
        origin = ClockReading(monotonic: moment, date: date(at: moment).stepped(by: step))
        steering = ClockSteering(frequency: steering.frequency)
    }

    package mutating func steer(_ steering: ClockSteering, at moment: MonotonicTime) {
        settleLeap(at: moment)
        origin = ClockReading(monotonic: moment, date: date(at: moment))
        self.steering = steering
    }

    /// As STA_INS and STA_DEL do, inserts or deletes a second at the end of the present day; anything else takes it back.
    package mutating func announce(_ indicator: LeapIndicator, at moment: MonotonicTime) {
        settleLeap(at: moment)
        guard let second = LeapSecond(announcedBy: indicator, on: date(at: moment)) else {
            leap = .none
            return
        }
        if case .done = leap { return }
        leap = .expected(second)
    }

    private mutating func settleLeap(at moment: MonotonicTime) {
        let leaped = leaped(at: moment)
        guard leaped != .zero else { return }
        origin.date += leaped
        leap = .done
    }
}
