import ClockDiscipline
import DS3231
import NTPTime
import RTCReference

/// The RTC as the engine sees it: when to ask it, how good it is, what it says in holdover.
package struct RTCKeeper: Sendable {
    package private(set) var model: RTCModel
    package private(set) var lastSample: EdgeSample?
    /// nil while the chip answers.
    package private(set) var lastError: String?
    /// Whether the last error is that the chip has no time.
    private var isTimeless = false
    /// Reference on which the model was learned: its systematic error stays in whatever the RTC says later.
    private var learnedDelay: NTPDuration
    private var learnedDispersion: NTPDuration
    /// When the chip was last set or was to be, successfully or not.
    private var lastAttempt: NTPDate?
    private let policy = WriteBackPolicy()
    /// The chip's edges, each corrected by the model.
    private var statistics: SourceStatistics?
    /// The edges since the chip was last compared with UTC, the oldest first.
    private var edges: [EdgeSample] = []
    /// The first time that a chip showed which was never compared with UTC.
    private var unknownSince: NTPDate?
    /// How far the chip's last second was from the line through those before it, if they contradict each
    /// other: then the chip has made a jump.
    package private(set) var contradiction: NTPDuration?
    /// Why the chip is not believed although it has a time; nil if it is.
    package private(set) var refusal: RTCRefusal?
    private var watch = RateWatch()
    /// The last eight times that the chip was asked, the latest in bit 0; set where it had a time.
    package private(set) var reach: UInt8 = 0
    private var interval = Self.samplingInterval
    private var nextRequest: MonotonicTime
    private var isBusy = false
    private var requestedWrite: TimeToSet?
    private var requestedTrim: AgingOffset?
    private let trimsChip: Bool
    private var trimming = TrimPolicy()
    /// Somebody has set the aging register, and wants it left at that.
    package private(set) var isTrimmedByHand: Bool
    private var writeUnderWay: TimeToSet?

    /// What the chip is to be set to.
    enum TimeToSet: Equatable {
        case disciplined
        /// A time that somebody gave, with the moment at which it held.
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
    private var samples = 0

    /// - Parameter saved: what `saved` was in an earlier run; nil or unreadable starts without a history.
    /// - Parameter trimsChip: whether the aging register may be set.
    init(saved: String?, trimsChip: Bool, at now: MonotonicTime) {
        let remembered = saved.flatMap(SavedRTC.init(parsing:))
        model = remembered?.model ?? RTCModel()
        learnedDelay = remembered?.learnedDelay ?? .zero
        learnedDispersion = remembered?.learnedDispersion ?? .zero
        isTrimmedByHand = remembered?.isTrimmedByHand ?? false
        self.trimsChip = trimsChip
        lastAttempt = model.lastWrite
        nextRequest = now
    }

    var saved: String {
        SavedRTC(
            model: model,
            learnedDelay: learnedDelay,
            learnedDispersion: learnedDispersion,
            isTrimmedByHand: isTrimmedByHand
        ).text
    }

    /// How often the chip is asked.
    package var poll: PollExponent { PollExponent(Int8(31 - interval.units.leadingZeroBitCount)) }

    var nextDeadline: MonotonicTime {
        if isBusy { return .distantFuture }
        return requestedWrite == nil && requestedTrim == nil ? nextRequest : .zero
    }

    /// Whether the chip answered lately with a time that can be believed.
    func isUsable(at now: MonotonicTime) -> Bool {
        guard lastError == nil, refusal == nil, let lastSample else { return false }
        return now - lastSample.edge < Self.staleAfter
    }

    // MARK: Requests

    mutating func requestWrite(of time: TimeToSet) {
        requestedWrite = time
    }

    /// Sets the aging register and leaves it at that; nil lets the chip be trimmed as it needs it again.
    mutating func requestTrim(to aging: AgingOffset?) {
        requestedTrim = aging
        isTrimmedByHand = aging != nil
    }

    /// Whether the chip has stopped, or shows a time that is off, however lately it was set. One that does not answer
    /// would not take the time either.
    func needsWrite(at date: NTPDate) -> Bool {
        if lastError != nil { return isTimeless }
        return lastSample != nil && policy.writeBackIsDue(model: model, at: date, lastWrite: nil)
    }

    /// Whether the last write was long enough ago for another one, of a chip that has no time.
    func mayBeWritten(at date: NTPDate) -> Bool {
        policy.writeBackIsDue(model: RTCModel(), at: date, lastWrite: lastAttempt)
    }

    /// Whether a write is asked for or under way.
    var isSetting: Bool { requestedWrite != nil || writeUnderWay != nil }

    /// The request that is due.
    ///
    /// - Parameter estimate: UTC as it is known now, if it is.
    /// - Parameter frequency: the oscillator's.
    mutating func request(at now: MonotonicTime, estimate: ClockEstimate?, frequency: Frequency) -> RTCRequest? {
        guard nextDeadline <= now else { return nil }
        isBusy = true
        if let aging = requestedTrim {
            requestedTrim = nil
            return .trim(aging)
        }
        let reading = estimate.map { ClockReading(monotonic: now, date: $0.date(at: now)) }
        switch (requestedWrite, reading) {
        case (.disciplined, let reading?), (.given(let reading), _):
            writeUnderWay = requestedWrite
            requestedWrite = nil
            lastAttempt = reading.date
            model.rewriteBegins()
            return .write(Timescale(reading: reading, frequency: frequency))
        default:
            requestedWrite = nil
            reach <<= 1
            return .sample(expecting: lastError == nil ? lastSample?.prediction(at: now) : nil)
        }
    }

    // MARK: Answers

    mutating func note(_ sample: EdgeSample, in state: SystemState, at now: MonotonicTime) {
        isBusy = false
        watch.note(sample)
        // What was seen of the chip is of no account where others know the time.
        refusal =
            watch.impossibleRate.map { .rate($0) }
            ?? model.refusal(at: sample.chipTime).flatMap { refusal in
                if case .wentBack = refusal, state != .unsynchronised { return nil }
                return refusal
            }
        lastSample = sample
        lastError = nil
        reach |= 1
        samples = min(samples + 1, Self.learningSamples)
        interval =
            state != .synchronised
            ? Self.holdoverInterval : samples < Self.learningSamples ? Self.learningInterval : Self.samplingInterval
        nextRequest = now + interval
    }

    /// - Returns: whether this is news.
    mutating func noteFailure(_ reason: String, isTimeless: Bool, at now: MonotonicTime) -> Bool {
        defer { lastError = reason }
        self.isTimeless = isTimeless
        isBusy = false
        writeUnderWay = nil
        interval = Self.samplingInterval
        nextRequest = now + interval
        return lastError != reason
    }

    /// Takes a sample while the time is known.
    ///
    /// - Returns: whether the chip should be set.
    mutating func note(_ sample: EdgeSample, against reference: TimeReference) -> Bool {
        let date = reference.estimate.date(at: sample.edge)
        model.note(sample.aging, at: date)
        model.advance(to: date, temperature: sample.temperature)
        edges = edges.suffix(Self.comparedEdges - 1) + [sample]
        if !model.hasHistory { learn(Comparison(Timescale(reference.estimate), .zero), against: reference) }
        if case .rate = refusal { return false }
        return policy.writeBackIsDue(model: model, at: date, lastWrite: lastAttempt)
    }

    /// Compares the edges since the last time with a sample of UTC.
    ///
    /// A server's sample and the edges have errors that are new each time, unlike the estimates that they go into, so the
    /// model can weigh them.
    mutating func learn(_ utc: Comparison, against reference: TimeReference) {
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
        model.observe(
            RTCObservation(
                offset: offset,
                date: utc.timescale.date(at: last.edge),
                temperature: last.temperature,
                aging: last.aging,
                deviation: .seconds((variance + deviation * deviation).squareRoot()),
                bound: bound + reference.estimate.phaseError(at: last.edge)
            )
        )
        learnedDelay = reference.rootDelay
        learnedDispersion = reference.rootDispersion(at: last.edge)
        guard trimsChip, !isTrimmedByHand else { return }
        requestedTrim = trimming.trim(of: model, at: utc.timescale.date(at: last.edge))
    }

    /// The chip was set: its phase is new, its drift runs on.
    ///
    /// - Parameter estimate: UTC as servers say, if any have.
    mutating func note(_ report: WriteReport, estimate: ClockEstimate?, at now: ClockReading) {
        isBusy = false
        lastError = nil
        lastSample = report.edge
        watch.restart()
        edges = []
        startLineAnew()
        nextRequest = now.monotonic + Self.learningInterval
        let date = estimate?.date(at: now.monotonic) ?? now.date
        defer { writeUnderWay = nil }
        guard case .given(let reading) = writeUnderWay else {
            model.rewritten(RTCObservation(report, offset: report.residual, at: date))
            return
        }
        guard let estimate else {
            model = RTCModel()
            unknownSince = nil
            return
        }
        let difference = reading.date - estimate.date(at: reading.monotonic)
        model.rewritten(RTCObservation(report, offset: report.residual + difference, at: date))
    }

    /// The aging register was set: the drift is another one from `date`, UTC, on.
    mutating func note(_ report: TrimReport, at date: NTPDate, now: MonotonicTime) {
        isBusy = false
        model.note(report.after, at: date)
        trimming.restart()
        edges = []
        nextRequest = now + Self.learningInterval
    }

    /// The chip's word on UTC at the last sample, each part of its error bounded; nil if there is none to believe.
    ///
    /// - Parameter prior: the oscillator's frequency as it was last measured.
    /// - Parameter thermal: of the oscillator at the last sample.
    /// - Parameter own: what the servers' last word and the oscillator say, if there is one: a chip that cannot be right
    ///   if that is within its bound is not believed.
    mutating func reference(prior: FrequencyPrior, thermal: ThermalGain, own: TimeReference?) -> TimeReference? {
        guard let sample = lastSample, lastError == nil, refusal == nil else { return nil }
        let prediction = model.predict(at: sample.chipTime, temperature: sample.temperature)
        let second = ClockSample(
            moment: sample.edge,
            date: sample.chipTime - prediction.offset,
            delay: .zero,
            dispersion: sample.uncertainty,
            thermal: thermal
        )
        var line = statistics ?? SourceStatistics(prior: prior)
        contradiction = line.contradiction(of: second)
        guard contradiction == nil else { return nil }
        line.add(second)
        guard let estimate = line.estimate else { return nil }
        let reference = TimeReference(
            estimate: estimate,
            rootDelay: learnedDelay,
            rootDispersion: learnedDispersion + prediction.uncertainty + unknownDrift(at: sample.chipTime)
                + line.dispersion,
            leap: .none
        )
        contradiction = own.flatMap { reference.contradiction(of: $0, at: sample.edge) }
        guard contradiction == nil else { return nil }
        statistics = line
        model.note(sample.aging, at: second.date)
        model.advance(to: second.date, temperature: sample.temperature)
        return reference
    }

    /// UTC leaps, the chip does not.
    mutating func take(_ second: LeapSecond) {
        model.take(second)
        statistics?.shift(by: second.correction)
    }

    /// Takes the leap seconds that came while nobody watched, when the chip is seen for the first time.
    mutating func catchUp(with table: LeapSecondTable, at date: NTPDate) {
        if samples == 0 { model.take(table, until: date) }
    }

    /// The line through the edges does not go on: the chip was set, or its model was wrong.
    mutating func startLineAnew() {
        statistics = nil
        contradiction = nil
    }

    /// What a chip that was never compared with UTC may have gained since it was first seen.
    private mutating func unknownDrift(at date: NTPDate) -> NTPDuration {
        guard !model.hasHistory else { return .zero }
        let since = unknownSince ?? date
        unknownSince = since
        return model.driftUncertainty * (date - since) * TimeReference.boundFactor
    }
}

/// UTC as a single sample has it.
struct Comparison {
    var timescale: Timescale
    /// Standard deviation of the sample's own error.
    var deviation: NTPDuration

    init(_ timescale: Timescale, _ deviation: NTPDuration) {
        self.timescale = timescale
        self.deviation = deviation
    }
}

extension Timescale {
    init(_ estimate: ClockEstimate) {
        self.init(
            reading: ClockReading(monotonic: estimate.moment, date: estimate.date),
            frequency: estimate.frequency
        )
    }
}

extension RTCObservation {
    fileprivate init(_ report: WriteReport, offset: NTPDuration, at date: NTPDate) {
        self.init(
            offset: offset,
            date: date,
            temperature: report.edge.temperature,
            aging: report.edge.aging,
            deviation: report.uncertainty * (1 / 3.0.squareRoot()),
            bound: report.uncertainty
        )
    }
}
