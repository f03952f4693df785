import NTPTime
import NTPWire
import NetworkAddress

/// The server's answers: a pure function of the request, the access list and what is served.
package struct Responder: Sendable {
    package var served: ServedTime
    package var access: AccessList

    package init(served: ServedTime, access: AccessList) {
        self.served = served
        self.access = access
    }

    /// Highest protocol version spoken.
    private static let version: UInt8 = 4

    /// The reply to one datagram, nil if it gets none.
    ///
    /// Answered are client requests of versions 1 to 4 (RFC 5905, 1305, 1119), and mode 0 of version 1, which had no
    /// modes (RFC 1059), unless it comes from the NTP port, where a symmetric peer would be. Nothing that could itself
    /// be a reply is answered, so two servers never bounce a packet. A reply has 48 octets, no more than any request.
    ///
    /// - Parameter received: the request's arrival on the served clock.
    /// - Parameter now: the present; its date is the transmit timestamp.
    package func reply(
        to request: Span<UInt8>,
        from client: SocketAddress,
        received: NTPDate,
        now: ClockReading
    ) -> NTPPacket.Octets? {
        guard let packet = try? NTPPacket(request), isRequest(packet, from: client) else { return nil }
        let restrictions = access.restrictions(of: client.address)
        guard restrictions.isDisjoint(with: [.ignore, .noServe]),
            !restrictions.contains(.version) || packet.version == Self.version
        else { return nil }
        let isSynchronised = served.reference != nil
        return NTPPacket(
            leap: served.leap,
            version: packet.version,
            mode: .server,
            stratum: served.stratum,
            poll: packet.poll,
            precision: served.precision,
            rootDelay: NTPShort(roundingUp: served.rootDelay),
            rootDispersion: NTPShort(roundingUp: served.rootDispersion(at: now)),
            referenceID: served.referenceID,
            referenceTimestamp: isSynchronised ? served.referenceDate.timestamp : .zero,
            originTimestamp: packet.transmitTimestamp,
            receiveTimestamp: received.timestamp,
            transmitTimestamp: now.date.timestamp
        ).octets
    }

    private func isRequest(_ packet: NTPPacket, from client: SocketAddress) -> Bool {
        guard (1...Self.version).contains(packet.version), client.port != 0 else { return false }
        switch packet.mode {
        case .client: return true
        case .reserved: return packet.version == 1 && client.port != 123
        default: return false
        }
    }
}
