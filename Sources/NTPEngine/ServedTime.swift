import ClockDiscipline
import NTPTime
import NTPWire

/// What every reply says of the served clock: published by the engine, read by whoever answers.
package struct ServedTime: BitwiseCopyable, Equatable, Sendable {
    package var leap: LeapIndicator
    /// 0 while unsynchronised.
    package var stratum: UInt8
    package var referenceID: ReferenceID
    /// When the clock was last corrected.
    package var referenceDate: NTPDate
    package var precision: Int8
    /// The estimate that the clock follows and its bound; nil while unsynchronised.
    package var reference: TimeReference?
    /// The correction that is under way.
    package var correction: Correction
    /// Of the leap second that ends the day, if it is not to be announced.
    package var smear: LeapSmear?

    /// A slew of the served clock.
    package struct Correction: BitwiseCopyable, Equatable, Sendable {
        var start: MonotonicTime
        var duration: NTPDuration

        static let none = Correction(start: .zero, duration: .zero)

        var end: MonotonicTime { start + duration }
    }

    /// LI 3, stratum 0 and the kiss code INIT: nothing is known yet.
    package static func unsynchronised(precision: Int8) -> ServedTime {
        ServedTime(
            leap: .unsynchronised,
            stratum: 0,
            referenceID: .initial,
            referenceDate: NTPDate(seconds: 0),
            precision: precision,
            reference: nil,
            correction: .none
        )
    }

    package var rootDelay: NTPDuration { reference?.rootDelay ?? .zero }

    /// Root dispersion with everything that has added up since the estimate, and with what the served clock is away from
    /// it, be it for a slew under way or because somebody else has set the clock.
    package func rootDispersion(at now: ClockReading) -> NTPDuration {
        guard let reference else { return .zero }
        return reference.rootDispersion(at: now.monotonic) + reference.estimate.offset(of: now).magnitude
            + PollExponent(precision).interval
    }

    /// The header of a packet that tells the time: everything but whom it answers, and when it came.
    func header(mode: NTPMode, version: UInt8, poll: PollExponent, at now: ClockReading) -> NTPPacket {
        NTPPacket(
            leap: leap,
            version: version,
            mode: mode,
            stratum: stratum,
            poll: poll,
            precision: precision,
            rootDelay: NTPShort(roundingUp: rootDelay),
            rootDispersion: NTPShort(roundingUp: rootDispersion(at: now)),
            referenceID: referenceID,
            referenceTimestamp: reference == nil ? .zero : referenceDate.timestamp,
            transmitTimestamp: now.date.timestamp
        )
    }

    /// The bound on the error of the served time.
    package func rootDistance(at now: ClockReading) -> NTPDuration { rootDelay / 2 + rootDispersion(at: now) }
}
