import ClockDiscipline
import DS3231
import NTPTime

/// A job for the thread that owns the I2C bus.
package enum RTCRequest: Sendable {
    /// Find the second's edge; with a prediction, it is waited for.
    case sample(expecting: EdgePrediction?)
    /// Set the chip to this time, on the second.
    case write(Timescale)
    /// Set the aging register, and let it take effect.
    case trim(AgingOffset)
}

/// What came of a request.
package enum RTCAnswer: Sendable {
    case sample(EdgeSample)
    case written(WriteReport)
    case trimmed(TrimReport)
    /// The chip answers, and what it has is no time: it stopped, was never set, or was set by half. In words.
    case timeless(reason: String)
    /// In words; the same words are the same trouble.
    case failed(RTCRequest, reason: String)

    /// What a request that did not succeed comes to.
    package static func failure(of request: RTCRequest, reason: String, isTimeless: Bool) -> RTCAnswer {
        guard case .sample = request, isTimeless else { return .failed(request, reason: reason) }
        return .timeless(reason: reason)
    }
}
