/// A reading of the machine's free-running oscillator (`CLOCK_MONOTONIC_RAW`): never stepped, never slewed.
///
/// The zero point is arbitrary (boot). All of the engine's deadlines and stored samples are on this scale, so no
/// change to the served clock ever disturbs them.
package struct MonotonicTime: BitwiseCopyable, Hashable, Comparable, Sendable {
    package var sinceStart: NTPDuration

    package init(sinceStart: NTPDuration) { self.sinceStart = sinceStart }

    package static let zero = MonotonicTime(sinceStart: .zero)
    package static let distantFuture = MonotonicTime(sinceStart: .max)

    package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool { left.sinceStart < right.sinceStart }
    package static func - (left: MonotonicTime, right: MonotonicTime) -> NTPDuration {
        left.sinceStart - right.sinceStart
    }
    package static func + (left: MonotonicTime, right: NTPDuration) -> MonotonicTime {
        MonotonicTime(sinceStart: left.sinceStart + right)
    }
    package static func - (left: MonotonicTime, right: NTPDuration) -> MonotonicTime {
        MonotonicTime(sinceStart: left.sinceStart - right)
    }
    package static func += (left: inout MonotonicTime, right: NTPDuration) { left = left + right }
}
