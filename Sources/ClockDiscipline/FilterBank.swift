import NTPTime

/// How the error of a sample is supposed to come about.
struct NoiseHypothesis: Equatable, Sendable {
    /// Mean error, as a share of the delay's excess over the path's base: ½ if all queues are on the way to the server,
    /// -½ if all are on the way back.
    let skew: Double
    /// Variance in squares of the excess.
    let excess: Double
    /// Further variance in units of the path's `spread`.
    let spread: Double
}

/// A sample as the filters take it; in seconds and s².
struct PhaseMeasurement {
    /// Since the statistics' origin, on the oscillator's scale.
    let time: Double
    /// UTC less the oscillator, less the same at the origin.
    let offset: Double
    /// Of the delay over the path's base.
    let excess: Double
    let spread: Double
    /// The variance of reading errors.
    let reading: Double

    func error(_ noise: NoiseHypothesis) -> (mean: Double, variance: Double) {
        (noise.skew * excess, noise.excess * excess * excess + noise.spread * spread + reading)
    }
}

/// A filter for every pair of hypotheses about the oscillator and about the noise, each weighted by how well it has
/// foretold the samples.
///
/// So the wander and the kind of noise are learned rather than configured, and what is not known of them widens the error
/// of the result.
struct FilterBank: Sendable {
    struct Model {
        let wander: WanderHypothesis
        let noise: NoiseHypothesis
        var filter: OscillatorFilter
        /// Likelihood, up to a factor that is common to all models.
        var logLikelihood = 0.0
    }

    private(set) var models: [Model]
    private var time = 0.0

    /// From a crystal in an oven to one in a draught; in steps that the mixture bridges.
    private static let wanders = [1e-10, 1e-9, 1e-8, 1e-7].flatMap { wander in
        [0, 1e-12].map { WanderHypothesis(wander: wander, driftWander: $0) }
    }

    private static let noises = [
        // Alike and exponential both ways: uniform within the excess. With further noise of the server's.
        NoiseHypothesis(skew: 0, excess: 1.0 / 12, spread: 0),
        NoiseHypothesis(skew: 0, excess: 1.0 / 12, spread: 0.1),
        // Noise of which the delay of one sample tells nothing.
        NoiseHypothesis(skew: 0, excess: 0, spread: 1),
        NoiseHypothesis(skew: 0, excess: 0, spread: 2),
        // Nearly all of it on one way.
        NoiseHypothesis(skew: 0.45, excess: 0.01, spread: 0.03),
        NoiseHypothesis(skew: -0.45, excess: 0.01, spread: 0.03),
    ]

    /// Of a model's merits with each further sample: some fifty of them decide, so that the weather may change.
    private static let memory = 0.98

    init(_ prior: FrequencyPrior) {
        let filter = OscillatorFilter(frequency: prior.frequency.fraction, frequencyError: prior.error.fraction)
        models = Self.wanders.flatMap { wander in
            Self.noises.map { Model(wander: wander, noise: $0, filter: filter) }
        }
    }

    /// Takes a measurement that is later than all before.
    mutating func take(_ measurement: PhaseMeasurement) {
        let elapsed = measurement.time - time
        time = measurement.time
        var best = -Double.infinity
        var models = models.mutableSpan
        for index in models.indices {
            _ = models[index].take(measurement, after: elapsed, memory: Self.memory)
            best = max(best, models[index].logLikelihood)
        }
        for index in models.indices { models[index].logLikelihood -= best }
    }

    /// The weighted mean of the models, `elapsed` seconds after the last measurement.
    func mixture(after elapsed: Double = 0) -> Mixture {
        var filters: [(weight: Double, filter: OscillatorFilter)] = []
        for model in models {
            let weight = Elementary.exp(model.logLikelihood)
            guard weight > Self.negligible else { continue }
            var filter = model.filter
            if elapsed > 0 { filter.advance(by: elapsed, model.wander) }
            filters.append((weight, filter))
        }
        return Mixture(filters)
    }

    private static let negligible = 1e-6

    /// The gains by which the model at `index` takes `measurements` after the bank's last one.
    func gains(of measurements: [PhaseMeasurement], byModel index: Int) -> [OscillatorFilter.Gain] {
        var model = models[index]
        var time = time
        return measurements.map { measurement in
            defer { time = measurement.time }
            return model.take(measurement, after: measurement.time - time, memory: 1)
        }
    }

    /// The index of the model that has foretold best.
    var bestModel: Int {
        models.indices.max { models[$0].logLikelihood < models[$1].logLikelihood } ?? 0
    }

    /// Seconds from the bank's last measurement.
    func elapsed(until measurement: PhaseMeasurement) -> Double { measurement.time - time }
}

extension FilterBank.Model {
    mutating func take(
        _ measurement: PhaseMeasurement,
        after elapsed: Double,
        memory: Double
    ) -> OscillatorFilter.Gain {
        filter.advance(by: elapsed, wander)
        let error = measurement.error(noise)
        let innovation = measurement.offset - error.mean - filter.phase
        let total = filter.phaseVariance + error.variance
        logLikelihood = logLikelihood * memory - (Elementary.log(total) + innovation * innovation / total) / 2
        return filter.correct(by: innovation, variance: error.variance)
    }
}

/// Several filters' states as one: their mean, and a variance that holds their own and how far they are apart.
struct Mixture: Equatable, Sendable {
    private(set) var phase = 0.0
    private(set) var frequency = 0.0
    private(set) var drift = 0.0
    private(set) var phaseVariance = 0.0
    private(set) var frequencyVariance = 0.0

    init(_ filters: [(weight: Double, filter: OscillatorFilter)]) {
        let total = filters.reduce(0) { $0 + $1.weight }
        for (weight, filter) in filters {
            phase += weight / total * filter.phase
            frequency += weight / total * filter.frequency
            drift += weight / total * filter.drift
        }
        for (weight, filter) in filters {
            let phaseApart = filter.phase - phase
            let frequencyApart = filter.frequency - frequency
            phaseVariance += weight / total * (filter.phaseVariance + phaseApart * phaseApart)
            frequencyVariance += weight / total * (filter.frequencyVariance + frequencyApart * frequencyApart)
        }
    }
}
