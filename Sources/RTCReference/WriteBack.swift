import NTPTime

/// When the chip is set again from a synchronised clock.
package struct WriteBackPolicy: Hashable, Sendable {
    /// The chip may be this far off before it is set: well above what an edge shows, well below what a user of the chip
    /// notices.
    package var threshold = NTPDuration.milliseconds(5)
    /// Between two writes, however far off the chip is.
    package var interval = NTPDuration.seconds(3_600)
    /// From a write that was left unfinished to the next: the chip's time is nonsense until then.
    package var retryInterval = NTPDuration.seconds(60)

    package init() {}

    /// Whether the chip should be set.
    ///
    /// - Parameters:
    ///   - date: UTC.
    ///   - lastWrite: UTC of the last attempt, which counts also when it failed.
    /// - Returns: true if nothing is known about the chip, if a write was left unfinished, or if it is predicted to be off
    ///   by more than `threshold`; at most once per `interval`, or `retryInterval` after an unfinished write.
    package func writeBackIsDue(model: RTCModel, at date: NTPDate, lastWrite: NTPDate?) -> Bool {
        // A last write in the future is UTC that was stepped back; that must not stop writes for long.
        let pause = model.isBeingWritten ? retryInterval : interval
        if let lastWrite, (date - lastWrite).magnitude < pause { return false }
        guard model.hasHistory, !model.isBeingWritten else { return true }
        return model.predict(at: date).offset.magnitude > threshold
    }
}
