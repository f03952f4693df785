import NTPTime

/// What temperature has made UTC gain on the oscillator, and makes it gain.
package struct ThermalGain: Equatable, Sendable {
    /// Since some moment that is always the same.
    package var phase: NTPDuration
    package var rate: Frequency

    package static let none = ThermalGain(phase: .zero, rate: .zero)
}

/// Learns how the oscillator's frequency depends on a thermometer near it, and foretells what a change of temperature does.
///
/// The samples of all sources carry the gain at their moment, so that the filters see an oscillator without it. Changes of
/// temperature count, not temperatures: what is learned anew never moves the frequency by itself.
package struct ThermalCompensation: Sendable {
    /// Of the oscillator against UTC, UTC − oscillator; nil before the first sample.
    private var filter: ThermalFilter?
    private var origin: ClockReading?
    /// Up to which the filter has come.
    private var filtered = MonotonicTime.zero
    private var celsius: Double?
    /// Change of the frequency with each °C that is foretold.
    private var coefficient = 0.0
    private var gained = ThermalGain.none
    /// At which `gained` holds.
    private var moment = MonotonicTime.zero

    private static let reference = 25.0
    /// Deviations of what is supposed before anything is known: a crystal without compensation moves by up to 1 ppm/°C.
    private static let priorDrift = 30e-6
    private static let priorCoefficient = 0.5e-6
    /// Random walk of a crystal's frequency apart from temperature, in s/s per √s.
    private static let wander = 3e-9
    /// Deviations by which a coefficient must differ from zero to be used.
    private static let significance = 5.0
    /// Deviations at which UTC, or the oscillator, has made a jump.
    private static let gate = 6.0
    /// A thermometer that was not read for longer tells nothing of the meantime, in s.
    private static let longestGap = 600.0

    package init() {}

    /// What is foretold to have been gained at `moment`, no earlier than the last reading.
    package func gain(at moment: MonotonicTime) -> ThermalGain {
        ThermalGain(phase: gained.phase + gained.rate * (moment - self.moment), rate: gained.rate)
    }

    /// Change of the frequency with each °C, and one standard deviation; nil before there is anything to go by.
    package var estimate: (coefficient: Frequency, deviation: Frequency)? {
        filter.map {
            (Frequency(fraction: $0.coefficient), Frequency(fraction: $0.covariance.coefficient.squareRoot()))
        }
    }

    /// Whether it is well enough known to be used.
    package var isUsed: Bool { coefficient != 0 }

    /// The thermometer was read.
    ///
    /// - Returns: by how much UTC runs faster against the oscillator than was supposed until now.
    package mutating func note(celsius: Double, at moment: MonotonicTime) -> Frequency {
        advanceFilter(to: moment)
        gained = gain(at: moment)
        self.moment = moment
        let change = Frequency(fraction: coefficient * (celsius - (self.celsius ?? celsius)))
        gained.rate = gained.rate + change
        self.celsius = celsius
        return change
    }

    /// A source's sample was believed.
    ///
    /// - Parameters:
    ///   - utc: at a moment of the oscillator.
    ///   - deviation: standard deviation of the sample's own error.
    package mutating func learn(_ utc: ClockReading, deviation: NTPDuration) {
        guard celsius != nil else { return }
        let origin = origin ?? utc
        self.origin = origin
        let offset = (utc.date - origin.date - (utc.monotonic - origin.monotonic)).seconds
        let variance = max(deviation.seconds * deviation.seconds, 1e-16)
        advanceFilter(to: utc.monotonic)
        guard var filter else {
            start(at: utc.monotonic, offset: offset, variance: variance)
            return
        }
        let innovation = offset - filter.offset
        guard innovation * innovation < Self.gate * Self.gate * (filter.covariance.offset + variance) else {
            start(at: utc.monotonic, offset: offset, variance: variance)
            return
        }
        _ = filter.correct(by: innovation, variance: variance)
        self.filter = filter
        let isKnown = abs(filter.coefficient) > Self.significance * filter.covariance.coefficient.squareRoot()
        coefficient = isKnown ? filter.coefficient : 0
    }

    /// UTC has jumped by `correction` at a leap second.
    package mutating func shift(by correction: NTPDuration) { origin?.date += correction }

    private mutating func start(at moment: MonotonicTime, offset: Double, variance: Double) {
        let known = filter
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
        filtered = moment
    }

    private mutating func advanceFilter(to moment: MonotonicTime) {
        let elapsed = (moment - filtered).seconds
        guard let celsius, filter != nil, elapsed > 0 else { return }
        filtered = moment
        filter?.advance(by: elapsed, warmth: celsius - Self.reference, wander: Self.wander)
        guard elapsed > Self.longestGap, let coefficient = filter?.covariance.coefficient else { return }
        // The temperature may have been another one for long.
        let strayed = elapsed * elapsed * coefficient
        filter?.covariance.offset += strayed
        filter?.covariance.drift += coefficient
    }
}
