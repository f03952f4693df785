import ClockDiscipline
import HAL
import NTPTime

/// A job for the thread that owns the I2C bus.
package enum RTCRequest: Sendable {
    /// Find the second's edge; with a prediction, it is waited for.
    case sample(expecting: EdgePrediction?)
    /// Set the chip to this time, on the second.
    case write(Timescale)
    /// Set the trim register, and let it take effect.
    case trim(TrimOffset)
}

/// What came of a request.
package enum RTCAnswer: Sendable {
    case sample(EdgeSample)
    case written(WriteReport)
    case trimmed(TrimReport)
    /// The chip answers, and what it has is no time: it stopped, was never set, or was set by half.
    case timeless(RTCTrouble)
    case failed(RTCRequest, RTCTrouble)

    /// What a request that did not succeed comes to.
    package static func failure(of request: RTCRequest, _ trouble: RTCTrouble) -> RTCAnswer {
        guard case .sample = request, trouble.isTimeless else { return .failed(request, trouble) }
        return .timeless(trouble)
    }
}
