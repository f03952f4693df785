/// A signed span of time in units of 2^-32 s (0.23 ns), range ±68 years.
///
/// The NTP timestamp format's resolution, so that differences of timestamps are exact. Arithmetic saturates at the
/// ends of the range: values that come from the network never trap.
package struct NTPDuration: BitwiseCopyable, Hashable, Comparable, Sendable {
    /// Units of 2^-32 s.
    package var units: Int64

    package init(units: Int64) { self.units = units }

    /// Rounds to the nearest unit; saturates; NaN counts as zero.
    package init(seconds: Double) {
        let scaled = (seconds * 4_294_967_296).rounded()
        if scaled.isNaN {
            units = 0
        } else if scaled >= 9.223372036854775e18 {
            units = .max
        } else if scaled <= -9.223372036854775e18 {
            units = .min
        } else {
            units = Int64(scaled)
        }
    }

    /// Rounds to the nearest unit; saturates.
    package init(nanoseconds: Int64) {
        let (seconds, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        guard seconds > -(1 << 31), seconds < 1 << 31 else {
            units = seconds < 0 ? .min : .max
            return
        }
        let half: Int64 = remainder < 0 ? -500_000_000 : 500_000_000
        units = (seconds << 32) + (remainder * 4_294_967_296 + half) / 1_000_000_000
    }

    package static let zero = NTPDuration(units: 0)
    package static let max = NTPDuration(units: .max)
    package static let min = NTPDuration(units: .min)

    package static func seconds(_ value: Double) -> NTPDuration { NTPDuration(seconds: value) }
    package static func milliseconds(_ value: Double) -> NTPDuration { NTPDuration(seconds: value / 1e3) }
    package static func microseconds(_ value: Double) -> NTPDuration { NTPDuration(seconds: value / 1e6) }
    package static func nanoseconds(_ value: Int64) -> NTPDuration { NTPDuration(nanoseconds: value) }

    package var seconds: Double { Double(units) / 4_294_967_296 }
    package var milliseconds: Double { seconds * 1e3 }

    /// Nearest whole nanosecond.
    package var nanoseconds: Int64 {
        let whole = units >> 32
        let fraction = UInt64(truncatingIfNeeded: units) & 0xffff_ffff
        return whole * 1_000_000_000 + Int64((fraction * 1_000_000_000 + (1 << 31)) >> 32)
    }

    package var magnitude: NTPDuration { units < 0 ? -self : self }

    package static func < (left: NTPDuration, right: NTPDuration) -> Bool { left.units < right.units }

    package static prefix func - (value: NTPDuration) -> NTPDuration {
        NTPDuration(units: value.units == .min ? .max : -value.units)
    }

    package static func + (left: NTPDuration, right: NTPDuration) -> NTPDuration {
        let (sum, overflow) = left.units.addingReportingOverflow(right.units)
        return NTPDuration(units: overflow ? (left.units < 0 ? .min : .max) : sum)
    }

    package static func - (left: NTPDuration, right: NTPDuration) -> NTPDuration {
        let (difference, overflow) = left.units.subtractingReportingOverflow(right.units)
        return NTPDuration(units: overflow ? (left.units < 0 ? .min : .max) : difference)
    }

    package static func += (left: inout NTPDuration, right: NTPDuration) { left = left + right }
    package static func -= (left: inout NTPDuration, right: NTPDuration) { left = left - right }

    package static func * (left: NTPDuration, factor: Double) -> NTPDuration {
        NTPDuration(seconds: left.seconds * factor)
    }

    package static func / (left: NTPDuration, divisor: Int64) -> NTPDuration {
        NTPDuration(units: left.units / divisor)
    }
}
