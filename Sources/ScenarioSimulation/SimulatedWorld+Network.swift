import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress

/// The network between the engine and its servers.
extension SimulatedWorld {
    func send(_ datagram: NTPDatagram, to address: IPAddress, for id: AssociationID) {
        guard let index = servers.firstIndex(where: { $0.address == address }),
            let request = try? NTPPacket(datagram.span),
            let arrival = servers[index].arrival(ofRequestSentAt: time)
        else { return }
        arrivals.add(.request(server: index, id, request), at: arrival)
    }

    func answer(_ request: NTPPacket, by server: Int, to id: AssociationID) {
        guard let answer = servers[server].answer(request, at: time, truth) else { return }
        for datagram in intercept(answer.reply) { arrivals.add(.reply(id, datagram), at: answer.arrival) }
    }

    private static let lookupTime = NTPDuration.milliseconds(10)

    func resolve(_ source: SourceID, _ host: String) {
        let addresses = addresses(of: host).map { ResolvedAddress(address: $0, referenceID: $0.v4Bits) }
        arrivals.add(.addresses(source, addresses), at: time + Self.lookupTime)
    }

    /// A server that cannot be reached has no name either; an address needs none.
    private func addresses(of host: String) -> [IPAddress] {
        if let addresses = hosts[host] { return addresses }
        if let address = IPAddress(host) { return [address] }
        return servers.filter { $0.character.name == host && $0.isReachable }.map { $0.address }
    }
}
