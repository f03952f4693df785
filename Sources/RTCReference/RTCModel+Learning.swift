import ClockDiscipline
import HAL
import NTPTime

/// The chip's offset from UTC as it was found.
package struct RTCObservation: Hashable, Sendable {
    /// Chip − UTC: positive when the chip is ahead.
    package var offset: NTPDuration
    /// UTC.
    package var date: NTPDate
    /// Of the chip; nil if it has no thermometer.
    package var temperature: Temperature?
    /// nil if the chip's rate cannot be set.
    package var trim: TrimOffset?
    /// One standard deviation of what is new in each observation's error, more than zero.
    package var deviation: NTPDuration
    /// On the error, UTC's own included.
    package var bound: NTPDuration

    package init(
        offset: NTPDuration,
        date: NTPDate,
        temperature: Temperature?,
        trim: TrimOffset?,
        deviation: NTPDuration,
        bound: NTPDuration
    ) {
        self.offset = offset
        self.date = date
        self.temperature = temperature
        self.trim = trim
        self.deviation = deviation
        self.bound = bound
    }

    /// In s².
    fileprivate var variance: Double { max(deviation.seconds * deviation.seconds, 1e-14) }
    /// In s, and no larger than what can be reckoned with.
    fileprivate var usableBound: Double { max(1e-6, bound.magnitude.seconds) }
}

extension RTCModel {
    /// What an observation did.
    package enum Outcome: Hashable, Sendable {
        case accepted
        /// It is further from the prediction than can be; kept in mind, not used.
        case rejected
        /// The model was wrong for several observations that agree with each other, and starts anew from them.
        case relearned
    }

    /// Lets the time pass until `date` (UTC), while the chip's temperature became `temperature`. A date that is past is
    /// left out.
    package mutating func advance(to date: NTPDate, temperature: Temperature?) {
        guard let state, date > state.date else { return }
        self.state?.move(to: date, temperature: temperature, kind)
    }

    /// Notes, before a comparison at `date` (UTC), that its reference may be wrong by `bound`. If that has become much better, what it
    /// was wrong by before is no part of the chip's drift: that is open again.
    mutating func isTaught(by bound: NTPDuration, at date: NTPDate) {
        guard var state else { return }
        let bound = bound.seconds
        if bound * Self.improvement <= state.taughtBound {
            let offset = state.taughtBound / Self.boundDeviations
            let drift = driftError(of: offset, over: (date - state.taughtSince).seconds)
            for index in state.filters.indices {
                state.filters[index].filter.forgetWhereFrom()
                state.filters[index].filter.inflate(offset: offset * offset, drift: drift * drift)
            }
            state.taughtBound = bound
            state.taughtSince = date
        }
        state.taughtBound = max(state.taughtBound, bound)
        self.state = state
    }

    /// The reference has moved by `shift` at `date` (UTC), and may have been wrong by that before or be wrong by it from now on; so may
    /// what was learned of the drift.
    mutating func unsettle(by shift: NTPDuration, at date: NTPDate) {
        guard var state else { return }
        let known = state.mixture.driftVariance
        let drift = driftError(of: shift.seconds, over: (date - state.taughtSince).seconds)
        for index in state.filters.indices {
            state.filters[index].filter.inflate(offset: shift.seconds * shift.seconds, drift: drift * drift)
        }
        if drift * drift > known { state.taughtSince = date }
        self.state = state
    }

    /// What an error of the offset, s, makes of a drift that is learned in `elapsed` s; no more than a drift that nothing is known
    /// about, less what is not known of this one anyway.
    private func driftError(of offset: Double, over elapsed: Double) -> Double {
        let error = offset / max(min(elapsed, Self.driftMemory), 1)
        let unknown = kind.rate.drift.fraction * kind.rate.drift.fraction - (state?.mixture.driftVariance ?? 0)
        return min(error, max(0, unknown).squareRoot())
    }

    /// Takes in a comparison of the chip with UTC.
    @discardableResult
    package mutating func observe(_ observation: RTCObservation) -> Outcome { take(observation).outcome }

    /// As `observe`.
    ///
    /// - Returns: also by which share of its distance from the observation the offset has moved to it.
    mutating func take(_ observation: RTCObservation) -> (outcome: Outcome, gain: Double) {
        guard var state else {
            state = State(observation, kind, drift: 0, coefficient: 0)
            return (.accepted, 1)
        }
        // Time that went back is UTC that was stepped; the chip's phase is then all that can be learned.
        let isLater = observation.date - state.date > -Self.dateTolerance
        state.move(to: observation.date, temperature: observation.temperature, kind)
        let mixture = state.mixture
        let innovation = observation.offset.seconds - mixture.offset
        let expected = (mixture.offsetVariance + observation.variance).squareRoot()
        guard isLater, abs(innovation) <= Self.gateDeviations * expected + state.observationBound else {
            let outcome = dissents(observation, innovation: innovation)
            return (outcome, outcome == .relearned ? 1 : 0)
        }
        dissent = nil
        let watched = (observation.date - state.observed).seconds
        let gain = state.correct(by: observation)
        state.watchSwing(from: mixture.drift, for: watched, limit: kind.rate.largestDrift)
        self.state = state
        return (.accepted, gain)
    }

    private mutating func dissents(_ observation: RTCObservation, innovation: Double) -> Outcome {
        let offset = observation.offset.seconds
        let bound = observation.usableBound
        var count: Int32 = 1
        if let dissent {
            let elapsed = (observation.date - dissent.date).seconds
            let difference = offset - dissent.offset - drift.fraction * elapsed
            let allowed = bound + dissent.bound + 4 * kind.rate.drift.fraction * abs(elapsed)
            if abs(difference) <= allowed { count = dissent.count + 1 }
        }
        guard count < Self.dissentLimit else {
            // The phase is new for certain, the drift perhaps: it is kept, but may be learned anew.
            let mixture = state.map { ChipMixture($0.filters, warmth: 0, turns: 0) }
            state = State(observation, kind, drift: mixture?.drift ?? 0, coefficient: mixture?.coefficient ?? 0)
            dissent = nil
            return .relearned
        }
        dissent = Dissent(count: count, date: observation.date, offset: offset, bound: bound)
        let contradiction = max(state?.contradiction ?? 0, abs(innovation))
        state?.contradiction = contradiction
        return .rejected
    }

    /// UTC leaps, the chip does not: it is as much further ahead.
    package mutating func take(_ second: LeapSecond) {
        guard var state else { return }
        state.move(to: max(state.date, second.midnight), temperature: state.temperature, kind)
        for index in state.filters.indices { state.filters[index].filter.shift(by: -second.correction.seconds) }
        self.state = state
        dissent?.offset -= second.correction.seconds
    }

    /// Takes all those that came since the chip was last seen.
    package mutating func take(_ table: LeapSecondTable, until date: NTPDate) {
        while let state, let second = table.nextLeap(after: state.date), second.midnight <= date { take(second) }
    }

    /// Notes that the chip is about to be set. To be persisted before it is, so that a power cut half-way is known.
    package mutating func rewriteBegins() { isBeingWritten = true }

    /// Notes that the chip was not set after all, nor touched.
    package mutating func rewriteCancelled() { isBeingWritten = false }

    /// Notes that the chip was set, and its offset found to be as in `observation`; its drift is what it was.
    package mutating func rewritten(_ observation: RTCObservation) {
        let fresh = State(observation, kind, drift: 0, coefficient: 0)
        if var state {
            state.move(to: max(state.date, observation.date), temperature: observation.temperature, kind)
            state.restart(fresh)
            self.state = state
        } else {
            state = fresh
        }
        dissent = nil
        isBeingWritten = false
        lastWrite = NTPDate(seconds: observation.date.seconds)
    }

    /// Notes that a change of the chip's time was undone, but for `offset`, positive if the chip is ahead of where it was.
    package mutating func shifted(by offset: NTPDuration, bound: NTPDuration) {
        isBeingWritten = false
        guard var state else { return }
        for index in state.filters.indices { state.filters[index].filter.shift(by: offset.seconds) }
        state.observationBound += bound.seconds
        self.state = state
        dissent = nil
    }

    /// Notes what the trim register is at `date` (UTC), in effect. Positive slows the chip.
    package mutating func note(_ trim: TrimOffset?, at date: NTPDate) {
        guard let trim, let register = kind.trim, var state, let before = state.trim, before != trim else { return }
        state.move(to: max(state.date, date), temperature: state.temperature, kind)
        let change = register.step.fraction * (Double(trim.steps) - Double(before.steps))
        state.trim = trim
        for index in state.filters.indices {
            state.filters[index].filter.changeDrift(by: -change, deviation: change * register.deviation)
        }
        self.state = state
    }
}

extension RTCModel.State {
    /// A state with a fresh phase and a drift of which only the prior's deviation is certain.
    fileprivate init(_ observation: RTCObservation, _ kind: RTCKind, drift: Double, coefficient: Double) {
        // Anywhere within the bound: an error that later observations share must not be forgotten for their noise.
        let bound = observation.usableBound
        let priorDrift = kind.rate.drift.fraction
        let priorCoefficient = kind.rate.coefficient?.fraction ?? 0
        let distance = abs(Self.warmth(of: observation.temperature))
        let residue = kind.rate.unseen.compensationPerDegree.fraction * max(0, distance - RTCModel.roomWarmth)
        self.init(
            date: observation.date,
            observed: observation.date,
            temperature: observation.temperature,
            trim: observation.trim,
            filters: kind.rate.noises.map { noise in
                let filter = ChipFilter(
                    noise,
                    offset: (observation.offset.seconds, max(bound * bound / 3, observation.variance)),
                    drift: (drift, priorDrift * priorDrift),
                    coefficient: (coefficient, priorCoefficient * priorCoefficient),
                    residue: residue * residue
                )
                return RTCModel.Weighted(filter: filter)
            },
            observationBound: bound,
            taughtSince: observation.date,
            swing: RTCModel.boundDeviations * kind.rate.unseen.temperature.fraction
        )
    }

    /// Takes an observation at `date`.
    ///
    /// - Returns: the offset's gain.
    fileprivate mutating func correct(by observation: RTCObservation) -> Double {
        takeInUnseen(until: observation.date)
        var gain = 0.0
        var best = -Double.infinity
        for index in filters.indices {
            let filter = filters[index].filter
            let innovation = observation.offset.seconds - filter.offset
            let total = filter.offsetVariance + observation.variance
            filters[index].logLikelihood =
                filters[index].logLikelihood * RTCModel.memory
                - (Elementary.log(total) + innovation * innovation / total) / 2
            let own = filters[index].filter.correct(by: innovation, variance: observation.variance)
            guard filters[index].logLikelihood > best else { continue }
            best = filters[index].logLikelihood
            gain = own
        }
        for index in filters.indices { filters[index].logLikelihood -= best }
        observationBound += gain * (observation.usableBound - observationBound)
        observed = observation.date
        contradiction = 0
        return gain
    }

    /// A new phase, that of `fresh`, which has nothing to do with the old one.
    fileprivate mutating func restart(_ fresh: Self) {
        for index in filters.indices {
            let new = fresh.filters[index].filter
            filters[index].filter.restart(offset: new.offset, variance: new.offsetVariance)
        }
        date = fresh.date
        observed = fresh.observed
        trim = fresh.trim
        observationBound = fresh.observationBound
        unseen = 0
        contradiction = 0
    }

    /// The drift was `before`, and has been watched for so many seconds since.
    fileprivate mutating func watchSwing(from before: Double, for elapsed: Double, limit: Frequency) {
        guard swing > 0 else { return }
        let kept = swing * Elementary.exp(-max(0, elapsed) / RTCModel.swingTime * 0.693147180559945)
        let seen = min(RTCModel.swingSafety * abs(mixture.drift - before), limit.fraction)
        swing = max(RTCModel.calmSwing, kept, seen)
    }

    /// What was gained unseen since the last observation is an error that the next one tells of.
    private mutating func takeInUnseen(until date: NTPDate) {
        if (date - observed).seconds > RTCModel.unseenTime {
            for index in filters.indices { filters[index].filter.inflate(offset: unseen * unseen, drift: 0) }
        }
        unseen = 0
    }
}
