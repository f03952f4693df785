import ClockDiscipline
import NTPTime
import NTPWire
import NetworkAddress

/// Selection, correction of the served clock, and what is served.
extension Engine {
    /// A new sample came from `id`: select anew, and follow if it is one of the truechimers.
    mutating func updateSystem(from id: AssociationID, at now: ClockReading) {
        let candidates = self.candidates(at: now.monotonic)
        // The first choice waits for all initial bursts, so that the first to answer is not believed for being first.
        if networkReference == nil, associations.contains(where: { $0.isSettling }) { return }
        let selection = SourceSelection(
            among: candidates,
            at: now.monotonic,
            keeping: systemPeer,
            limits: configuration.selection
        )
        note(selection)
        guard selection.truechimers.contains(where: { $0.id == id }),
            let peer = selection.truechimers.first, let reference = selection.combined(at: now.monotonic),
            let association = associations.first(where: { $0.id == peer.id })
        else { return }
        let isFirst = networkReference == nil
        // A clock that only the RTC has set may be off by any amount.
        let loop = isFirst && state == .holdover ? rtcLoop : networkLoop
        expectLeapSecond(announced: reference.leap, by: reference.estimate, at: now)
        guard follow(reference, by: loop, isFirst: isFirst, at: now) else { return }
        if state != .synchronised {
            log(.notice, "synchronised to \(association.address), stratum \(peer.stratum)")
        } else if systemPeer != peer.id {
            log(.info, "system peer is now \(association.address), stratum \(peer.stratum)")
        }
        systemPeer = peer.id
        networkReference = reference
        teachRTC(by: association, of: reference)
        state = .synchronised
        holdoverSince = nil
        isHoldoverOver = false
        served.stratum = min(peer.stratum + 1, 15)
        served.referenceID = association.referenceID
    }

    func candidates(at now: MonotonicTime) -> [SelectionCandidate<AssociationID>] {
        let candidates = candidates(at: now, areUncorroborated: false)
        return candidates.count < Self.fewestToOutvote ? self.candidates(at: now, areUncorroborated: true) : candidates
    }

    private func candidates(
        at now: MonotonicTime,
        areUncorroborated: Bool
    ) -> [SelectionCandidate<AssociationID>] {
        associations.compactMap { $0.candidate(at: now, isUncorroborated: areUncorroborated) }
            .filter { configuration.selection.admit($0, at: now) }
    }

    /// Of so many servers, a majority shows which one is wrong.
    static var fewestToOutvote: Int { 3 }

    private mutating func note(_ selection: SourceSelection<AssociationID>) {
        for id in selection.falsetickers where !falsetickers.contains(id) {
            if let address = associations.first(where: { $0.id == id })?.address {
                log(.warning, "\(address) disagrees with the majority of servers: a falseticker")
            }
        }
        falsetickers = selection.falsetickers
        truechimers = selection.truechimers.map { $0.id }
    }

    /// Steers the clock to `reference` and serves its bound.
    ///
    /// - Returns: false if the offset was beyond the panic limit, which ends the daemon.
    mutating func follow(
        _ reference: TimeReference,
        by loop: ClockLoop,
        isFirst: Bool,
        at now: ClockReading
    ) -> Bool {
        var corrected = now
        switch loop.correct(now, to: reference.estimate, isFirst: isFirst) {
        case .panic(let offset):
            log(
                .error,
                "offset \(fixed(offset.seconds, 3)) s is beyond the panic limit of \(fixed(configuration.limits.panic.seconds, 0)) s; "
                    + "set the clock, or start with -g"
            )
            actions.append(.panic)
            return false
        case .step(let offset, let steering):
            log(.notice, "clock stepped by \(fixed(offset.seconds, 6)) s")
            actions.append(.step(by: offset))
            actions.append(.steer(steering))
            corrected.date += offset
            served.correction = .none
        case .steer(let steering):
            actions.append(.steer(steering))
            served.correction = ServedTime.Correction(
                start: now.monotonic,
                duration: steering.duration
            )
        }
        served.reference = reference
        served.referenceDate = corrected.date
        serveLeapSecond()
        actions.append(.corrected(by: reference.estimate.offset(of: now)))
        publishStatus(at: corrected)
        return true
    }

    /// Whether the clock is still on its way to the estimate.
    package func isCorrecting(at now: MonotonicTime) -> Bool { served.correction.end > now }

    /// A slew has done its work: back to the plain frequency.
    mutating func endCorrection(at now: MonotonicTime) {
        guard served.correction.duration > .zero, served.correction.end <= now,
            served.reference != nil
        else { return }
        endSlew()
    }

    /// Leaves the clock at the estimated frequency.
    mutating func endSlew() {
        served.correction = .none
        guard let frequency = served.reference?.estimate.frequency else { return }
        actions.append(.steer(ClockSteering(frequency: frequency)))
    }

    mutating func publishStatus(at now: ClockReading) {
        guard let reference = served.reference else { return }
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
