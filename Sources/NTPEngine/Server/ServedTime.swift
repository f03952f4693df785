import ClockDiscipline
import NTPTime
import NTPWire

/// What every reply says of the served clock: derived by the engine from its decision, read by whoever answers.
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
    /// A time with this root distance is not told.
    package var maximumDistance: NTPDuration
    /// Of the leap second that ends the day, if it is not to be announced.
    package var smear: LeapSmear?

    /// LI 3, stratum 0 and the kiss code INIT: nothing is known yet.
    package static func unsynchronised(precision: Int8) -> ServedTime {
        ServedTime(
            leap: .unsynchronised,
            stratum: 0,
            referenceID: .initial,
            referenceDate: NTPDate(seconds: 0),
            precision: precision,
            reference: nil,
            maximumDistance: ReplyCheck.maximumDistance
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
    ///
    /// Whatever the root distance consists of, no time is told that is not within the limit.
    func header(mode: NTPMode, at now: ClockReading) -> NTPPacket {
        guard reference == nil || rootDistance(at: now) < maximumDistance else {
            return Self.unsynchronised(precision: precision).header(mode: mode, at: now)
        }
        return NTPPacket(
            leap: leap,
            mode: mode,
            stratum: stratum,
            precision: precision,
            rootDelay: NTPShort(roundingUp: rootDelay),
            rootDispersion: NTPShort(roundingUp: rootDispersion(at: now)),
            referenceID: referenceID,
            referenceTimestamp: reference == nil ? .zero : referenceDate.timestamp,
            transmitTimestamp: now.date.timestamp
        )
    }

    /// What replies say that are made now.
    package func told(at now: ClockReading) -> ToldTime {
        ToldTime(
            header: header(mode: .server, at: now),
            smear: smear?.offset(at: now.date) ?? .zero,
            now: now
        )
    }

    /// The bound on the error of the served time.
    package func rootDistance(at now: ClockReading) -> NTPDuration { rootDelay / 2 + rootDispersion(at: now) }
}

/// What the replies of one batch say of the time, worked out once for all of them.
///
/// Their transmit timestamps are a little later than its reading. By that the bound is too small, but by less than the
/// precision that is part of it.
package struct ToldTime: Sendable {
    package let header: NTPPacket
    let smear: NTPDuration
    let now: ClockReading

    var isSynchronised: Bool { header.stratum != 0 }

    var rootDistance: NTPDuration { header.rootDelay.duration / 2 + header.rootDispersion.duration }
}
