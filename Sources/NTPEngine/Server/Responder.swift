import Authentication
import NTPTime
import NTPWire
import NetworkAddress

/// The server's answers: a function of the request, the access list, the time, and how often the client asks.
///
/// Several threads can answer with a responder each. Answering allocates nothing.
package struct Responder: Sendable {
    package var access: AccessList
    package var keys: KeyTable
    package let rateLimit: RateLimit
    package private(set) var clients: ClientTable
    package private(set) var counters = ServerCounters()

    package init(
        access: AccessList,
        keys: KeyTable = KeyTable(),
        rateLimit: RateLimit = RateLimit(),
        clientLimits: ClientTableLimits = ClientTableLimits(),
        random: any RandomSource
    ) {
        self.access = access
        self.keys = keys
        self.rateLimit = rateLimit
        clients = ClientTable(limits: clientLimits, rateLimit: rateLimit, random: random)
    }

    /// Highest protocol version spoken.
    private static let version: UInt8 = 4

    /// Writes the reply to one datagram.
    ///
    /// Answered are client requests of versions 1 to 4 (RFC 5905, 1305, 1119), and mode 0 of version 1, which had no
    /// modes (RFC 1059), unless it comes from the NTP port, where a symmetric peer would be. A symmetric active packet is
    /// answered as ntpd answers one that it makes no association for, whatever `nopeer` says: with the time, in symmetric
    /// passive mode. Windows' time service asks so unless it is told otherwise. Nothing that could itself be a reply is
    /// answered, so two servers never bounce a packet. A reply has no more octets than its request: 48, and
    /// only for a request with a message authentication code one of the same length, or the word that it was wrong.
    ///
    /// - Parameters:
    ///   - received: the request's arrival, and
    ///   - departing: the reply's departure, its transmit timestamp; both on the served clock.
    ///   - told: what it says, of a moment that is hardly past.
    /// - Returns: whether there is a reply.
    @_optimize(speed)
    package mutating func reply(
        to request: Span<UInt8>,
        from client: SocketAddress,
        received: NTPDate,
        departing: NTPDate,
        telling told: ToldTime,
        into datagram: inout NTPDatagram
    ) -> Bool {
        counters.received &+= 1
        guard let packet = try? NTPPacket(request), isRequest(packet, from: client),
            let trailer = try? PacketTrailer(request, version: packet.version), trailer != .cryptoNAK
        else {
            counters.malformed &+= 1
            return false
        }
        let restrictions = access.restrictions(of: client)
        guard restrictions.isDisjoint(with: [.ignore, .noServe]),
            !restrictions.contains(.version) || packet.version == Self.version
        else {
            counters.restricted &+= 1
            return false
        }
        let authentication = keys.authentication(of: request, trailer)
        if case .forged = authentication { counters.forged &+= 1 }
        guard !restrictions.contains(.noTrust) || authentication.isGenuine else {
            counters.restricted &+= 1
            return false
        }
        count(packet)
        let noted = ClientRequest(
            client: client,
            version: packet.version,
            mode: packet.mode,
            received: received,
            receivedAt: told.now.monotonic - (told.now.date - received)
        )
        // What is smeared differs from reply to reply, and says nothing of the one before.
        let mustBeBasic = authentication.isForged || told.smear != .zero
        let earlier = mustBeBasic ? nil : clients.departure(namedBy: packet, from: client.address)
        let outcome = clients.note(noted, restrictions: restrictions)
        guard !outcome.contains(.limited) else {
            counters.limited &+= 1
            guard outcome.contains(.kissOfDeath) else { return false }
            counters.kisses &+= 1
            datagram.begin(with: rateKiss(for: packet, precision: told.header.precision), answering: authentication)
            return true
        }
        counters.served &+= 1
        var reply = told.header
        reply.version = packet.version
        reply.mode = packet.replyMode
        reply.poll = packet.poll
        reply.originTimestamp = packet.transmitTimestamp
        reply.receiveTimestamp = received.timestamp
        reply.transmitTimestamp = departing.timestamp
        if told.smear != .zero { reply.smear(by: told.smear) }
        if let earlier, earlier != .unknown { reply.interleave(earlier, answering: packet) }
        datagram.begin(with: reply, answering: authentication)
        if earlier != nil, told.isSynchronised {
            clients.note(Departure(at: departing, rootDistance: told.rootDistance), to: client.address)
            datagram.isTracked = true
        }
        return true
    }

    /// A tracked reply has left, by the served clock.
    ///
    /// - Parameter receiveTimestamp: the reply's, by which it is known.
    package mutating func replyLeft(at date: NTPDate, receiveTimestamp: NTPTimestamp) {
        clients.correctDeparture(ofReply: receiveTimestamp, to: date.timestamp)
    }

    /// Tells a client to slow down (RFC 5905 section 7.4), and no time.
    private func rateKiss(for request: NTPPacket, precision: Int8) -> NTPPacket {
        NTPPacket(
            leap: .unsynchronised,
            version: request.version,
            mode: request.replyMode,
            poll: max(request.poll, rateLimit.average),
            precision: precision,
            referenceID: .rate,
            originTimestamp: request.transmitTimestamp,
            receiveTimestamp: request.transmitTimestamp,
            transmitTimestamp: request.transmitTimestamp
        )
    }

    private mutating func count(_ request: NTPPacket) {
        guard request.version != Self.version else {
            counters.presentVersion &+= 1
            return
        }
        counters.olderVersion &+= 1
        guard request.version == 1 else { return }
        switch request.mode {
        case .client: counters.version1Client &+= 1
        case .symmetricActive: counters.version1Symmetric &+= 1
        default: counters.version1Reserved &+= 1
        }
    }

    private func isRequest(_ packet: NTPPacket, from client: SocketAddress) -> Bool {
        guard (1...Self.version).contains(packet.version), client.port != 0 else { return false }
        switch packet.mode {
        case .client, .symmetricActive: return true
        case .reserved: return packet.version == 1 && !client.isFromNTPPort
        default: return false
        }
    }
}

extension NTPPacket {
    /// The mode of the reply to this request.
    fileprivate var replyMode: NTPMode { mode == .symmetricActive ? .symmetricPassive : .server }
}
