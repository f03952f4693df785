import ClockDiscipline
import NTPTime
import NTPWire

/// Which servers may take part in the selection, and which of these agree.
struct ServerVote {
    let truechimers: [SelectionCandidate<AssociationID>]
    let systemPeer: ServerIdentity?
    /// The truechimers' time; nil if there are none.
    let combined: TimeReference?
    /// Whether one server contradicts a clock of known history while others may still come up.
    let awaitsCorroboration: Bool
    /// In the order of the reports.
    let verdicts: [ServerVerdict]

    init(_ facts: Facts, _ limits: SelectionLimits) {
        let now = facts.now.monotonic
        var candidates = Self.candidates(facts, limits, withDoubt: false)
        // Fewer cannot say which of them is wrong: the bound covers what each has jumped by.
        if candidates.count < SelectionLimits.fewestToOutvote {
            candidates = Self.candidates(facts, limits, withDoubt: true)
        }
        let selection = SourceSelection(
            among: candidates,
            at: now,
            keeping: facts.network?.systemPeer.id,
            voters: Self.voters(facts, candidates.map { $0.id }),
            limits: limits
        )
        let combined = selection.combined(at: now)
        let peer = selection.truechimers.first.flatMap { first in
            facts.servers.first { $0.identity.id == first.id }?.identity
        }
        let contradictsClock =
            combined.map { combined in
                facts.clocks.contains { clock in
                    guard clock.hasHistory, clock.isUsable, let reference = clock.reference else { return false }
                    return reference.contradiction(of: combined, at: now) != nil
                }
            } ?? false
        let mayBeCorroborated = facts.awaitsNames || facts.servers.contains { $0.isPending }
        let isAlone = selection.truechimers.count == 1
        truechimers = selection.truechimers
        systemPeer = peer
        self.combined = combined
        awaitsCorroboration = isAlone && contradictsClock && mayBeCorroborated
        let judge = Judge(
            facts: facts,
            limits: limits,
            selection: selection,
            admitted: candidates.map { $0.id },
            awaitsCorroboration: awaitsCorroboration
        )
        verdicts = facts.servers.map { judge.verdict(on: $0) }
    }

    /// Whether one of those that the servers' last time was made of is still agreed with.
    func isHeard(_ network: NetworkTime?) -> Bool {
        network?.members.contains { member in truechimers.contains { $0.id == member } } ?? false
    }

    /// Those who may have to be outvoted: of fewer than three nobody could be.
    private static func voters(_ facts: Facts, _ candidates: [AssociationID]) -> Int {
        let voters = facts.servers.count { candidates.contains($0.identity.id) || $0.isPending }
        return voters < SelectionLimits.fewestToOutvote ? candidates.count : voters
    }

    private static func candidates(
        _ facts: Facts,
        _ limits: SelectionLimits,
        withDoubt: Bool
    ) -> [SelectionCandidate<AssociationID>] {
        facts.servers.compactMap { server in
            guard var reference = server.reference else { return nil }
            if withDoubt { reference.rootDispersion += server.doubt }
            let candidate = SelectionCandidate(
                id: server.identity.id,
                reference: reference,
                stratum: server.identity.stratum,
                prefer: server.prefer
            )
            return limits.admit(candidate, at: facts.now.monotonic) ? candidate : nil
        }
    }
}

/// Says what became of each server.
private struct Judge {
    let facts: Facts
    let limits: SelectionLimits
    let selection: SourceSelection<AssociationID>
    let admitted: [AssociationID]
    let awaitsCorroboration: Bool

    func verdict(on server: ServerReport) -> ServerVerdict {
        let id = server.identity.id
        if selection.truechimers.contains(where: { $0.id == id }) {
            if awaitsCorroboration { return .contradictsClock }
            return selection.truechimers.first?.id == id ? .systemPeer : .truechimer
        }
        guard let reference = server.reference else { return .noTime }
        guard limits.strata.contains(server.identity.stratum) else { return .badStratum }
        guard admitted.contains(id) else {
            return reference.rootDistance(at: facts.now.monotonic) < limits.maximumDistance ? .jumped : .tooDistant
        }
        guard selection.falsetickers.contains(id), !selection.truechimers.isEmpty else { return .noMajority }
        return isConclusive(against: server) ? .falseticker : .inconclusive
    }

    /// Whether `server` and all who disagree with it were asked since any of them has jumped.
    private func isConclusive(against server: ServerReport) -> Bool {
        guard !server.isDissenting else { return false }
        let others = facts.servers.filter { other in selection.truechimers.contains { $0.id == other.identity.id } }
        return others.allSatisfy { other in
            !other.isDissenting && other.jumpedAt.map { $0 <= server.newest } ?? true
                && server.jumpedAt.map { $0 <= other.newest } ?? true
        }
    }
}
