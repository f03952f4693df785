/// A fractional frequency: a dimensionless rate, seconds per second.
///
/// The sign is the user's to state where it is used; throughout the discipline a positive value means that true time
/// runs faster than the local oscillator, so that the clock must be sped up by it (the sign of ntpd's drift file and
/// of the kernel's `timex.freq`).
package struct Frequency: BitwiseCopyable, Hashable, Comparable, Sendable {
    package var fraction: Double

    package init(fraction: Double) { self.fraction = fraction }

    package static let zero = Frequency(fraction: 0)
    package static func ppm(_ value: Double) -> Frequency { Frequency(fraction: value * 1e-6) }

    package var ppm: Double { fraction * 1e6 }
    package var magnitude: Frequency { Frequency(fraction: abs(fraction)) }

    package static func < (left: Frequency, right: Frequency) -> Bool { left.fraction < right.fraction }
    package static func + (left: Frequency, right: Frequency) -> Frequency {
        Frequency(fraction: left.fraction + right.fraction)
    }
    package static func - (left: Frequency, right: Frequency) -> Frequency {
        Frequency(fraction: left.fraction - right.fraction)
    }
    package static prefix func - (value: Frequency) -> Frequency { Frequency(fraction: -value.fraction) }

    /// The phase gained over `elapsed`.
    package static func * (rate: Frequency, elapsed: NTPDuration) -> NTPDuration {
        NTPDuration(seconds: rate.fraction * elapsed.seconds)
    }
}
