import NTPTime
import RTCReference

/// UTC by the RTC alone, corrected by what an earlier run learned of it.
package struct RTCTime: Sendable {
    /// UTC at the chip's second.
    package let reading: ClockReading
    /// What the chip was taken to be ahead by; nil if it was never compared with UTC.
    package let correction: NTPDuration?
    /// Bound on the error of `reading`.
    package let bound: NTPDuration

    /// - Parameter saved: the text of the last `EngineAction.saveRTC`; without one, the chip is taken to be right to 1 s.
    /// - Parameter leapSeconds: those that may have come since then, if they are known.
    /// - Throws: why the chip is not to be believed.
    package init(_ sample: EdgeSample, saved: String?, leapSeconds: LeapSecondTable?) throws(RTCRefused) {
        let remembered = saved.flatMap(SavedRTC.init(parsing:))
        var model = remembered?.model ?? RTCModel()
        if let leapSeconds { model.take(leapSeconds, until: sample.chipTime) }
        if let refusal = model.refusal(at: sample.chipTime) { throw RTCRefused(reason: refusal) }
        let prediction = model.predict(at: sample.chipTime, temperature: sample.temperature)
        reading = ClockReading(monotonic: sample.edge, date: sample.chipTime - prediction.offset)
        correction = model.hasHistory ? prediction.offset : nil
        var bound = sample.uncertainty + prediction.uncertainty
        if let remembered { bound += remembered.learnedDelay / 2 + remembered.learnedDispersion }
        self.bound = bound
    }
}

/// A chip that has a time, and is not believed.
package struct RTCRefused: Error, Sendable {
    package let reason: RTCRefusal
}
