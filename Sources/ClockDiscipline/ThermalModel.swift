import NTPTime

/// How an oscillator is supposed to follow a thermometer.
package struct ThermalHypothesis: Hashable, Sendable {
    /// Time constant by which the oscillator comes to what the thermometer shows, in s; 0 is at once, nil is never.
    package var lag: Double?
    /// Random walk of its frequency apart from that, in s/s per √s.
    package var wander: Double

    package init(lag: Double?, wander: Double) {
        self.lag = lag
        self.wander = wander
    }
}

/// A filter by one hypothesis, and how well it has predicted.
struct ThermalModel: Sendable {
    let hypothesis: ThermalHypothesis
    private(set) var filter: ThermalFilter?
    /// What the oscillator has come to, in °C.
    private(set) var celsius: Double
    /// Up to which the filter has come.
    private var filtered = MonotonicTime.zero
    /// Up to a term that is common to all models.
    var logLikelihood = 0.0

    private static let reference = 25.0
    /// Deviations of what is supposed before anything is known: a crystal without compensation moves by up to 1 ppm/°C.
    private static let priorDrift = 30e-6
    private static let priorCoefficient = 0.5e-6
    /// Deviations at which UTC, or the oscillator, has made a jump.
    private static let gate = 6.0
    /// A thermometer that was not read for longer tells nothing of the meantime, in s.
    private static let longestGap = 600.0

    init(_ hypothesis: ThermalHypothesis, celsius: Double) {
        self.hypothesis = hypothesis
        self.celsius = celsius
    }

    /// The thermometer shows something else.
    ///
    /// - Parameter elapsed: in s since the last reading, over which it is taken to have shown that.
    /// - Returns: by how much the oscillator is warmer for it, in °C.
    mutating func follow(_ shown: Double, after elapsed: Double) -> Double {
        guard let lag = hypothesis.lag else { return 0 }
        let before = celsius
        celsius = lag > 0 ? shown + (before - shown) * Elementary.exp(-elapsed / lag) : shown
        return celsius - before
    }

    /// Lets the filter come to `moment`, at the last reading's temperature.
    mutating func advance(to moment: MonotonicTime) {
        let elapsed = (moment - filtered).seconds
        guard filter != nil, elapsed > 0 else { return }
        filtered = moment
        let warmth = hypothesis.lag == nil ? 0 : celsius - Self.reference
        filter?.advance(by: elapsed, warmth: warmth, wander: hypothesis.wander)
        guard elapsed > Self.longestGap, let coefficient = filter?.covariance.coefficient else { return }
        // The temperature may have been another one for long.
        let strayed = elapsed * elapsed * coefficient
        filter?.covariance.offset += strayed
        filter?.covariance.drift += coefficient
    }

    /// Takes a measurement of the offset; one beyond the gate begins anew with what is known of the coefficient.
    mutating func take(_ offset: Double, variance: Double, at moment: MonotonicTime) {
        advance(to: moment)
        guard var filter else { return start(offset, variance, at: moment) }
        let innovation = offset - filter.offset
        let total = filter.covariance.offset + variance
        let square = innovation * innovation
        logLikelihood -= (Elementary.log(total) + min(square / total, Self.gate * Self.gate)) / 2
        guard square < Self.gate * Self.gate * total else { return start(offset, variance, at: moment) }
        _ = filter.correct(by: innovation, variance: variance)
        self.filter = filter
    }

    private mutating func start(_ offset: Double, _ variance: Double, at moment: MonotonicTime) {
        let known = filter
        filtered = moment
        filter = ThermalFilter(
            offset: offset,
            drift: known?.drift ?? 0,
            coefficient: known?.coefficient ?? 0,
            covariance: ThermalFilter.Covariance(
                offset: variance,
                drift: Self.priorDrift * Self.priorDrift,
                coefficient: known?.covariance.coefficient ?? Self.priorCoefficient * Self.priorCoefficient
            )
        )
    }

    /// Change of the frequency with each °C, in s/s, and its variance.
    var coefficient: (value: Double, variance: Double) {
        guard hypothesis.lag != nil, let filter else { return (0, 0) }
        return (filter.coefficient, filter.covariance.coefficient)
    }
}
