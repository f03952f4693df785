import ClockDiscipline
import NTPTime
import NTPWire

/// What every reply says of the served clock: published by the engine, read by whoever answers.
package struct ServedTime: Equatable, Sendable {
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

    /// A slew, as far as the served clock still lags the estimate.
    package struct Correction: Equatable, Sendable {
        var start: MonotonicTime
        var offset: NTPDuration
        var duration: NTPDuration

        static let none = Correction(start: .zero, offset: .zero, duration: .zero)

        /// What the clock lacks of the estimate at `moment`.
        func remaining(at moment: MonotonicTime) -> NTPDuration {
            let elapsed = moment - start
            guard elapsed < duration else { return .zero }
            return offset * (1 - max(0, elapsed.seconds / duration.seconds))
        }

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

    /// Root dispersion with everything that has added up since the estimate, the rest of a correction included.
    package func rootDispersion(at moment: MonotonicTime) -> NTPDuration {
        guard let reference else { return .zero }
        return reference.rootDispersion(at: moment) + correction.remaining(at: moment).magnitude
            + PollExponent(precision).interval
    }

    /// The bound on the error of the served time.
    package func rootDistance(at moment: MonotonicTime) -> NTPDuration { rootDelay / 2 + rootDispersion(at: moment) }
}
