import ClockDiscipline
import NTPTime
import NTPWire
import NetworkAddress
import RTCReference

/// The facts are gathered, decided on, and the decision is carried out.
extension Engine {
    /// What the time rests on.
    package var state: SystemState { timekeeper.state }

    func facts(after event: Facts.Event, at now: ClockReading) -> Facts {
        Facts(
            servers: associations.map { association in
                association.report(
                    servable: configuration.selection.maximumDistance,
                    allowance: timekeeper.stability.allowance,
                    reachableSince: reachableSince,
                    at: now.monotonic
                )
            },
            awaitsNames: lines.contains { $0.isAwaited },
            clocks: rtc.map { [$0.report(at: now.monotonic)] } ?? [],
            event: event,
            state: timekeeper.state,
            network: timekeeper.network,
            followed: timekeeper.followed,
            isDisplaced: timekeeper.isDisplaced,
            localBegin: localBegin,
            now: now
        )
    }

    /// Decides anew, and does what follows from it.
    ///
    /// - Returns: whether the servers' new time is followed.
    @discardableResult
    mutating func decide(after event: Facts.Event, at now: ClockReading) -> Bool {
        watchClock(at: now)
        let facts = facts(after: event, at: now)
        let decision = Decision(facts, decisionLimits)
        if case .panic(let offset)? = decision.correction?.action {
            panic(at: offset)
            return false
        }
        let before = timekeeper
        let servedBefore = served
        timekeeper.adopt(decision, on: facts.servers, at: now)
        noteVerdicts(since: before.verdicts)
        if let network = decision.network { expectLeapSecond(announced: network.reference.leap, at: now) }
        // The clock as it is when the actions have been carried out.
        var corrected = now
        if let correction = decision.correction {
            carryOut(correction, at: now)
            corrected.date = timekeeper.correctedAt
        }
        noteState(since: before.state, at: corrected)
        if let network = decision.network { noteNetwork(network, since: before.network, at: now) }
        if decision.correction != nil || served.leap != servedBefore.leap { publishStatus(at: corrected) }
        return decision.network != nil
    }

    private var decisionLimits: DecisionLimits {
        DecisionLimits(
            selection: configuration.selection,
            holdover: configuration.holdover,
            correction: configuration.limits,
            servesLocal: configuration.local != nil
        )
    }

    private mutating func panic(at offset: NTPDuration) {
        tell(.panic(offset, limit: configuration.limits.panic))
        actions.append(.panic)
    }

    private mutating func carryOut(_ correction: Decision.Correction, at now: ClockReading) {
        switch correction.action {
        case .panic: return
        case .step(let step, let steering):
            tell(.stepped(step))
            actions.append(.step(by: step))
            actions.append(.steer(steering))
        case .steer(let steering): actions.append(.steer(steering))
        }
        actions.append(.corrected(by: correction.reference.estimate.offset(of: now)))
    }

    // MARK: What is news

    private mutating func noteVerdicts(since before: [AssociationID: ServerVerdict]) {
        for association in associations {
            let verdict = timekeeper.verdicts[association.id]
            guard verdict != before[association.id] else { continue }
            switch verdict {
            case .falseticker: tell(.falseticker(association.address))
            case .jumped: tell(.jumped(association.address))
            case .contradictsClock: tell(.contradictsClock(association.address))
            default: break
            }
        }
    }

    private mutating func noteState(since before: SystemState, at now: ClockReading) {
        guard before != timekeeper.state else { return }
        switch timekeeper.state {
        case .synchronised(let server):
            guard let address = associations.first(where: { $0.id == server.id })?.address else { return }
            if before.kind != .synchronised {
                tell(.synchronised(address, stratum: server.stratum))
                // A chip that has no time is set as soon as there is one.
                rtc?.hasten(at: now.monotonic)
            } else {
                tell(.systemPeerChanged(address, stratum: server.stratum))
            }
        case .holdover(let holdover): noteHoldover(holdover, since: before, at: now)
        case .local:
            if timekeeper.followed == nil {
                timekeeper.follow(LocalReference.time(of: now, prior: prior), at: now)
            }
            tell(.localServed(stratum: served.stratum, rootDistance: served.rootDistance(at: now)))
            publishStatus(at: now)
        case .unsynchronised(let reason): noteNoTime(reason)
        }
    }

    private mutating func noteHoldover(
        _ holdover: SystemState.Holdover,
        since before: SystemState,
        at now: ClockReading
    ) {
        switch (holdover.basis, before.kind) {
        case (.clock(let id), .unsynchronised), (.clock(let id), .local):
            tell(.timeLoaded(id, rootDistance: served.rootDistance(at: now)))
        case (.clock(let id), .holdover): tell(.holdoverClock(id))
        case (let basis, _): tell(.holdoverBegun(basis))
        }
    }

    private mutating func noteNoTime(_ reason: SystemState.NoTime) {
        endSlew()
        switch reason {
        case .initial: return
        case .tooDistant where timekeeper.isDisplaced: tell(.clockWrong)
        case .tooDistant: tell(.tooDistant(limit: configuration.holdover.distance))
        case .holdoverOver: tell(.holdoverOver)
        }
    }

    /// The servers' new time is what the chip and the oscillator are compared with.
    private mutating func noteNetwork(_ network: NetworkTime, since before: NetworkTime?, at now: ClockReading) {
        // Whoever is contradicted now has taught the chip.
        guard rtc != nil, let size = before?.reference.contradiction(of: network.reference, at: now.monotonic) else {
            return
        }
        rtc?.addDoubt(size)
        tell(.serversMoved(size))
        saveRTC()
    }

    // MARK: The clock

    /// Whether the clock is still on its way to the estimate.
    package func isCorrecting(at now: MonotonicTime) -> Bool { timekeeper.slew.end > now }

    /// A slew has done its work: back to the plain frequency.
    mutating func endCorrection(at now: MonotonicTime) {
        guard timekeeper.slew.duration > .zero, timekeeper.slew.end <= now else { return }
        endSlew()
    }

    /// Leaves the clock at the estimated frequency.
    mutating func endSlew() {
        timekeeper.endSlew()
        guard let frequency = timekeeper.followed?.estimate.frequency else { return }
        actions.append(.steer(ClockSteering(frequency: frequency)))
    }

    /// Somebody else may have set the clock: the sources are asked at once which of both is right.
    mutating func watchClock(at now: ClockReading) {
        guard !isLeapSecondClose(at: now.monotonic) else { return }
        let threshold = max(configuration.limits.step, ClockLoop.Limits().step)
        guard let displacement = timekeeper.findDisplacement(beyond: threshold, at: now) else { return }
        tell(.displaced(displacement))
        for index in associations.indices { associations[index].hasten(at: now.monotonic) }
        rtc?.hasten(at: now.monotonic)
    }

    mutating func publishStatus(at now: ClockReading) {
        guard let reference = served.reference else {
            actions.append(
                .publish(ClockStatus(leap: .unsynchronised, estimatedError: .seconds(16), maximumError: .seconds(16)))
            )
            return
        }
        actions.append(
            .publish(
                ClockStatus(
                    leap: kernelLeap(at: now),
                    estimatedError: reference.estimate.phaseError(at: now.monotonic),
                    maximumError: served.rootDistance(at: now)
                )
            )
        )
    }
}

// MARK: - What is served

extension Engine {
    /// What every reply says, derived from what was decided.
    package var served: ServedTime {
        guard let reference = timekeeper.followed, let identity = servedIdentity else {
            return .unsynchronised(precision: configuration.precision)
        }
        let smear = configuration.leapSmearInterval.flatMap { interval in
            leapSecond.map { LeapSmear($0, over: interval) }
        }
        return ServedTime(
            leap: configuration.leapSmearInterval == nil ? leapSecond?.indicator ?? .none : .none,
            stratum: identity.stratum,
            referenceID: identity.referenceID,
            referenceDate: timekeeper.correctedAt,
            precision: configuration.precision,
            reference: reference,
            maximumDistance: state.kind == .local ? .max : ReplyCheck.maximumDistance,
            smear: smear
        )
    }

    private var servedIdentity: (stratum: UInt8, referenceID: ReferenceID)? {
        switch state {
        case .unsynchronised: nil
        case .synchronised(let server): (min(server.stratum + 1, 15), server.referenceID)
        case .holdover(let holdover):
            switch holdover.basis {
            case .clock(let id): (configuration.holdover.stratum, id.referenceID)
            case .oscillator(let server): (min(server.stratum + 1, 15), server.referenceID)
            }
        case .local: configuration.local.map { ($0.stratum, $0.referenceID) }
        }
    }

    /// Since when no server has been followed; nil outside of holdover.
    package var holdoverSince: MonotonicTime? {
        guard case .holdover(let holdover) = state else { return nil }
        return holdover.since
    }

    package var systemPeer: AssociationID? {
        guard case .synchronised(let server) = state else { return nil }
        return server.id
    }

    /// What became of a server in the last selection.
    package func verdict(on id: AssociationID) -> ServerVerdict { timekeeper.verdicts[id] ?? .noTime }

    /// The clock whose time is served; nil while servers or the oscillator are followed.
    package var servedClock: ReferenceClockID? {
        guard case .holdover(let holdover) = state, case .clock(let id) = holdover.basis else { return nil }
        return id
    }
}
