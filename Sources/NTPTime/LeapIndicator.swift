/// Leap indicator (RFC 5905 figure 9).
package enum LeapIndicator: UInt8, BitwiseCopyable, Sendable {
    case none = 0
    /// The last minute of the day has 61 seconds.
    case insertion = 1
    /// The last minute of the day has 59 seconds.
    case deletion = 2
    /// The clock is not synchronised.
    case unsynchronised = 3
}
