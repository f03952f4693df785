import NTPTime

/// A weighted straight line through samples, with the slope's prior as a further observation.
///
/// In doubles, seconds; time and offset are relative to the newest sample, whose differences from the others are exact.
struct LineFit {
    /// Offset of the line from the newest sample.
    let intercept: Double
    /// Rate of the source relative to the oscillator, less one.
    let slope: Double
    let interceptError: Double
    let slopeError: Double
    let residualDeviation: Double
    let delay: Double
    let dispersion: Double
    let tooFewRuns: Bool

    init(_ samples: [ClockSample], prior: FrequencyPrior) {
        let newest = samples[samples.count - 1]
        let times = samples.map { ($0.moment - newest.moment).seconds }
        let offsets = samples.map { (($0.date - newest.date) - ($0.moment - newest.moment)).seconds }
        let weights = Self.weights(of: samples)

        let total = weights.reduce(0, +)
        let meanTime = zip(weights, times).reduce(0) { $0 + $1.0 * $1.1 } / total
        let meanOffset = zip(weights, offsets).reduce(0) { $0 + $1.0 * $1.1 } / total
        var spread = 0.0
        var covariance = 0.0
        for index in samples.indices {
            let time = times[index] - meanTime
            spread += weights[index] * time * time
            covariance += weights[index] * time * (offsets[index] - meanOffset)
        }

        // Noise before there are residuals to learn it from: a tenth of the delay or half of the dispersion, whichever
        // is more, two samples' worth.
        let expected = samples.map { max(0.1 * $0.delay.seconds, 0.5 * $0.dispersion.seconds) }.min() ?? 0
        let fitted = spread > 0 ? covariance / spread : prior.frequency.fraction
        let scatter = Self.residuals(times, offsets, slope: fitted, meanTime: meanTime, meanOffset: meanOffset)
        let squares = zip(weights, scatter).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
        let freedom = Double(max(0, samples.count - 2))
        let variance = (squares + 2 * expected * expected) / (freedom + 2)

        // Combine the slope seen with the one known, each by its precision. The oscillator's wander over the span
        // limits what a straight line can know of the frequency now.
        let span = -times[0]
        let wanderVariance = OscillatorModel.wander * OscillatorModel.wander * span / 3
        let seenVariance = spread > 0 ? variance / spread + wanderVariance : .infinity
        let priorVariance = prior.error.fraction * prior.error.fraction
        let share = priorVariance / (priorVariance + seenVariance)
        slope = prior.frequency.fraction + share * (fitted - prior.frequency.fraction)
        let slopeVariance = seenVariance.isFinite ? share * seenVariance : priorVariance
        slopeError = slopeVariance.squareRoot()
        intercept = meanOffset - slope * meanTime
        interceptError = (variance / total + slopeVariance * meanTime * meanTime).squareRoot()

        let residuals = Self.residuals(times, offsets, slope: slope, meanTime: meanTime, meanOffset: meanOffset)
        residualDeviation = variance.squareRoot()
        tooFewRuns = Self.runsAreTooFew(residuals)

        // The intercept is a weighted sum of the samples; so is its bound, by the weights' magnitudes.
        var delay = 0.0
        var dispersion = 0.0
        for index in samples.indices {
            let lever = spread > 0 ? share * meanTime * (times[index] - meanTime) / spread : 0
            let coefficient = (weights[index] * (1 / total - lever)).magnitude
            delay += coefficient * samples[index].delay.seconds
            dispersion += coefficient * samples[index].dispersion.seconds
        }
        self.delay = delay
        self.dispersion = dispersion
    }

    /// A sample whose delay exceeds the smallest by the median excess counts a quarter of the best.
    private static func weights(of samples: [ClockSample]) -> [Double] {
        let delays = samples.map { $0.delay.seconds }
        let smallest = delays.min() ?? 0
        let excess = delays.map { $0 - smallest }
        let scale = max(excess.sorted()[excess.count / 2], 1e-6)
        return excess.map { 1 / ((1 + $0 / scale) * (1 + $0 / scale)) }
    }

    private static func residuals(
        _ times: [Double],
        _ offsets: [Double],
        slope: Double,
        meanTime: Double,
        meanOffset: Double
    ) -> [Double] {
        times.indices.map { offsets[$0] - meanOffset - slope * (times[$0] - meanTime) }
    }

    /// Wald and Wolfowitz's runs test: whether residuals of one sign cluster more than chance allows (5 %, one-sided).
    private static func runsAreTooFew(_ residuals: [Double]) -> Bool {
        var runs = 0
        var positive = 0
        for index in residuals.indices {
            if residuals[index] >= 0 { positive += 1 }
            if index == 0 || (residuals[index] >= 0) != (residuals[index - 1] >= 0) { runs += 1 }
        }
        let count = Double(residuals.count)
        let product = 2 * Double(positive) * (count - Double(positive))
        guard count > 2 else { return false }
        let mean = product / count + 1
        let variance = product * (product - count) / (count * count * (count - 1))
        return Double(runs) < mean - 1.645 * max(0, variance).squareRoot() - 0.5
    }
}
