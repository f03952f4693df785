import NTPTime

/// A 1 Hz square wave on a line that stamps its edges, the DS3231's SQW output on a GPIO or PPS input.
package protocol EdgeInput: AnyObject {
    /// The first falling edge after `moment`, which marks the second.
    ///
    /// Edges are stamped when they come, also while nobody waits, so one that came before the call is found if it is
    /// among the latest few.
    ///
    /// - Returns: nil when none came before `deadline`, at which the wait ends.
    func fallingEdge(after moment: MonotonicTime, before deadline: MonotonicTime) throws(EdgeInputError) -> StampedEdge?
}

package struct StampedEdge: Hashable, Sendable {
    package var moment: MonotonicTime
    /// Bound of what `moment` is off by: the interrupt's latency, and what translating the stamp adds.
    package var uncertainty: NTPDuration

    package init(moment: MonotonicTime, uncertainty: NTPDuration) {
        self.moment = moment
        self.uncertainty = uncertainty
    }
}

/// Why an input gives no edges, in words.
package struct EdgeInputError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
