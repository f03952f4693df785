import Authentication
import ClockDiscipline
import NTPTime
import NTPWire
import NetworkAddress

/// Names an association, here and in the control protocol; never 0.
package typealias AssociationID = UInt16

extension AssociationID {
    /// The RTC's, which is no association but is shown as one.
    package static let rtc = AssociationID.max
}

/// The client's side of one upstream server: when to ask, which replies to believe, what they add up to.
package struct Association: Sendable {
    package let id: AssociationID
    package let address: SocketAddress
    /// The identifier under which others know this server.
    package let referenceID: ReferenceID
    package let configuration: SourceConfiguration
    /// The last eight polls, the latest in bit 0; set where a valid reply came.
    package private(set) var reach: UInt8 = 0
    package private(set) var statistics: SourceStatistics
    /// The header of the last valid reply.
    package private(set) var lastReply: NTPPacket?
    package private(set) var lastReplyAt: MonotonicTime?
    /// The longest time between two replies, of which an eighth is forgotten with each further one.
    private var longestSilence = NTPDuration.zero
    package private(set) var lastRefusal: ReplyRefusal?
    package private(set) var refusals = RefusalCounts()
    /// Requests, and datagrams that came from its address.
    package private(set) var sent: UInt64 = 0
    package private(set) var received: UInt64 = 0
    package private(set) var nextPoll: MonotonicTime
    /// Polls without any reply since the last one.
    package private(set) var missed = 0
    private var polling: PollController
    private var pending: PendingRequest?
    private var burst = 0
    /// Whether the replies of a burst at a poll are coming in, of which the best will be used.
    private(set) var isPicking = false
    private var best: ClockSample?
    /// A sample that contradicts those before it, and waits for another of its kind.
    private var dissenter: ClockSample?
    /// How far the last sample was from what it contradicts; nil when it does not.
    private(set) var contradiction: NTPDuration?
    private var jumps = JumpHistory()
    /// How fast the oscillator's frequency must have changed before the newest sample, and over which time.
    private(set) var frequencyChange = Frequency.zero

    /// Requests of a burst, and the time between two of them.
    private static let burstLength = 6
    private static let burstInterval = NTPDuration.seconds(2)
    /// Samples before the association takes part in the selection: the first one often waits for caches to be filled.
    private static let fewestSamples = 2
    /// Unanswered polls after which the interval is the shortest, so that a loss is noticed and mended soon.
    private static let missesBeforeHaste = 3
    /// The error of the estimate that may come up between two polls, in standard deviations of a single sample.
    private static let toleratedNoise = 1.5
    /// Share of the path's delay to which its asymmetry is taken to be known, for the choice of the poll interval.
    private static let knownAsymmetry = 1.0 / 16
    /// Polls without a reply after which the server counts as lost.
    private static let patience = 8
    /// Polls without a reply after which it does not count any more that it may contradict the others.
    private static let votingPatience = 16

    init(
        id: AssociationID,
        address: SocketAddress,
        referenceID: ReferenceID,
        configuration: SourceConfiguration,
        prior: FrequencyPrior,
        firstPoll: MonotonicTime
    ) {
        self.id = id
        self.address = address
        self.referenceID = referenceID
        self.configuration = configuration
        statistics = SourceStatistics(prior: prior)
        nextPoll = firstPoll
        polling = PollController(minimum: configuration.minimumPoll, maximum: configuration.maximumPoll)
        burst = configuration.initialBurst ? Self.burstLength : 0
    }

    package var poll: PollExponent { polling.poll }
    package var isReachable: Bool { reach != 0 }
    /// When the request left that waits for its reply.
    var lastRequestAt: MonotonicTime? { pending?.sentAt }
    /// Whether the server's address should be looked up again.
    var isLost: Bool { missed >= Self.patience }
    /// Whether the first burst is still under way, so that the first selection had better wait for it.
    var isSettling: Bool { burst > 0 && isSampling }
    /// Whether the server may take part in the selection soon: it has too few samples, or was not heard since the network came
    /// back, and is not given up yet.
    ///
    /// - Parameter reachableSince: when the first server answered again.
    func isPending(_ reachableSince: MonotonicTime, at now: MonotonicTime) -> Bool {
        guard !isReachable, statistics.count >= Self.fewestSamples else {
            return isSampling && missed < Self.votingPatience
        }
        let chances = polling.minimum.interval * Double(Self.missesBeforeHaste + 1)
        return !configuration.noSelect && (missed < Self.votingPatience || now < reachableSince + chances)
    }
    private var isSampling: Bool { !configuration.noSelect && statistics.count < Self.fewestSamples }

    /// Makes the next request.
    ///
    /// - Parameter key: what it is authenticated with.
    /// - Parameter random: 64 random bits, not used before.
    mutating func makeRequest(at now: MonotonicTime, key: SymmetricKey?, random: UInt64) -> NTPDatagram {
        if !isPicking || burst == 0 { beginPoll() }
        if burst > 0 { burst -= 1 }
        sent &+= 1
        let transmitTimestamp = NTPTimestamp(bits: random | 1)
        pending = PendingRequest(transmitTimestamp: transmitTimestamp, sentAt: now)
        schedule(after: now, random: random)
        var request = NTPDatagram(
            NTPPacket(
                version: configuration.version,
                mode: .client,
                poll: poll,
                precision: 32,
                transmitTimestamp: transmitTimestamp
            )
        )
        if let key { request.authenticate(with: key, digestLength: key.codeLength) }
        return request
    }

    private mutating func beginPoll() {
        isPicking = configuration.burst && isReachable && burst == 0
        if isPicking {
            burst = Self.burstLength
            best = nil
        }
        reach <<= 1
        missed = min(missed + 1, Self.votingPatience)
        if reach == 0 { polling.reset() }
    }

    private mutating func schedule(after now: MonotonicTime, random: UInt64) {
        // Up to 3 % earlier, so that many clients of one server do not fall into step.
        let earlier = 1 - Double(random >> 32 & 0xff) / 255 * 0.03
        let poll = missed > Self.missesBeforeHaste ? polling.minimum : poll
        nextPoll = now + (burst > 0 ? Self.burstInterval : poll.interval * earlier)
    }

    /// The kernel's stamp of the departure of the request under way.
    mutating func requestLeft(at moment: MonotonicTime, transmitTimestamp: NTPTimestamp) {
        guard pending?.transmitTimestamp == transmitTimestamp else { return }
        pending?.sentAt = moment
    }

    /// Takes a datagram from the server.
    ///
    /// - Parameter prior: what is known of the oscillator, should the statistics have to start anew.
    /// - Parameter usesSample: false leaves the statistics as they are.
    /// - Returns: a sample that was added to the statistics, or a kiss code.
    /// - Throws: why the datagram is of no use.
    mutating func receive(
        _ datagram: Span<UInt8>,
        at receivedAt: MonotonicTime,
        check: ReplyCheck,
        prior: FrequencyPrior,
        usesSample: Bool
    ) throws(ReplyRefusal) -> ServerReply {
        received &+= 1
        let reply: ServerReply
        do {
            reply = try check.reply(in: datagram, receivedAt: receivedAt, to: pending)
        } catch {
            // A refusal of the server's own word ends the exchange; anything else may be somebody's noise.
            if !error.mayBeNoise { pending = nil }
            lastRefusal = error
            refusals.add(error)
            throw error
        }
        pending = nil
        missed = 0
        switch reply {
        case .time(let sample, let packet):
            let wasUnreachable = reach == 0
            note(packet, at: receivedAt)
            if usesSample, let sample = pick(sample) {
                accept(
                    sample,
                    at: receivedAt,
                    wasUnreachable: wasUnreachable,
                    prior: prior,
                    allowance: check.allowance
                )
            }
        case .kiss(let code):
            burst = 0
            isPicking = false
            if code == .rate { slowDown(packetPoll: datagram[2], at: receivedAt) }
        }
        return reply
    }

    private mutating func note(_ packet: NTPPacket, at receivedAt: MonotonicTime) {
        reach |= 1
        lastReply = packet
        longestSilence = max(longestSilence * (7.0 / 8), lastReplyAt.map { receivedAt - $0 } ?? .zero)
        lastReplyAt = receivedAt
        lastRefusal = nil
    }

    /// The sample, or at the end of a burst that of its exchange that took least time: queues on the way only ever add to
    /// it. nil while the burst goes on.
    private mutating func pick(_ sample: ClockSample) -> ClockSample? {
        guard isPicking else { return sample }
        if sample.delay < best?.delay ?? .max { best = sample }
        guard burst == 0 else { return nil }
        isPicking = false
        return best
    }

    private mutating func accept(
        _ sample: ClockSample,
        at receivedAt: MonotonicTime,
        wasUnreachable: Bool,
        prior: FrequencyPrior,
        allowance: OscillatorAllowance
    ) {
        contradiction = statistics.contradiction(of: sample, allowance: allowance)
        frequencyChange = contradiction == nil ? statistics.frequencyChange(before: sample) : .zero
        if contradiction != nil {
            polling.reset()
            nextPoll = receivedAt + poll.interval
            guard let first = dissenter else {
                dissenter = sample
                return
            }
            // Twice is no accident: the server has made a jump, or the oscillator is not what it was.
            let old = statistics.line(allowance: allowance)
            statistics = SourceStatistics(
                prior: FrequencyPrior(frequency: prior.frequency, error: OscillatorModel.tolerance)
            )
            statistics.add(first)
            statistics.add(sample)
            if let old {
                jumps.jump(
                    by: sample.date - old.estimate.date(at: sample.moment),
                    tolerance: old.rootDistance(at: sample.moment) + sample.errorBound,
                    at: receivedAt
                )
            }
        } else {
            statistics.add(sample)
            jumps.noteSample()
        }
        dissenter = nil
        if wasUnreachable, configuration.initialBurst, burst == 0 {
            burst = Self.burstLength
            nextPoll = receivedAt + Self.burstInterval
        } else if burst == 0 {
            let tolerance = max(statistics.jitter * Self.toleratedNoise, statistics.delay * Self.knownAsymmetry)
            polling.update(tolerance: tolerance) { statistics.predictedError(after: $0) }
        }
    }

    /// The server's scale jumps by `correction` at a leap second.
    mutating func shift(by correction: NTPDuration) {
        statistics.shift(by: correction)
        dissenter?.date += correction
        best?.date += correction
    }

    private mutating func slowDown(packetPoll: UInt8, at now: MonotonicTime) {
        polling.slowDown(to: PollExponent(Int8(bitPattern: packetPoll)))
        nextPoll = now + poll.interval
    }

    /// Bound on what the server may be wrong by because it has contradicted itself.
    ///
    /// - Parameter servable: a bound that large is not served.
    func doubt(servable: NTPDuration, at now: MonotonicTime) -> NTPDuration {
        guard let estimate = statistics.estimate else { return .zero }
        let dissent = dissenter.map { ($0.date - estimate.date(at: $0.moment)).magnitude } ?? .zero
        return max(jumps.spread(servable: servable, at: now), dissent)
    }

    /// Asks the server at once, as its time is wanted now.
    mutating func hasten(at now: MonotonicTime) { nextPoll = min(nextPoll, now) }

    /// What the decision sees of it.
    ///
    /// - Parameter servable: a bound that large is not served.
    /// - Parameter allowance: what the oscillator may have done since the newest sample.
    /// - Parameter reachableSince: when the first server answered again.
    func report(
        servable: NTPDuration,
        allowance: OscillatorAllowance,
        reachableSince: MonotonicTime,
        at now: MonotonicTime
    ) -> ServerReport {
        let isFit = isReachable && !configuration.noSelect && statistics.count >= Self.fewestSamples
        return ServerReport(
            identity: ServerIdentity(id: id, referenceID: referenceID, stratum: lastReply?.stratum ?? 16),
            reference: isFit ? reference(allowance: allowance) : nil,
            doubt: doubt(servable: servable, at: now),
            prefer: configuration.prefer,
            longestInterval: min(max(polling.maximum.interval, longestSilence), PollExponent(10).interval),
            newest: statistics.newest?.moment ?? .zero,
            jumpedAt: jumps.since,
            isDissenting: dissenter != nil,
            isSettling: isSettling,
            isPending: isPending(reachableSince, at: now)
        )
    }

    /// When a server that is not followed for its jump is followed again; nil if it has not jumped.
    package var holdDownEnd: MonotonicTime? { jumps.holdDownEnd }

    /// The statistics' estimate with the server's own root delay and dispersion.
    package func reference(allowance: OscillatorAllowance) -> TimeReference? {
        guard var reference = statistics.line(allowance: allowance), let lastReply else { return nil }
        reference.rootDelay += lastReply.rootDelay.signedMagnitude
        reference.rootDispersion += lastReply.rootDispersion.duration
        reference.leap = lastReply.leap
        return reference
    }
}
