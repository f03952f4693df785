import Authentication
import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress

/// Answers control messages (mode 6, RFC 9327) as ntpd does: whoever may ask is told, and nothing can be changed.
package struct QueryServer: Sendable {
    private let nonces: QueryNonces
    private var budget = QueryBudget()
    /// Control messages that wanted an answer.
    package private(set) var count: UInt64 = 0

    package init(random: any RandomSource) { nonces = QueryNonces(random: random) }

    /// The datagrams that answer one; none if it gets no answer.
    package mutating func answer(
        _ datagram: Span<UInt8>,
        from client: SocketAddress,
        about view: QueryView
    ) -> [[UInt8]] {
        let restrictions = view.rules.access.restrictions(of: client)
        guard restrictions.isDisjoint(with: [.ignore, .noQuery]) else { return [] }
        let trailer = ControlQuery.trailer(datagram)
        let authentication = view.rules.keys.authentication(of: datagram, trailer)
        guard !restrictions.contains(.stranger) || authentication.isGenuine else { return [] }
        var answer = self.answer(datagram, from: client, restrictions, about: view)
        if !answer.isEmpty { count &+= 1 }
        if case .genuine(let key, let length) = authentication {
            answer = answer.map { authenticated($0, by: key, digestLength: length) }
        }
        guard client.address.isLoopback || budget.pays(for: answer, at: view.now.monotonic) else { return [] }
        return answer
    }

    /// With the code of the key that the query had, at a multiple of 8 octets.
    private func authenticated(_ datagram: [UInt8], by key: SymmetricKey, digestLength: Int) -> [UInt8] {
        let padded = datagram + Array(repeating: 0, count: -datagram.count & 7)
        let digest = key.digest(of: padded.span).octets
        let id = stride(from: UInt32(24), through: 0, by: -8).map { UInt8(truncatingIfNeeded: key.id >> $0) }
        return padded + id + (0..<digestLength).map { digest[$0] }
    }

    private func answer(
        _ datagram: Span<UInt8>,
        from client: SocketAddress,
        _ restrictions: AccessRestrictions,
        about view: QueryView
    ) -> [[UInt8]] {
        let leap = view.served.leap
        let request: ControlQuery
        do {
            guard let parsed = try ControlQuery(datagram) else { return [] }
            request = parsed
        } catch {
            return ControlReply.refusal(.badFormat, answering: error.header, leap: leap)
        }
        do {
            let reply = try reply(to: request, from: client, restrictions, about: view)
            return reply?.datagrams(answering: request.header, leap: leap) ?? []
        } catch {
            return ControlReply.refusal(error, answering: request.header, leap: leap)
        }
    }

    private func reply(
        to request: ControlQuery,
        from client: SocketAddress,
        _ restrictions: AccessRestrictions,
        about view: QueryView
    ) throws(ControlError) -> ControlReply? {
        let association = request.header.association
        guard let operation = ControlOperation(rawValue: request.header.opcode) else { throw .badOperation }
        switch operation {
        case .unspecified:
            return ControlReply(status: association == 0 ? view.status : try peer(association, in: view).status)
        case .readStatus where association == 0:
            let pairs = view.peers.flatMap { [$0.id, $0.status] }
            return ControlReply(status: view.status, data: pairs.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] })
        case .readStatus: return try variables(of: association, named: [], in: view)
        case .readVariables:
            return try variables(of: association, named: request.items.map { $0.name }, in: view)
        case .readClockVariables:
            guard association == 0 || association == .rtc, view.engine.rtc != nil else { throw .badAssociation }
            let names = request.items.map { $0.name }
            let text = try text(of: view, ClockVariables.all, named: names)
            return ControlReply(status: ClockVariables.status(of: view), data: text.ended)
        case .requestNonce:
            var text = ControlText()
            text.add("nonce", nonces.nonce(for: client.address, at: view.now.monotonic))
            return ControlReply(status: 0, data: text.ended)
        case .readClients:
            guard !restrictions.contains(.noClientList) else { throw .permission }
            guard let query = try ClientQuery(request.items),
                nonces.isGood(query.nonce, for: client.address, at: view.now.monotonic)
            else { return nil }
            let nonce = nonces.nonce(for: client.address, at: view.now.monotonic)
            return ControlReply(status: 0, data: try query.answer(from: view, nonce: nonce))
        case .readOrderedList, .writeVariables, .writeClockVariables, .configure, .saveConfiguration:
            throw .permission
        }
    }

    private func variables(
        of association: AssociationID,
        named names: [String],
        in view: QueryView
    ) throws(ControlError) -> ControlReply {
        guard association != 0 else {
            let text = try text(of: view, SystemVariables.all, named: names)
            return ControlReply(status: view.status, data: text.ended)
        }
        let peer = try peer(association, in: view)
        return ControlReply(status: peer.status, data: try text(of: peer, PeerVariables.all, named: names).ended)
    }

    private func peer(_ id: AssociationID, in view: QueryView) throws(ControlError) -> QueriedPeer {
        guard let peer = view.peer(id) else { throw .badAssociation }
        return peer
    }
}
