/// A poll interval as the wire has it: log2 of seconds (RFC 5905 section 7.3).
package struct PollExponent: Hashable, Comparable, Sendable {
    package var log2Seconds: Int8

    package init(_ log2Seconds: Int8) { self.log2Seconds = log2Seconds }

    /// The configurable range: 1 s to about 36 h (RFC 5905's MAXPOLL).
    package static let range = PollExponent(0)...PollExponent(17)

    package static func < (left: PollExponent, right: PollExponent) -> Bool { left.log2Seconds < right.log2Seconds }

    /// Exponents outside of -31...30 are clamped, so that any octet from the wire has an interval.
    package var interval: NTPDuration {
        NTPDuration(units: 1 << (32 + Int64(Swift.min(Swift.max(log2Seconds, -31), 30))))
    }
}
