import NTPTime

/// How the kernel is told a rate: a coarse part in the length of the tick and a fine one in `timex.freq`.
package enum KernelRate {
    /// The kernel clamps `timex.freq` to this (MAXFREQ).
    package static let maximumFine = Frequency.ppm(500)
    /// The kernel refuses ticks further from the nominal one than 10 % (adjtimex(2)).
    package static let maximum = Frequency(fraction: 0.1)

    /// Whether the kernel can run at `rate`; false for NaN.
    package static func allows(_ rate: Frequency) -> Bool { rate.magnitude.fraction <= maximum.fraction }

    /// Microseconds per tick at the nominal rate.
    package static func nominalTick(hz: Int64) -> Int64 { (1_000_000 + hz / 2) / Swift.max(hz, 1) }

    /// The tick in microseconds per 1/`hz` second and the remainder in 2^-16 ppm that together make `frequency`.
    ///
    /// The tick stays nominal as long as the fine part suffices. Rates beyond `maximum` are clamped; NaN counts as 0.
    package static func split(_ frequency: Frequency, hz: Int64) -> (tick: Int64, frequency: Int64) {
        let hz = Swift.max(hz, 1)
        let nominal = nominalTick(hz: hz)
        guard !frequency.fraction.isNaN else { return (nominal, 0) }
        let rate = Swift.min(Swift.max(frequency, -maximum), maximum)
        var coarse: Int64 = 0
        if rate.magnitude > maximumFine {
            // One microsecond more per tick is `hz` microseconds more per second.
            let steps = Int64((rate.ppm / Double(hz)).rounded())
            let reach = nominal / 10
            coarse = Swift.min(Swift.max(steps, -reach), reach)
        }
        let limit = scaled(maximumFine.ppm)
        let fine = scaled(rate.ppm - Double(coarse * hz))
        return (nominal + coarse, Swift.min(Swift.max(fine, -limit), limit))
    }

    /// The rate that a tick and a fine part make together.
    package static func join(tick: Int64, frequency: Int64, hz: Int64) -> Frequency {
        let coarse = Double(tick &- nominalTick(hz: hz)) * Double(hz)
        return .ppm(coarse + Double(frequency) / 65_536)
    }

    private static func scaled(_ ppm: Double) -> Int64 { Int64((ppm * 65_536).rounded()) }
}
