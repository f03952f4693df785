/// By how much a clock is set forward; negative sets it back.
///
/// Unlike `NTPDuration` it holds the difference of any two dates, as a clock that was never set may be centuries off.
package struct ClockStep: BitwiseCopyable, Hashable, Sendable {
    /// Whole seconds, rounded down.
    package let seconds: Int64
    /// What is left, in units of 2^-32 s.
    package let fraction: UInt32

    package init(from start: NTPDate, to end: NTPDate) {
        let fraction = Int64(end.fraction) - Int64(start.fraction)
        seconds = end.seconds &- start.seconds &+ (fraction >> 32)
        self.fraction = UInt32(truncatingIfNeeded: fraction)
    }

    package init(_ duration: NTPDuration) {
        seconds = duration.units >> 32
        fraction = UInt32(truncatingIfNeeded: duration.units)
    }

    /// In seconds, to a double's precision.
    package var inSeconds: Double { Double(seconds) + Double(fraction) / 4_294_967_296 }

    /// Nanoseconds beyond the whole seconds, 0–999,999,999.
    package var nanoseconds: Int32 { Int32((UInt64(fraction) * 1_000_000_000) >> 32) }
}

extension NTPDate {
    package func stepped(by step: ClockStep) -> NTPDate {
        let fraction = UInt64(self.fraction) + UInt64(step.fraction)
        return NTPDate(
            seconds: seconds &+ step.seconds &+ Int64(fraction >> 32),
            fraction: UInt32(truncatingIfNeeded: fraction)
        )
    }
}
