import NTPTime

/// A 1 Hz square wave on a line that stamps its edges, the DS3231's SQW output on a GPIO or PPS input.
package protocol EdgeInput: AnyObject {
    /// Blocks until the next falling edge, which marks the second, or until `deadline`.
    ///
    /// - Returns: when the edge came, or nil when none did in time.
    func nextFallingEdge(before deadline: MonotonicTime) throws(EdgeInputError) -> MonotonicTime?
}

package enum EdgeInputError: Error, Hashable, Sendable {
    /// The number is the operating system's error.
    case system(code: Int32)
}
