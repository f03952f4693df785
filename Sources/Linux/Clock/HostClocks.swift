import NTPTime

/// The kernel's two clocks.
package protocol HostClocks: AnyObject {
    /// `CLOCK_MONOTONIC_RAW`.
    var oscillator: MonotonicTime { get }
    /// `CLOCK_REALTIME`.
    var realTime: NTPDate { get }
}

/// Both of the kernel's clocks at one moment.
package struct PairedReading: Sendable {
    /// `CLOCK_REALTIME` and, as the middle of two readings around it, the oscillator.
    package let reading: ClockReading
    /// Half of the time between the two oscillator readings: the oscillator's stamp is off by no more.
    package let uncertainty: NTPDuration

    /// Good enough to stop trying: two system calls on the slowest machine in mind take about this long.
    private static let narrow = NTPDuration.nanoseconds(2_000)
    private static let attempts = 4

    /// Reads oscillator, real time, oscillator; keeps the narrowest of a few tries.
    package static func take(from clocks: any HostClocks) -> PairedReading {
        var best = attempt(clocks)
        for _ in 1..<attempts where best.uncertainty > narrow / 2 {
            let next = attempt(clocks)
            if next.uncertainty < best.uncertainty { best = next }
        }
        return best
    }

    private static func attempt(_ clocks: any HostClocks) -> PairedReading {
        let before = clocks.oscillator
        let date = clocks.realTime
        let half = (clocks.oscillator - before) / 2
        return PairedReading(reading: ClockReading(monotonic: before + half, date: date), uncertainty: half)
    }
}
