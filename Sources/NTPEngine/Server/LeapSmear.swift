import NTPTime
import NTPWire

/// A leap second that is spread over the time before it in what clients are told, for those that would rather not see one.
///
/// As ntpd's `leapsmearinterval`: half a period of the cosine that ends with the leap second. Our own clock and the
/// servers' are on UTC all the time.
package struct LeapSmear: BitwiseCopyable, Equatable, Sendable {
    package let second: LeapSecond
    /// More than zero.
    package let interval: NTPDuration

    package init(_ second: LeapSecond, over interval: NTPDuration) {
        self.second = second
        self.interval = interval
    }

    /// What is added to `date`; zero before the interval.
    package func offset(at date: NTPDate) -> NTPDuration {
        let part = 1 - (second.date - date).seconds / interval.seconds
        guard part > 0, part < 1 else { return .zero }
        let cosine = Elementary.sine(turns: 0.25 - part / 2)
        return second.correction * ((1 - cosine) / 2)
    }
}

extension NTPPacket {
    /// Moves all our times by `offset`. The reference identifier becomes 254 and the offset in units of 2^-22 s, so that
    /// nobody takes a smeared server for one on UTC.
    mutating func smear(by offset: NTPDuration) {
        if !referenceTimestamp.isZero { referenceTimestamp = referenceTimestamp + offset }
        receiveTimestamp = receiveTimestamp + offset
        transmitTimestamp = transmitTimestamp + offset
        referenceID = ReferenceID(bits: 254 << 24 | UInt32(truncatingIfNeeded: offset.units >> 10) & 0xff_ffff)
    }
}
