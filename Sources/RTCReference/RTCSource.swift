import ClockDiscipline
import HAL
import NTPTime

/// The chip as a reference clock: when to ask it, what it says of UTC and how surely, when to set and to trim it.
package struct RTCSource: Sendable {
    /// What is being done with the chip.
    private enum Activity: Equatable, Sendable {
        case idle(until: MonotonicTime)
        case sampling
        case writing
        case trimming
    }

    private var activity: Activity
    package private(set) var store: RTCStore
    package private(set) var lastSample: EdgeSample?
    /// Why the chip gave no time or took none; nil while it answers.
    package private(set) var lastError: RTCTrouble?
    /// Whether the last error is that the chip has no time.
    private var isTimeless = false
    /// When the chip was last set or was to be, successfully or not, in UTC.
    private var lastAttempt: NTPDate?
    private let policy = WriteBackPolicy()
    private var line = EdgeLine()
    /// What the chip was compared with last; nil before the first comparison in this run.
    private var lastComparedWith: TimeReference?
    /// The edges since the chip was last compared with UTC, the oldest first.
    private var edges: [EdgeSample] = []
    /// Why the chip is not believed although it has a time; nil if it is.
    package private(set) var refusal: RTCRefusal?
    private var watch = RateWatch()
    /// UTC by the chip at the last sample; nil if there is none to believe.
    package private(set) var reference: TimeReference?
    /// The last eight times that the chip was asked, the latest in bit 0; set where it had a time.
    package private(set) var reach: UInt8 = 0
    private var interval = Self.samplingInterval
    private var requestedWrite: RequestedWrite?
    private var requestedTrim: TrimOffset?
    private let trimsChip: Bool
    private var trimming = TrimPolicy()
    private var samples = 0

    private enum RequestedWrite: Sendable {
        case disciplined
        case given(ClockReading)
    }

    private static let samplingInterval = NTPDuration.seconds(64)
    private static let holdoverInterval = NTPDuration.seconds(16)
    /// The first samples come sooner, so that an early loss of the network finds a model.
    private static let learningInterval = NTPDuration.seconds(8)
    private static let learningSamples = 16
    private static let staleAfter = NTPDuration.seconds(300)
    /// Edges that are averaged to be compared with UTC: those of the longest usual poll interval.
    private static let comparedEdges = 16

    /// - Parameter kind: the chip's.
    /// - Parameter saved: what `saved` was in an earlier run; nil or unreadable starts without a history.
    /// - Parameter assumedError: a bound for a chip that was never compared with UTC.
    /// - Parameter trimsChip: whether the trim register may be set.
    package init(
        _ kind: RTCKind,
        saved: String?,
        assumedError: NTPDuration,
        trimsChip: Bool,
        at now: MonotonicTime
    ) {
        store = RTCStore(kind, saved: saved, assumedError: assumedError)
        self.trimsChip = trimsChip
        lastAttempt = store.memory.model.lastWrite
        activity = .idle(until: now)
    }

    package var model: RTCModel { store.memory.model }
    /// What is kept for the next run.
    package var saved: String { store.text }
    /// Bound on what the chip may be wrong by as it, or who taught it, has contradicted itself; zero if neither has.
    package var doubt: NTPDuration { store.memory.doubt }

    /// How often the chip is asked.
    package var poll: PollExponent { PollExponent(Int8(31 - interval.units.leadingZeroBitCount)) }

    package var nextDeadline: MonotonicTime {
        guard case .idle(let next) = activity else { return .distantFuture }
        return requestedWrite == nil && requestedTrim == nil ? next : .zero
    }

    /// Whether the chip answered lately with a time that can be believed.
    package func isUsable(at now: MonotonicTime) -> Bool {
        guard lastError == nil, refusal == nil, let lastSample else { return false }
        return now - lastSample.edge < Self.staleAfter
    }
}

// MARK: - Requests

extension RTCSource {
    /// Asks for the chip to be set to UTC as it is known then.
    package mutating func requestWrite() { requestedWrite = .disciplined }

    /// Asks for the chip to be set to what somebody gave.
    package mutating func requestWrite(of given: ClockReading) { requestedWrite = .given(given) }

    /// Sets the trim register and leaves it at that; nil lets the chip be trimmed as it needs it again.
    package mutating func requestTrim(to trim: TrimOffset?) {
        requestedTrim = trim
        store.setTrimmedByHand(trim != nil)
    }

    /// Whether the chip has stopped, or shows a time that is off, however lately it was set. One that does not answer
    /// would not take the time either.
    package func needsWrite(at date: NTPDate) -> Bool {
        if lastError != nil { return isTimeless }
        return lastSample != nil && policy.writeBackIsDue(model: model, at: date, lastWrite: nil)
    }

    /// Whether the last write was long enough ago for another one, of a chip that has no time.
    package func mayBeWritten(at date: NTPDate) -> Bool {
        policy.writeBackIsDue(model: RTCModel(of: model.kind), at: date, lastWrite: lastAttempt)
    }

    /// Whether a write is asked for or under way.
    package var isSetting: Bool { requestedWrite != nil || store.isSetting }

    /// Asks the chip at the next opportunity, as its time is wanted now.
    package mutating func hasten(at now: MonotonicTime) {
        if case .idle = activity { activity = .idle(until: now) }
    }

    /// The request that is due.
    ///
    /// - Parameter reference: UTC as it is known now, if it is.
    /// - Parameter frequency: the oscillator's.
    package mutating func request(
        at now: MonotonicTime,
        reference: TimeReference?,
        frequency: Frequency
    ) -> RTCRequest? {
        guard nextDeadline <= now else { return nil }
        if let trim = requestedTrim {
            requestedTrim = nil
            activity = .trimming
            return .trim(trim)
        }
        defer { requestedWrite = nil }
        guard let time = timeToSet(by: reference) else {
            activity = .sampling
            reach <<= 1
            return .sample(expecting: lastError == nil ? lastSample?.prediction(at: now) : nil)
        }
        activity = .writing
        store.begin(setting: time)
        let reading = time.reading(at: now)
        lastAttempt = reading.date
        return .write(Timescale(reading: reading, frequency: frequency))
    }

    private func timeToSet(by reference: TimeReference?) -> RTCStore.TimeToSet? {
        switch requestedWrite {
        case .disciplined: reference.map { .reference($0) }
        case .given(let reading): .given(reading)
        case nil: nil
        }
    }
}

// MARK: - Answers

extension RTCSource {
    /// The chip has answered with a time.
    ///
    /// - Parameter situation: what is known without it.
    package mutating func note(_ sample: EdgeSample, in situation: Situation, at now: MonotonicTime) {
        watch.note(sample)
        // What was seen of the chip is of no account where others know the time.
        refusal =
            watch.impossibleRate.map { .rate($0) }
            ?? model.refusal(at: sample.chipTime).flatMap { refusal in
                if case .wentBack = refusal, situation != .nothingKnown { return nil }
                return refusal
            }
        lastSample = sample
        lastError = nil
        reach |= 1
        samples = min(samples + 1, Self.learningSamples)
        interval =
            situation != .synchronised
            ? Self.holdoverInterval : samples < Self.learningSamples ? Self.learningInterval : Self.samplingInterval
        activity = .idle(until: now + interval)
    }

    /// What is known of the time without the chip.
    package enum Situation: Sendable {
        case nothingKnown
        case synchronised
        case holdover
    }

    /// - Parameter mayHaveChanged: whether the chip may be another than before.
    /// - Returns: whether this is news.
    package mutating func noteFailure(
        _ trouble: RTCTrouble,
        isTimeless: Bool,
        mayHaveChanged: Bool,
        at now: MonotonicTime
    ) -> Bool {
        defer { lastError = trouble }
        reference = nil
        self.isTimeless = isTimeless
        store.abandon(mayHaveChanged: mayHaveChanged)
        interval = Self.samplingInterval
        activity = .idle(until: now + interval)
        return lastError?.isSame(as: trouble) != true
    }

    /// Takes a sample while servers know the time.
    ///
    /// - Returns: whether the chip should be set.
    package mutating func compare(_ sample: EdgeSample, with reference: TimeReference) -> Bool {
        let date = reference.estimate.date(at: sample.edge)
        store.update { memory in
            memory.model.note(sample.trim, at: date)
            memory.model.advance(to: date, temperature: sample.temperature)
        }
        edges = edges.suffix(Self.comparedEdges - 1) + [sample]
        if !model.hasHistory { learn(UTCSample(Timescale(reference.estimate), .zero), against: reference) }
        if case .rate = refusal { return false }
        return policy.writeBackIsDue(model: model, at: date, lastWrite: lastAttempt)
    }

    /// Compares the edges since the last time with a sample of UTC.
    ///
    /// A server's sample and the edges have errors that are new each time, unlike the estimates that they go into, so the
    /// model can weigh them.
    ///
    /// - Parameter isDoubtful: whether who told it has contradicted itself, and so whatever has come from it.
    package mutating func learn(_ utc: UTCSample, against reference: TimeReference, isDoubtful: Bool = false) {
        guard let last = edges.last, lastError == nil else { return }
        let count = Double(edges.count)
        let drift = model.drift
        var offset = NTPDuration.zero
        var bound = NTPDuration.zero
        var variance = 0.0
        for edge in edges {
            // Brought to the time of the last edge by the drift that is known.
            offset += (edge.offset(from: utc.timescale) + drift * (last.edge - edge.edge)) * (1 / count)
            bound += edge.uncertainty * (1 / count)
            variance += edge.uncertainty.seconds * edge.uncertainty.seconds / 3 / (count * count)
        }
        edges = []
        let deviation = utc.deviation.seconds
        let observation = RTCObservation(
            offset: offset,
            date: utc.timescale.date(at: last.edge),
            temperature: last.temperature,
            trim: last.trim,
            deviation: .seconds((variance + deviation * deviation).squareRoot()),
            bound: bound + reference.estimate.phaseError(at: last.edge)
        )
        let (before, uncertainty) = store.memory.prediction(at: last)
        let systematic = reference.rootDelay / 2 + reference.rootDispersion
        if model.hasHistory {
            let known = uncertainty + store.memory.learnedDelay / 2
            let offered = systematic + observation.bound
            let contradicts = (observation.offset - before).magnitude > known + offered
            guard isDoubtful || contradicts || offered < known * Self.worstOffer else { return }
        }
        store.update { $0.model.isTaught(by: systematic, at: observation.date) }
        noteShift(of: reference, at: last.edge)
        let outcome = store.update { memory in
            let (outcome, gain) = memory.model.take(observation)
            memory.learn(from: reference, at: last.edge, gain: gain)
            if outcome != .rejected { memory.doubt = .zero }
            return outcome
        }
        if outcome == .relearned {
            line = EdgeLine()
        } else {
            // What has been learned of the chip's offset holds for the edges before, too.
            line.shift(by: before - store.memory.prediction(at: last).offset)
        }
        guard trimsChip, !store.memory.isTrimmedByHand else { return }
        requestedTrim = trimming.trim(of: model, at: utc.timescale.date(at: last.edge))
    }

    /// Takes note of a reference that has moved by more than its statistics explain, as others have come to it or gone: what it was
    /// moved by is no drift of the chip's.
    private mutating func noteShift(of reference: TimeReference, at moment: MonotonicTime) {
        defer { lastComparedWith = reference }
        guard let last = lastComparedWith else { return }
        let (new, old) = (reference.estimate, last.estimate)
        let date = new.date(at: moment)
        let noise = (new.phaseError(at: moment) + old.phaseError(at: moment)) * TimeReference.boundFactor
        let explained = noise + OscillatorAllowance.leastRate * (moment - old.moment).magnitude
        let shift = (date - old.date(at: moment)).magnitude
        guard shift > explained else { return }
        store.update { $0.model.unsettle(by: shift, at: date) }
    }

    /// A comparison that is worse than what is known by this factor is left out.
    private static let worstOffer = 2.0

    /// The chip was set: its phase is new, its drift runs on.
    ///
    /// - Parameter known: UTC by servers, if any have told it.
    package mutating func note(_ report: WriteReport, known: TimeReference?, at now: MonotonicTime) {
        store.commit(report, known: known)
        lastError = nil
        lastSample = report.edge
        watch.restart()
        edges = []
        line = EdgeLine()
        reference = nil
        activity = .idle(until: now + Self.learningInterval)
    }

    /// The trim register was set: the drift is another one from `date`, UTC, on.
    package mutating func note(_ report: TrimReport, at date: NTPDate, now: MonotonicTime) {
        store.commit(report, at: date)
        trimming.restart()
        edges = []
        activity = .idle(until: now + Self.learningInterval)
    }

    /// UTC leaps, the chip does not.
    package mutating func take(_ second: LeapSecond) {
        store.update { $0.model.take(second) }
        line.shift(by: second.correction)
        reference?.estimate.date += second.correction
    }

    /// Takes the leap seconds that came while nobody watched, when the chip is seen for the first time.
    package mutating func catchUp(with table: LeapSecondTable, at date: NTPDate) {
        if samples == 0 { store.update { $0.model.take(table, until: date) } }
    }

    /// Whoever the chip was compared with has contradicted itself by `size`, or something else has come up against it.
    package mutating func addDoubt(_ size: NTPDuration) { store.update { $0.doubt = max($0.doubt, size) } }
}

// MARK: - What it says

extension RTCSource {
    /// The chip's estimate of UTC at the last sample, each part of its error bounded.
    ///
    /// A second that contradicts the line through those before it is left out. Two of the same kind are a jump: the chip
    /// was set or is disturbed, and nobody can say which line is right until it has been compared with UTC again.
    ///
    /// - Parameter prior: the oscillator's frequency as it was last measured.
    /// - Parameter thermal: of the oscillator at the last sample.
    /// - Parameter allowance: what the oscillator may have done.
    /// - Returns: by how much the chip has jumped, if it has just been found to have.
    package mutating func updateReference(
        prior: FrequencyPrior,
        thermal: ThermalGain,
        allowance: OscillatorAllowance
    ) -> NTPDuration? {
        reference = nil
        guard let sample = lastSample, lastError == nil, refusal == nil else { return nil }
        if !model.hasHistory, store.memory.unknownSince == nil {
            store.update { $0.unknownSince = sample.chipTime }
        }
        let prediction = store.memory.prediction(at: sample)
        let second = ClockSample(
            moment: sample.edge,
            date: sample.chipTime - prediction.offset,
            delay: .zero,
            dispersion: sample.uncertainty,
            thermal: thermal
        )
        let step = line.take(second, prior: prior, allowance: allowance)
        guard case .inLine(let jump) = step, let edges = line.reference(allowance: allowance) else { return nil }
        if let jump { store.update { $0.doubt += jump } }
        store.update { memory in
            memory.model.note(sample.trim, at: second.date)
            memory.model.advance(to: second.date, temperature: sample.temperature)
        }
        reference = TimeReference(
            estimate: edges.estimate,
            rootDelay: store.memory.learnedDelay,
            rootDispersion: prediction.bound + (jump ?? .zero) + edges.rootDispersion,
            leap: .none,
            allowance: allowance,
            precaution: model.precaution(at: second.date)
        )
        return jump
    }

    /// What the chip says contradicts what is known better.
    package mutating func dismissReference() { reference = nil }
}

/// UTC as a single sample has it.
package struct UTCSample: Sendable {
    package var timescale: Timescale
    /// Standard deviation of the sample's own error.
    package var deviation: NTPDuration

    package init(_ timescale: Timescale, _ deviation: NTPDuration) {
        self.timescale = timescale
        self.deviation = deviation
    }
}

extension Timescale {
    package init(_ estimate: ClockEstimate) {
        self.init(
            reading: ClockReading(monotonic: estimate.moment, date: estimate.date),
            frequency: estimate.frequency
        )
    }
}
