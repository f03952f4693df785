import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress

/// What the engine sends, and what comes of it.
extension World {
    func send(_ datagram: NTPDatagram, to address: IPAddress, for id: AssociationID) {
        guard let index = upstreams.firstIndex(where: { $0.address == address }),
            let request = try? NTPPacket(datagram.span),
            let answer = upstreams[index].answer(request, sentAt: now, truth)
        else { return }
        arrivals.add(.reply(id, answer.reply.octets), at: answer.arrival)
    }

    private static let lookupTime = NTPDuration.milliseconds(10)

    /// A server whose network is down has no name either.
    func resolve(_ source: SourceID, _ host: String) {
        let upstream = upstreams.first { $0.character.name == host && $0.isReachable(at: now) }
        let addresses = upstream.map { [ResolvedAddress(address: $0.address, referenceID: $0.address.v4Bits)] }
        arrivals.add(.addresses(source, addresses ?? []), at: now + Self.lookupTime)
    }
}
