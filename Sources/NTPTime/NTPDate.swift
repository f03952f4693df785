/// An absolute UTC time, as the NTP date format (RFC 5905 section 6) to the timestamp's resolution.
///
/// Seconds count from 1900-01-01T00:00:00Z, the prime epoch; eras are 2^32 s each. Leap seconds are not counted, as
/// in POSIX time.
package struct NTPDate: BitwiseCopyable, Hashable, Comparable, Sendable {
    /// Whole seconds since the prime epoch; negative before it.
    package var seconds: Int64
    /// Fraction of the second in units of 2^-32 s.
    package var fraction: UInt32

    package init(seconds: Int64, fraction: UInt32 = 0) {
        self.seconds = seconds
        self.fraction = fraction
    }

    /// Seconds from the prime epoch to 1970-01-01.
    package static let unixEpochSeconds: Int64 = 2_208_988_800

    package init(unixSeconds: Int64, nanoseconds: Int64 = 0) {
        self = NTPDate(seconds: unixSeconds &+ Self.unixEpochSeconds) + NTPDuration(nanoseconds: nanoseconds)
    }

    package var unixSeconds: Int64 { seconds &- Self.unixEpochSeconds }

    /// Nanoseconds within the second, rounded down.
    package var nanoseconds: Int32 { Int32((UInt64(fraction) * 1_000_000_000) >> 32) }

    /// The date that `timestamp` names within 68 years of `pivot`.
    package init(_ timestamp: NTPTimestamp, near pivot: NTPDate) {
        self = pivot + (timestamp - pivot.timestamp)
    }

    package var timestamp: NTPTimestamp {
        NTPTimestamp(bits: UInt64(truncatingIfNeeded: seconds) << 32 | UInt64(fraction))
    }

    package var era: Int64 { seconds >> 32 }

    package static func < (left: NTPDate, right: NTPDate) -> Bool {
        left.seconds == right.seconds ? left.fraction < right.fraction : left.seconds < right.seconds
    }

    package static func + (left: NTPDate, right: NTPDuration) -> NTPDate {
        let fraction = Int64(left.fraction) + (right.units & 0xffff_ffff)
        return NTPDate(
            seconds: left.seconds &+ (right.units >> 32) &+ (fraction >> 32),
            fraction: UInt32(truncatingIfNeeded: fraction)
        )
    }

    package static func - (left: NTPDate, right: NTPDuration) -> NTPDate { left + -right }

    /// Saturates at ±68 years.
    package static func - (left: NTPDate, right: NTPDate) -> NTPDuration {
        let seconds = left.seconds &- right.seconds
        guard seconds > -(1 << 31) else { return .min }
        guard seconds < (1 << 31) - 1 else { return .max }
        return NTPDuration(units: seconds << 32 + (Int64(left.fraction) - Int64(right.fraction)))
    }

    package static func += (left: inout NTPDate, right: NTPDuration) { left = left + right }
}

extension NTPDate {
    /// No clock shows an earlier time than this program's making: 2026-11-01T00:00:00Z. Moved on with releases.
    package static let earliestPlausible = CivilTime(year: 2026, month: 11, day: 1).date
    /// Nor does one show a later date, 20 years after, while this program is in use.
    package static let latestPlausible = CivilTime(year: 2046, month: 11, day: 1).date
    /// Dates outside of it are nobody's time.
    package static let plausible = earliestPlausible...latestPlausible
}
