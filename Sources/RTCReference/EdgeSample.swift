import ClockDiscipline
import HAL
import NTPTime

/// When the next second's beginning is expected.
package struct EdgePrediction: Hashable, Sendable {
    /// Any second's beginning, also one that has passed: whole seconds are added as needed.
    package var moment: MonotonicTime
    /// How far off `moment` may be. At 250 ms and more the prediction is of no use.
    package var uncertainty: NTPDuration

    package init(moment: MonotonicTime, uncertainty: NTPDuration) {
        self.moment = moment
        self.uncertainty = uncertainty
    }
}

/// One second of the chip, as found on the free-running oscillator.
package struct EdgeSample: Hashable, Sendable {
    /// The stamp of the square wave's edge, or the middle of the bracket in which the second was seen to begin.
    package var edge: MonotonicTime
    /// The stamp's bound or half of the bracket, and the trim's ripple; no deviation.
    package var uncertainty: NTPDuration
    /// The chip's time at the edge, a whole second.
    package var chipTime: NTPDate
    /// nil if the chip has no thermometer.
    package var temperature: Temperature?
    /// nil if the chip's rate cannot be set.
    package var trim: TrimOffset?
    /// Whether an interrupt stamped the edge, rather than that the second was polled for.
    package var isStamped = false

    /// What the chip is ahead of `timescale` by; its bound is `uncertainty`, beside the time scale's own.
    package func offset(from timescale: Timescale) -> NTPDuration { chipTime - timescale.date(at: edge) }

    /// For finding another second soon: the oscillator and the chip part by at most `rate`.
    package func prediction(at moment: MonotonicTime, rate: Frequency = .ppm(200)) -> EdgePrediction {
        EdgePrediction(moment: edge, uncertainty: uncertainty + rate * (moment - edge).magnitude)
    }
}
