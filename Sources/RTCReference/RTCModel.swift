import DS3231
import NTPTime

/// What is known about the chip's error: its offset and drift with their covariance, over UTC.
///
/// Offset is chip − UTC, positive when the chip is ahead; drift is its growth, positive for a fast chip. A Kalman filter
/// with two states; temperature is no state yet, but what it does to the drift is in the bound.
///
/// The chip is disciplined by nobody, so what was learned stays good across restarts and power cuts; the model is
/// persisted as text (`serialised`).
package struct RTCModel: Hashable, Sendable {
    /// The filter's state at one moment.
    struct State: Hashable {
        /// UTC.
        var date: NTPDate
        /// s.
        var offset: Double
        /// s/s.
        var drift: Double
        /// Covariance of offset (s²), of offset and drift (s), of drift (dimensionless).
        var covariance: Covariance
        /// What the observations may have in common, s: their bounds, weighted as they went into `offset`. No averaging
        /// removes it.
        var observationBound: Double
        /// How far the newest observations were from the model, s, while it is open whether they or the model are wrong.
        var contradiction = 0.0
    }

    struct Covariance: Hashable {
        var offset: Double
        var cross: Double
        var drift: Double
    }

    /// Observations that contradict the model, but perhaps not each other.
    private struct Dissent: Hashable {
        var count: Int32
        var date: NTPDate
        var offset: Double
        var bound: Double
    }

    /// What an observation did.
    package enum Outcome: Hashable, Sendable {
        case accepted
        /// It is further from the prediction than can be; kept in mind, not used.
        case rejected
        /// The model was wrong for several observations that agree with each other, and starts anew from them.
        case relearned
    }

    var state: State?
    private var dissent: Dissent?
    /// UTC of the last write to the chip, to the second.
    package internal(set) var lastWrite: NTPDate?
    /// A write to the chip began and no success was noted, so the chip may hold anything.
    package internal(set) var isBeingWritten = false

    package init() {}
}

// MARK: - Constants

extension RTCModel {
    /// Deviation of a chip that nothing is known about. Specified are ±2 ppm (0–40 °C), ±3.5 ppm (−40–85 °C), ±5 ppm for
    /// the DS3231M, and some ppm of aging: three deviations are 7.5 ppm.
    static let priorDrift = 2.5e-6
    /// No quartz drifts more, also no counterfeit's.
    static let maximumDrift = 1e-3
    /// Drift as a random walk, in 1/s: 0.27 ppm in three years was measured on a trimmed chip; twice that is assumed.
    static let aging = 0.54e-6 * 0.54e-6 / 94_670_000
    /// Deviation of the drift between two temperatures of one place, for example with the computer on and off: ±2 ppm is
    /// the most over all of 0–40 °C, and 0.34 ppm the rms error of seven chips at room temperature.
    static let temperatureDrift = 0.25e-6
    /// Time in s over which temperature changes like that while the model learns.
    static let temperatureTime = 86_400.0
    /// Observations closer together than this, in s, have the served clock's error in common and count as one.
    static let correlationTime = 900.0
    /// Deviations in a bound, and at which an observation contradicts.
    static let boundDeviations = 3.0
    static let gateDeviations = 5.0
    /// Observations that contradict the model and agree with each other until it gives in.
    static let dissentLimit: Int32 = 3
    /// Deviation of the drift, in s/s, that counts as learned: 26 ms a day.
    static let learnedDrift = 0.3e-6
    /// An RTC of which nothing is known is taken to be right within its register's resolution.
    static let unknownOffset = NTPDuration.seconds(1)
}

// MARK: - What is known

extension RTCModel {
    /// Whether the chip was ever compared with UTC.
    package var hasHistory: Bool { state != nil }

    /// Positive for a fast chip; zero if nothing is known.
    package var drift: Frequency { Frequency(fraction: state?.drift ?? 0) }

    /// One standard deviation.
    package var driftUncertainty: Frequency {
        Frequency(fraction: state.map { $0.covariance.drift.squareRoot() } ?? Self.priorDrift)
    }

    /// Whether the drift is known well enough to be corrected for.
    package var isLearned: Bool { state != nil && driftUncertainty.fraction <= Self.learnedDrift }

    /// The chip's offset at `date` (UTC; the chip's own time will do) and its bound.
    ///
    /// The bound is three standard deviations, with the drift's change by temperature taken as lasting since the last
    /// observation, and the bound of an observation itself. Without history it is 1 s around 0; while a write is
    /// unfinished the largest duration there is.
    package func predict(at date: NTPDate) -> (offset: NTPDuration, uncertainty: NTPDuration) {
        guard !isBeingWritten else { return (.zero, .max) }
        guard let state else { return (.zero, Self.unknownOffset) }
        let elapsed = (date - state.date).seconds
        let variance = state.covariance.propagated(over: elapsed).offset + Self.temperatureVariance(over: elapsed)
        let bound =
            Self.boundDeviations * variance.squareRoot() + state.observationBound + state.contradiction
        return (.seconds(state.offset + state.drift * elapsed), .seconds(bound))
    }

    /// Variance of the offset, s², by a change of the drift with temperature that lasts `elapsed` s.
    private static func temperatureVariance(over elapsed: Double) -> Double {
        let offset = temperatureDrift * elapsed
        return offset * offset
    }
}

// MARK: - Learning

extension RTCModel {
    /// Takes in that the chip was `offset` ahead of UTC at `date`.
    ///
    /// - Parameter uncertainty: a bound that includes UTC's own.
    @discardableResult
    package mutating func observe(
        offset: NTPDuration,
        at date: NTPDate,
        uncertainty: NTPDuration
    ) -> Outcome {
        let bound = Self.bound(uncertainty)
        guard var state else {
            state = State(observed: offset.seconds, at: date, bound: bound, drift: 0)
            return .accepted
        }
        let elapsed = (date - state.date).seconds
        let innovation = offset.seconds - (state.offset + state.drift * elapsed)
        let noise = Self.variance(bound)
        let expected =
            state.covariance.propagated(over: elapsed).offset + Self.temperatureVariance(over: elapsed) + noise
        // Time that went back is UTC that was stepped; the chip's phase is then all that can be learned.
        let isPlausible =
            elapsed >= 0
            && abs(innovation) <= Self.gateDeviations * expected.squareRoot() + state.observationBound
        guard isPlausible else {
            return dissents(offset: offset.seconds, at: date, bound: bound, innovation: innovation)
        }
        dissent = nil
        state.propagate(to: date)
        state.correct(
            by: innovation,
            noise: noise * max(1, Self.correlationTime / max(elapsed, 1)),
            bound: bound
        )
        state.contradiction = 0
        self.state = state
        return .accepted
    }

    private mutating func dissents(
        offset: Double,
        at date: NTPDate,
        bound: Double,
        innovation: Double
    ) -> Outcome {
        var count: Int32 = 1
        if let dissent {
            let elapsed = (date - dissent.date).seconds
            let difference = offset - dissent.offset - (state?.drift ?? 0) * elapsed
            let allowed = bound + dissent.bound + 4 * Self.priorDrift * abs(elapsed)
            if abs(difference) <= allowed { count = dissent.count + 1 }
        }
        guard count < Self.dissentLimit else {
            // The phase is new for certain, the drift perhaps: it is kept, but may be learned anew.
            state = State(observed: offset, at: date, bound: bound, drift: state?.drift ?? 0)
            dissent = nil
            return .relearned
        }
        dissent = Dissent(count: count, date: date, offset: offset, bound: bound)
        let contradiction = max(state?.contradiction ?? 0, abs(innovation))
        state?.contradiction = contradiction
        return .rejected
    }

    /// Notes that the chip is about to be set. To be persisted before it is, so that a power cut half-way is known.
    package mutating func rewriteBegins() { isBeingWritten = true }

    /// Notes that the chip was set: its offset is `residual` now, its drift what it was.
    ///
    /// - Parameters:
    ///   - date: UTC at which the residual was measured.
    ///   - uncertainty: the residual's bound, UTC's own included.
    package mutating func rewritten(to residual: NTPDuration, at date: NTPDate, uncertainty: NTPDuration) {
        let bound = Self.bound(uncertainty)
        var next = State(observed: residual.seconds, at: date, bound: bound, drift: 0)
        if var state {
            state.propagate(to: date)
            next.drift = state.drift
            next.covariance.drift = state.covariance.drift
        }
        state = next
        dissent = nil
        isBeingWritten = false
        lastWrite = NTPDate(seconds: date.seconds)
    }

    /// Notes that the aging register was changed at `date` (UTC), and took effect. Positive slows the chip.
    ///
    /// The datasheet says 0.1 ppm a step at 25 °C; half of that was seen, so half of it is the deviation.
    package mutating func agingChanged(from before: AgingOffset, to after: AgingOffset, at date: NTPDate) {
        guard var state else { return }
        state.propagate(to: date)
        let change = 0.1e-6 * (Double(after.steps) - Double(before.steps))
        state.drift = Self.limited(state.drift - change)
        state.covariance.drift += change * change / 4
        self.state = state
    }

    private static func bound(_ uncertainty: NTPDuration) -> Double {
        max(1e-6, uncertainty.magnitude.seconds)
    }

    fileprivate static func limited(_ drift: Double) -> Double { min(max(drift, -maximumDrift), maximumDrift) }

    /// Of an error that is anywhere within ±`bound`, in s².
    fileprivate static func variance(_ bound: Double) -> Double { bound * bound / 3 }
}

extension RTCModel.State {
    /// A state with a fresh phase and a drift of which only the prior's deviation is certain.
    fileprivate init(observed offset: Double, at date: NTPDate, bound: Double, drift: Double) {
        self.init(
            date: date,
            offset: offset,
            drift: drift,
            covariance: RTCModel.Covariance(
                offset: RTCModel.variance(bound),
                cross: 0,
                drift: RTCModel.priorDrift * RTCModel.priorDrift
            ),
            observationBound: bound
        )
    }

    /// Moves the state on to `date`, with what time and temperature do to the knowledge; never back.
    fileprivate mutating func propagate(to date: NTPDate) {
        let elapsed = (date - self.date).seconds
        guard elapsed > 0 else { return }
        self.date = date
        offset += drift * elapsed
        var next = covariance.propagated(over: elapsed)
        let change =
            RTCModel.temperatureDrift * RTCModel.temperatureDrift * min(1, elapsed / RTCModel.temperatureTime)
        next.offset += change * elapsed * elapsed
        next.cross += change * elapsed
        next.drift += change
        covariance = next
    }

    /// The Kalman update with an observation of the offset whose error has the variance `noise` and is within `bound`.
    fileprivate mutating func correct(by innovation: Double, noise: Double, bound: Double) {
        let total = covariance.offset + noise
        let gain = (offset: covariance.offset / total, drift: covariance.cross / total)
        offset += gain.offset * innovation
        drift = RTCModel.limited(drift + gain.drift * innovation)
        observationBound += gain.offset * (bound - observationBound)
        let cross = covariance.cross
        // noise / total is 1 − gain.offset, without the cancellation when the gain is nearly 1.
        covariance.offset *= noise / total
        covariance.cross *= noise / total
        covariance.drift = max(covariance.drift - gain.drift * cross, .leastNormalMagnitude)
    }
}

extension RTCModel.Covariance {
    /// With the offset grown by the drift and the drift walked by aging, `elapsed` s later or, if negative, earlier.
    func propagated(over elapsed: Double) -> RTCModel.Covariance {
        let aging = RTCModel.aging
        let duration = abs(elapsed)
        return RTCModel.Covariance(
            offset: max(
                0,
                offset + 2 * elapsed * cross + elapsed * elapsed * drift + aging * duration * duration * duration / 3
            ),
            cross: cross + elapsed * drift + aging * elapsed * duration / 2,
            drift: drift + aging * duration
        )
    }
}
