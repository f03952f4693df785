import NTPTime

/// What temperature has made UTC gain on the oscillator, and makes it gain.
package struct ThermalGain: Equatable, Sendable {
    /// Since some moment that is always the same.
    package var phase: NTPDuration
    package var rate: Frequency

    package static let none = ThermalGain(phase: .zero, rate: .zero)

    package static func + (left: ThermalGain, right: ThermalGain) -> ThermalGain {
        ThermalGain(phase: left.phase + right.phase, rate: left.rate + right.rate)
    }
}

/// Learns how the oscillator's frequency depends on a thermometer near it, and predicts what a change of temperature does.
///
/// The samples of all sources carry the gain at their moment, so that the filters see an oscillator without it. Changes of
/// temperature count, not temperatures: what is learned anew never moves the frequency by itself.
///
/// How the oscillator follows is learned with several hypotheses, each weighted by how well it has predicted the samples. One
/// that it does not follow at all is among them, unless there is but one.
package struct ThermalCompensation: Sendable {
    private let hypotheses: [ThermalHypothesis]
    /// Of the oscillator against UTC, UTC − oscillator; none before the first reading.
    private var models: [ThermalModel] = []
    private var origin: ClockReading?
    /// Change of the frequency with each °C that is predicted, of each model with its weight in it; empty if none is.
    private var coefficients: [Double] = []
    private var gained = ThermalGain.none
    /// At which `gained` holds.
    private var moment = MonotonicTime.zero

    /// Deviations by which a coefficient must differ from zero to be used.
    private static let significance = 5.0
    /// How much less likely than the best a model may become, in logarithms. What was learned while the temperature
    /// changed outlasts days in which nothing does, and is overthrown by a few samples when it does not hold any more.
    private static let longestMemory = 50.0

    package init(_ hypotheses: [ThermalHypothesis] = [.clockChip]) { self.hypotheses = hypotheses }

    /// What is predicted to have been gained at `moment`, no earlier than the last reading.
    package func gain(at moment: MonotonicTime) -> ThermalGain {
        ThermalGain(phase: gained.phase + gained.rate * (moment - self.moment), rate: gained.rate)
    }

    /// Whether it is well enough known to be used.
    package var isUsed: Bool { !coefficients.isEmpty }

    /// The thermometer was read.
    ///
    /// - Returns: by how much UTC runs faster against the oscillator than was supposed until now.
    package mutating func note(celsius: Double, at moment: MonotonicTime) -> Frequency {
        if models.isEmpty { models = hypotheses.map { ThermalModel($0, celsius: celsius) } }
        for index in models.indices { models[index].advance(to: moment) }
        gained = gain(at: moment)
        let elapsed = (moment - self.moment).seconds
        self.moment = moment
        var change = 0.0
        for index in models.indices {
            let warming = models[index].follow(celsius, after: elapsed)
            if isUsed { change += coefficients[index] * warming }
        }
        gained.rate = gained.rate + Frequency(fraction: change)
        return Frequency(fraction: change)
    }

    /// A source's sample was believed.
    ///
    /// - Parameters:
    ///   - utc: at a moment of the oscillator.
    ///   - deviation: standard deviation of the sample's own error.
    package mutating func learn(_ utc: ClockReading, deviation: NTPDuration) {
        guard !models.isEmpty else { return }
        let origin = origin ?? utc
        self.origin = origin
        let offset = (utc.date - origin.date - (utc.monotonic - origin.monotonic)).seconds
        let variance = max(deviation.seconds * deviation.seconds, 1e-16)
        var best = -Double.infinity
        for index in models.indices {
            models[index].take(offset, variance: variance, at: utc.monotonic)
            best = max(best, models[index].logLikelihood)
        }
        for index in models.indices {
            models[index].logLikelihood = max(models[index].logLikelihood - best, -Self.longestMemory)
        }
        chooseCoefficients()
    }

    /// UTC has jumped by `correction` at a leap second.
    package mutating func shift(by correction: NTPDuration) { origin?.date += correction }

    private mutating func chooseCoefficients() {
        guard let estimate else { return }
        let isKnown = estimate.coefficient.magnitude.fraction > Self.significance * estimate.deviation.fraction
        coefficients = isKnown ? zip(weights, models).map { $0 * $1.coefficient.value } : []
    }

    /// Of the models, together 1.
    private var weights: [Double] {
        let likelihoods = models.map { Elementary.exp($0.logLikelihood) }
        let total = likelihoods.reduce(0, +)
        return likelihoods.map { $0 / total }
    }

    /// Change of the frequency with each °C, one standard deviation, and the lag in s; nil before there is anything to go by.
    package var estimate: Estimate? {
        guard models.first?.filter != nil else { return nil }
        let weights = weights
        var coefficient = 0.0
        var (lag, follower) = (0.0, 0.0)
        for (weight, model) in zip(weights, models) {
            coefficient += weight * model.coefficient.value
            guard let modelLag = model.hypothesis.lag else { continue }
            lag += weight * modelLag
            follower += weight
        }
        var variance = 0.0
        for (weight, model) in zip(weights, models) {
            let apart = model.coefficient.value - coefficient
            variance += weight * (model.coefficient.variance + apart * apart)
        }
        return Estimate(
            coefficient: Frequency(fraction: coefficient),
            deviation: Frequency(fraction: variance.squareRoot()),
            lag: .seconds(follower > 0 ? lag / follower : 0)
        )
    }

    package struct Estimate: Equatable, Sendable {
        package var coefficient: Frequency
        package var deviation: Frequency
        package var lag: NTPDuration
    }
}

extension ThermalHypothesis {
    /// A clock chip's thermometer shows the temperature of the air that the crystal is in, too.
    package static let clockChip = ThermalHypothesis(lag: 0, wander: 3e-9)
}

extension [ThermalHypothesis] {
    /// A processor's thermometer shows a die that is warm at once, and its crystal comes after it by way of the board, if at
    /// all.
    package static let processor: [ThermalHypothesis] = {
        let lags: [Double?] = [nil, 10, 30, 90, 270, 810]
        return lags.flatMap { lag in [1e-9, 1e-8, 1e-7].map { ThermalHypothesis(lag: lag, wander: $0) } }
    }()
}
