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
    /// - Parameter mayHaveChanged: whether the chip may be another than before, set by half for example.
    case failed(RTCRequest, RTCTrouble, mayHaveChanged: Bool)
}

extension RTCReference {
    /// Does a job.
    package func answer(to request: RTCRequest) -> RTCAnswer {
        var mayHaveChanged = false
        do throws(RTCError) {
            switch request {
            case .sample(let prediction): return .sample(try findEdge(expecting: prediction))
            case .write(let timescale):
                let preparation = try prepareWrite()
                mayHaveChanged = true
                return .written(try write(timescale, after: preparation))
            case .trim(let trim):
                mayHaveChanged = true
                return .trimmed(try setTrim(trim))
            }
        } catch {
            if case .sample = request, error.isTimeless { return .timeless(.failed(error)) }
            return .failed(request, .failed(error), mayHaveChanged: mayHaveChanged)
        }
    }
}
