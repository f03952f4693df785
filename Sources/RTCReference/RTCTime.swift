import HAL
import NTPTime

/// UTC by the chip alone, corrected by what is kept of it: what `tickover rtc load` sets the clock to.
package struct RTCTime: Sendable {
    /// UTC at the chip's second.
    package let reading: ClockReading
    /// What the chip was taken to be ahead by; nil if it was never compared with UTC.
    package let correction: NTPDuration?
    /// Bound on the error of `reading`.
    package let bound: NTPDuration

    /// - Parameter kind: the chip's.
    /// - Parameter saved: the text of `RTCStore` as it was last saved; without one, the chip is taken to be right to
    ///   `assumedError`.
    /// - Parameter leapSeconds: those that may have come since then, if they are known.
    /// - Throws: why the chip is not to be believed.
    package init(
        _ sample: EdgeSample,
        of kind: RTCKind,
        saved: String?,
        assumedError: NTPDuration,
        leapSeconds: LeapSecondTable?
    ) throws(RTCRefused) {
        var memory = RTCStore(kind, saved: saved, assumedError: assumedError).memory
        if let leapSeconds { memory.model.take(leapSeconds, until: sample.chipTime) }
        if let refusal = memory.model.refusal(at: sample.chipTime) { throw RTCRefused(reason: refusal) }
        let prediction = memory.prediction(at: sample)
        reading = ClockReading(monotonic: sample.edge, date: sample.chipTime - prediction.offset)
        correction = memory.model.hasHistory ? prediction.offset : nil
        bound = sample.uncertainty + prediction.bound + memory.learnedDelay / 2
    }
}

/// A chip that has a time, and is not believed.
package struct RTCRefused: Error, Sendable {
    package let reason: RTCRefusal
}
