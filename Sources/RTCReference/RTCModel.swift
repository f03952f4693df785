import ClockDiscipline
import HAL
import NTPTime

/// What is known about the chip's error: its offset, drift and temperature coefficient with their covariances, over UTC.
///
/// Offset is chip − UTC, positive when the chip is ahead; drift is its growth, positive for a fast chip. A Kalman filter
/// (`ChipFilter`) for each of several hypotheses about how the drift wanders, weighted by how well it has predicted the
/// observations.
///
/// The chip is disciplined by nobody, so what was learned stays good across restarts and power cuts; the model is
/// persisted as text (`serialised`).
package struct RTCModel: Hashable, Sendable {
    /// The filters' state at one moment.
    struct State: Hashable {
        /// UTC.
        var date: NTPDate
        /// UTC of the last comparison with UTC.
        var observed: NTPDate
        /// Of the chip at `date`; nil if it has no thermometer.
        var temperature: Temperature?
        /// At which the filters' drift is the chip's; nil if it has no trim.
        var trim: TrimOffset?
        /// One for each of the kind's noises.
        var filters: [Weighted]
        /// What the observations may have in common, s: their bounds, weighted as they went into the offset. No averaging
        /// removes it.
        var observationBound: Double
        /// Deviation of what the offset has gained since the last observation by what nothing tells, s.
        var unseen = 0.0
        /// How fast the chip becomes warmer, °C/s, positive for warming; over some ten minutes.
        var warming = 0.0
        /// Bound on what the references may have been wrong by that the drift was learned from, s, and since when these are the same.
        var taughtBound = 0.0
        var taughtSince: NTPDate
        /// By how much the drift of a chip without a thermometer may change while nobody compares it, s/s; 0 for others.
        var swing = 0.0
        /// How far the newest observations were from the model, s, while it is open whether they or the model are wrong.
        var contradiction = 0.0
    }

    struct Weighted: Hashable {
        var filter: ChipFilter
        /// Up to a term that is common to all filters; 0 for the best.
        var logLikelihood = 0.0
    }

    /// Observations that contradict the model, but perhaps not each other.
    struct Dissent: Hashable {
        var count: Int32
        var date: NTPDate
        var offset: Double
        var bound: Double
    }

    /// What may be expected of the chip.
    package let kind: RTCKind
    /// Bound on the error of a chip that was never compared with UTC. It is somebody's word, and not kept.
    package let assumedError: NTPDuration
    var state: State?
    var dissent: Dissent?
    /// UTC of the last write to the chip, to the second.
    package internal(set) var lastWrite: NTPDate?
    /// A write to the chip began and no success was noted, so the chip may hold anything.
    package internal(set) var isBeingWritten = false

    package init(of kind: RTCKind, assumedError: NTPDuration = .seconds(1)) {
        self.kind = kind
        self.assumedError = assumedError
    }
}

// MARK: - Constants

extension RTCModel {
    /// By which the likelihood of a hypothesis counts with each further observation: some two hundred of them decide.
    static let memory = 0.995
    /// A chip that was not seen for longer, in s, may have been without power meanwhile, and somewhere else.
    static let longestGap = 600.0
    /// Deviation in °C of the temperature from the mean of what was read before and after such a gap, if that is as long as
    /// `temperatureTime`, in s: a machine has cooled down by then.
    static let temperatureDeviation = 5.0
    static let temperatureTime = 3_600.0
    /// In which what a chip's compensation leaves becomes another at a steady temperature, in s.
    static let residueTime = 10_000.0
    /// Distance in °C from 25 °C up to which a machine is taken to be in a room, where what the chip's compensation leaves is
    /// always the same.
    static let roomWarmth = 5.0
    /// A change of the drift may come again, and be more; half of it is forgotten in `swingTime`, in s.
    static let swingSafety = 2.0
    static let swingTime = 86_400.0
    /// Of a chip that was watched for days and kept still, in s/s.
    static let calmSwing = 1e-6
    /// Steps of a chip's thermometer, in °C, and how late it corrects by it: half a conversion's interval of 64 s, and the
    /// thermometer's own lag.
    static let thermometerStep = 0.25
    static let compensationDelay = 75.0
    /// Over which the speed of warming is taken, in s.
    static let warmingTime = 600.0
    /// What the offset has gained unseen counts as an error of the filters' after so long without an observation, in s; in
    /// shorter times it is part of how the drift wanders.
    static let unseenTime = 3_600.0
    /// Deviations in a bound, and at which an observation contradicts.
    static let boundDeviations = 3.0
    static let gateDeviations = 5.0
    /// By so much UTC may seem to go back when it is only estimated anew.
    static let dateTolerance = NTPDuration.seconds(1)
    /// Observations that contradict the model and agree with each other until it gives in.
    static let dissentLimit: Int32 = 3
    /// What the drift is learned from lies no further back, in s.
    static let driftMemory = 172_800.0
    /// A reference whose bound is smaller by this factor is much better.
    static let improvement = 8.0
    /// Deviation of the drift, in s/s, that counts as learned: 26 ms a day.
    static let learnedDrift = 0.3e-6
}

// MARK: - What is known

extension RTCModel {
    /// Whether the chip was ever compared with UTC.
    package var hasHistory: Bool { state != nil }

    /// At the chip's last temperature: positive for a fast chip; zero if nothing is known.
    package var drift: Frequency { Frequency(fraction: state?.mixture.drift ?? 0) }

    /// One standard deviation.
    package var driftUncertainty: Frequency {
        Frequency(fraction: state?.mixture.driftVariance.squareRoot() ?? kind.rate.drift.fraction)
    }

    /// Change of the drift with each °C, and one standard deviation of it; nil if nothing is known, as without a
    /// thermometer.
    package var temperatureCoefficient: (value: Frequency, deviation: Frequency)? {
        guard kind.rate.coefficient != nil else { return nil }
        return (state?.mixture).map {
            (Frequency(fraction: $0.coefficient), Frequency(fraction: $0.coefficientVariance.squareRoot()))
        }
    }

    /// The trim register as it was last seen; nil if nothing is known, or there is none.
    package var trim: TrimOffset? { state?.trim }

    /// Whether the drift is known well enough to be corrected for.
    package var isLearned: Bool { state != nil && driftUncertainty.fraction <= Self.learnedDrift }

    /// The chip's offset at `date` (UTC; the chip's own time will do) and its bound.
    ///
    /// The bound is three standard deviations, with what nothing tells taken as wrong the same way since the last
    /// observation, and the bound of an observation itself. Without history it is `assumedError` around 0; while a write is
    /// unfinished the largest duration there is.
    ///
    /// - Parameter temperature: the chip's at `date`; nil if it is taken to be as it was last.
    package func predict(
        at date: NTPDate,
        temperature: Temperature? = nil
    ) -> (offset: NTPDuration, uncertainty: NTPDuration) {
        guard !isBeingWritten else { return (.zero, .max) }
        guard var state else { return (.zero, assumedError) }
        state.move(to: date, temperature: temperature ?? state.temperature, kind)
        let mixture = state.mixture
        let deviation = (mixture.offsetVariance + state.unseen * state.unseen).squareRoot()
        let bound = Self.boundDeviations * deviation + state.observationBound + state.contradiction
        return (.seconds(mixture.offset), .seconds(bound) + precaution(at: date))
    }

    /// The part of the prediction's bound that is for what is possible, but not likely.
    ///
    /// Another temperature, which no thermometer tells, may have changed the drift since the last observation as much as it ever
    /// has. And what the chip was compared with may have gone from one end of its bound to the other while the drift was
    /// learned.
    package func precaution(at date: NTPDate) -> NTPDuration {
        guard let state else { return .zero }
        let learning = min((state.observed - state.taughtSince).seconds, Self.driftMemory)
        let taught = 2 * state.taughtBound / max(learning, 1)
        let drift = state.swing + min(taught, Self.boundDeviations * kind.rate.drift.fraction)
        return .seconds(drift * (date - state.observed).magnitude.seconds)
    }
}

extension RTCModel.State {
    /// °C above the temperature at which the filters' drift holds; 0 without a thermometer, when it holds at any.
    var warmth: Double { Self.warmth(of: temperature) }

    static func warmth(of temperature: Temperature?) -> Double {
        temperature.map { $0.celsius - referenceTemperature } ?? 0
    }

    private static let referenceTemperature = 25.0

    /// At the present temperature and time of day.
    var mixture: ChipMixture { ChipMixture(filters, warmth: warmth, turns: date.dayInTurns) }

    /// Lets the time pass until `date`, or go back to it.
    mutating func move(to date: NTPDate, temperature: Temperature?, _ kind: RTCKind) {
        let elapsed = (date - self.date).seconds
        let turns = self.date.dayInTurns
        let before = warmth
        self.date = date
        self.temperature = temperature
        unseen += kind.rate.unseen.compensation.fraction * abs(elapsed)
        let residue = residue(after: self.warmth - before, in: abs(elapsed), kind)
        for index in filters.indices {
            filters[index].filter.advance(by: elapsed, warmth: (before + warmth) / 2, turns: turns, residue: residue)
            if kind.rate.coefficient == nil { filters[index].filter.leaveTemperatureOut() }
        }
        if abs(elapsed) > RTCModel.longestGap { stray(for: abs(elapsed), kind) }
    }

    /// What becomes of what the chip's own compensation leaves while it is warmed by `change` °C in `elapsed` s.
    ///
    /// It goes by the thermometer's steps, so it is another after each of them, and the more the further the temperature is from a
    /// room's. It is more while the temperature changes, as the compensation comes late.
    private mutating func residue(
        after change: Double,
        in elapsed: Double,
        _ kind: RTCKind
    ) -> (deviation: Double, part: Double) {
        let before = warming
        warming = (warming + change / RTCModel.warmingTime) * Elementary.exp(-elapsed / RTCModel.warmingTime)
        let distance = abs(warmth)
        let steps = kind.rate.unseen.compensationPerDegree.fraction * max(0, distance - RTCModel.roomWarmth)
        let late = warming * RTCModel.compensationDelay / RTCModel.thermometerStep
        let part =
            elapsed / RTCModel.residueTime + abs(change) / RTCModel.thermometerStep
            + abs(warming - before) * RTCModel.compensationDelay / RTCModel.thermometerStep
        let delayed = kind.rate.unseen.compensation(at: distance).fraction * late
        return ((steps * steps + 12 * delayed * delayed).squareRoot(), part)
    }

    /// The chip was not seen for `elapsed` s: it may have been on its cell, and at another temperature.
    private mutating func stray(for elapsed: Double, _ kind: RTCKind) {
        let compensation = kind.rate.unseen.compensationPerDegree.fraction * abs(warmth)
        unseen += (kind.rate.unseen.supply.fraction + compensation) * elapsed
        let share = min(1, elapsed / RTCModel.temperatureTime)
        let warmed = RTCModel.temperatureDeviation * share * elapsed
        let drift = kind.rate.unseen.temperature.fraction * share
        for index in filters.indices {
            let filter = filters[index].filter
            let slope = filter.coefficient * filter.coefficient + filter.coefficientVariance
            filters[index].filter.inflate(
                offset: warmed * warmed * slope + drift * drift * elapsed * elapsed,
                drift: drift * drift
            )
        }
    }
}

extension NTPDate {
    /// How much of the UTC day is over, in turns of the circle.
    fileprivate var dayInTurns: Double {
        let day: Int64 = 86_400
        let second = (seconds % day + day) % day
        return (Double(second) + Double(fraction) / 0x1p32) / Double(day)
    }
}

/// The filters' states as one: their mean, and variances that hold their own and how far they are apart.
struct ChipMixture {
    private(set) var offset = 0.0
    private(set) var drift = 0.0
    private(set) var coefficient = 0.0
    private(set) var offsetVariance = 0.0
    private(set) var driftVariance = 0.0
    private(set) var coefficientVariance = 0.0

    /// - Parameters:
    ///   - warmth: at which the drift is wanted.
    ///   - turns: of the day, at which it is.
    init(_ filters: [RTCModel.Weighted], warmth: Double, turns: Double) {
        let drifts = filters.map { $0.filter.drift(warmth: warmth, turns: turns) }
        var weights = filters.map { Elementary.exp($0.logLikelihood) }
        let total = weights.reduce(0, +)
        for index in filters.indices {
            weights[index] /= total
            offset += weights[index] * filters[index].filter.offset
            drift += weights[index] * drifts[index].value
            coefficient += weights[index] * filters[index].filter.coefficient
        }
        for index in filters.indices {
            let filter = filters[index].filter
            let offsetApart = filter.offset - offset
            let driftApart = drifts[index].value - drift
            let coefficientApart = filter.coefficient - coefficient
            offsetVariance += weights[index] * (filter.offsetVariance + offsetApart * offsetApart)
            driftVariance += weights[index] * (drifts[index].variance + driftApart * driftApart)
            coefficientVariance += weights[index] * (filter.coefficientVariance + coefficientApart * coefficientApart)
        }
    }
}
