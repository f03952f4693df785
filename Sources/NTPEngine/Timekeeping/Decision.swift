import ClockDiscipline
import NTPTime
import NTPWire

/// Which time is followed, with which bound, and why not the others: decided here and nowhere else.
///
/// A pure function of `Facts`: what the servers and the clocks say, what was followed until now, and the limits. What is
/// served, published, logged and shown is derived from it. It keeps these rules:
///
/// 1. A majority of the servers is followed whenever one of its members has a new sample.
/// 2. One server alone that contradicts a clock of known history waits until another corroborates it, or nobody else is
///    left to wait for.
/// 3. Between the servers' samples, and without them, a clock is followed if it is likely to be nearer than they are by now.
/// 4. What clients are told changes when the time that they get does: while no server answers, stratum and reference
///    identifier stay until the bound is twice what it may be in sync, at the end of the longest poll interval.
/// 5. Nothing is served whose whole distance, what the clock still lacks included, has reached the limit.
package struct Decision: Sendable {
    package let state: SystemState
    /// What is done to the clock, and the reference that it then follows; nil leaves it to what it follows already.
    package let correction: Correction?
    /// What became of each server, in the order of the facts.
    package let verdicts: [ServerVerdict]
    /// The new combined reference of the servers, if they are what is followed.
    package let network: NetworkTime?

    package struct Correction: Sendable {
        package var reference: TimeReference
        package var action: ClockLoop.Action
    }
}

/// The time as the servers had it together.
package struct NetworkTime: Sendable {
    package var reference: TimeReference
    package var systemPeer: ServerIdentity
    /// Those whose estimates went into the reference.
    package var members: [AssociationID]
    /// Root distance up to which clients are told the same as in sync.
    package var distanceInSpec: NTPDuration
}

/// What became of a server in the selection.
package enum ServerVerdict: Equatable, Sendable {
    case systemPeer
    case truechimer
    /// It disagrees with a majority that was asked since either has jumped.
    case falseticker
    /// It disagrees with a majority, but one of them has jumped and the other was not asked since.
    case inconclusive
    /// There are others, and none agrees with more than half of them.
    case noMajority
    /// It contradicts a clock of known history, and others are waited for.
    case contradictsClock
    /// It has jumped by more than the bound may cover.
    case jumped
    /// Its root distance reaches the limit.
    case tooDistant
    /// Its stratum is outside of the limits.
    case badStratum
    /// It has told no time that could be used.
    case noTime
}

/// All that a decision depends on.
package struct Facts: Sendable {
    package var servers: [ServerReport]
    /// Whether there are servers whose names are still being looked up.
    package var awaitsNames: Bool
    package var clocks: [ClockReport]
    /// What is new.
    package var event: Event
    package var state: SystemState
    /// The servers' last time; nil before the first.
    package var network: NetworkTime?
    /// What the clock follows at present; nil before the first correction.
    package var followed: TimeReference?
    /// Whether somebody else has set the clock since it was corrected last.
    package var isDisplaced: Bool
    /// When the machine's clock is served if nothing else has come up.
    package var localBegin: MonotonicTime
    package var now: ClockReading

    package enum Event: Equatable, Sendable {
        /// A server's sample.
        case server(AssociationID)
        /// A clock's.
        case clock(ReferenceClockID)
        /// Time has passed.
        case time
    }
}

/// What the user wants of the decision.
package struct DecisionLimits: Sendable {
    package var selection: SelectionLimits
    package var holdover: HoldoverLimits
    package var correction: ClockLoop.Limits
    /// Whether the machine's clock is served when there is nothing else.
    package var servesLocal: Bool
}

// MARK: - The decision

extension Decision {
    package init(_ facts: Facts, _ limits: DecisionLimits) {
        let vote = ServerVote(facts, limits.selection)
        let loop = ClockLoop(limits: limits.correction)
        verdicts = vote.verdicts
        network = Self.network(facts, vote)

        if let network {
            correction = Correction(
                reference: network.reference,
                action: loop.correct(facts.now, to: network.reference.estimate, on: Self.occasion(facts, network))
            )
        } else if let reference = Self.betterClock(facts, limits.holdover) {
            let occasion = Self.occasion(facts, reference)
            correction = Correction(
                reference: reference,
                action: loop.correct(facts.now, to: reference.estimate, on: occasion)
            )
        } else {
            correction = nil
        }

        let next = Self.next(facts, vote, network, isByClock: network == nil && correction != nil, limits)
        state = Self.limited(next, facts, correction, limits)
    }

    /// Rules 1 and 2: the servers' time, if the event is a sample of one that the majority agrees with.
    private static func network(_ facts: Facts, _ vote: ServerVote) -> NetworkTime? {
        guard case .server(let id) = facts.event, vote.truechimers.contains(where: { $0.id == id }),
            let systemPeer = vote.systemPeer, let reference = vote.combined,
            let newest = facts.servers.first(where: { $0.identity.id == id })
        else { return nil }
        // The first choice waits for all initial bursts, so that the first to answer is not believed for being first.
        if facts.network == nil, facts.servers.contains(where: { $0.isSettling }) { return nil }
        guard !vote.awaitsCorroboration,
            reference.rootDistance(at: facts.now.monotonic) < SelectionLimits.protocolDistance
        else { return nil }
        return NetworkTime(
            reference: reference,
            systemPeer: systemPeer,
            members: vote.truechimers.map { $0.id },
            distanceInSpec: reference.rootDistance(at: facts.now.monotonic + newest.longestInterval) * 2
        )
    }

    /// Rule 3: what a clock says that has just spoken, if it knows better.
    private static func betterClock(_ facts: Facts, _ limits: HoldoverLimits) -> TimeReference? {
        guard case .clock(let id) = facts.event, facts.state != .unsynchronised(.holdoverOver),
            facts.state != .local(.holdoverOver),
            let clock = facts.clocks.first(where: { $0.id == id }), let reference = clock.reference
        else { return nil }
        let now = facts.now.monotonic
        guard reference.rootDistance(at: now) < limits.distance else { return nil }
        switch facts.state {
        case .unsynchronised, .local: return reference
        case .synchronised, .holdover: break
        }
        let distance = reference.likelyDistance(at: now)
        if let network = facts.network, network.reference.likelyDistance(at: now) < distance { return nil }
        if clock.isDoubtful, let followed = facts.followed, followed.likelyDistance(at: now) < distance { return nil }
        return reference
    }

    private static func occasion(_ facts: Facts, _ network: NetworkTime) -> ClockLoop.Occasion {
        guard facts.network == nil else { return occasion(facts, network.reference) }
        // A clock that only a reference clock has set may be off by any amount.
        return facts.state.kind == .holdover ? .load : .first
    }

    private static func occasion(_ facts: Facts, _ reference: TimeReference) -> ClockLoop.Occasion {
        switch facts.state {
        case .unsynchronised(.initial), .local: return .load
        case .unsynchronised, .synchronised, .holdover: break
        }
        // What was followed and what has come since agree: then it is the clock that is wrong.
        guard facts.isDisplaced, facts.followed?.contradiction(of: reference, at: facts.now.monotonic) == nil else {
            return .later
        }
        return .displaced
    }

    /// Rule 4: the state, but for the limits.
    private static func next(
        _ facts: Facts,
        _ vote: ServerVote,
        _ network: NetworkTime?,
        isByClock: Bool,
        _ limits: DecisionLimits
    ) -> SystemState {
        if let network { return .synchronised(network.systemPeer) }
        let now = facts.now.monotonic
        let usable = facts.clocks.first { $0.isUsable }
        switch facts.state {
        case .synchronised(let server):
            if vote.isHeard(facts.network) || isInSpec(facts) { return facts.state }
            return .holdover(
                SystemState.Holdover(since: now, basis: usable.map { .clock($0.id) } ?? .oscillator(server))
            )
        case .holdover(var holdover):
            if isByClock, case .clock(let id) = facts.event { holdover.basis = .clock(id) }
            return .holdover(holdover)
        case .unsynchronised, .local:
            if isByClock, case .clock(let id) = facts.event {
                return .holdover(SystemState.Holdover(since: now, basis: .clock(id)))
            }
            let isLocal = facts.state == .unsynchronised(.initial) && limits.servesLocal && facts.localBegin <= now
            return isLocal ? .local(.initial) : facts.state
        }
    }

    private static func isInSpec(_ facts: Facts) -> Bool {
        guard let network = facts.network, let followed = facts.followed else { return false }
        return followed.rootDistance(at: facts.now.monotonic) < network.distanceInSpec
    }

    /// Rule 5, and the end of holdover.
    private static func limited(
        _ state: SystemState,
        _ facts: Facts,
        _ correction: Correction?,
        _ limits: DecisionLimits
    ) -> SystemState {
        guard let reference = correction?.reference ?? facts.followed else { return state }
        let now = facts.now.monotonic
        let distance = reference.rootDistance(at: now) + uncorrected(reference, facts, correction)
        switch state {
        case .unsynchronised, .local: return state
        case .synchronised:
            guard distance >= SelectionLimits.protocolDistance else { return state }
            return limits.servesLocal ? .local(.tooDistant) : .unsynchronised(.tooDistant)
        case .holdover(let holdover):
            let isOver = limits.holdover.duration.map { holdover.since + $0 <= now } ?? false
            guard isOver || distance >= limits.holdover.distance else { return state }
            let reason = isOver ? SystemState.NoTime.holdoverOver : .tooDistant
            return limits.servesLocal ? .local(reason) : .unsynchronised(reason)
        }
    }

    /// What the clock still lacks of the reference when the correction has been begun.
    private static func uncorrected(
        _ reference: TimeReference,
        _ facts: Facts,
        _ correction: Correction?
    ) -> NTPDuration {
        switch correction?.action {
        case .step: .zero
        case .steer(let steering): steering.slew.magnitude
        case .panic, nil: reference.estimate.offset(of: facts.now).magnitude
        }
    }
}
