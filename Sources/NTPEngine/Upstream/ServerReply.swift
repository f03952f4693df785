import Authentication
import ClockDiscipline
import NTPTime
import NTPWire

/// A request that waits for its reply.
struct PendingRequest: Equatable, Sendable {
    /// Random, so that nobody who has not seen the request can forge its reply, and it tells nothing of our clock.
    var transmitTimestamp: NTPTimestamp
    var sentAt: MonotonicTime
}

/// What a reply whose origin is right has to say.
enum ServerReply: Equatable, Sendable {
    case time(ClockSample, NTPPacket)
    case kiss(ReferenceID)
}

/// The packet sanity tests of RFC 5905 (figure 20 and section 8, `receive`), and the on-wire calculation.
struct ReplyCheck {
    /// What the local clock says; settles the era of the server's timestamps.
    var pivot: NTPDate
    /// The oscillator's estimated frequency.
    var frequency: Frequency
    var precision: Int8
    /// Reference identifiers under which we are known: our own addresses.
    var ownReferenceIDs: [ReferenceID]
    /// What temperature has made of the oscillator.
    var thermal: ThermalGain
    /// What the oscillator may have done since the last sample.
    var allowance: OscillatorAllowance
    /// Dates outside of it are nobody's.
    var plausibleDates: ClosedRange<NTPDate>
    /// The key by which replies have to be authenticated; nil if they need not be.
    var keyID: UInt32?
    var keys: KeyTable

    /// RFC 5905's MAXDISP.
    static let maximumDistance = SelectionLimits.protocolDistance
    /// RFC 5905's PHI: how far an oscillator may stray during the exchange.
    private static let tolerance = Frequency.ppm(15)
    /// How coarse the timestamps of a server may be, as log2 of seconds: 1/32 s, since no clock that is served has a
    /// coarser tick than one of 50 or 64 Hz. A server that announces a greater precision exponent is held to this one.
    private static let coarsestPrecision: Int8 = -5

    func reply(
        in datagram: Span<UInt8>,
        receivedAt: MonotonicTime,
        to request: PendingRequest?
    ) throws(ReplyRefusal) -> ServerReply {
        let packet: NTPPacket
        do { packet = try NTPPacket(datagram) } catch { throw .malformed }
        guard packet.mode == .server, (1...4).contains(packet.version) else { throw .wrongMode }
        guard let request, packet.originTimestamp == request.transmitTimestamp else { throw .bogusOrigin }
        if let keyID { try authenticate(datagram, packet.version, by: keyID) }
        if packet.stratum == 0, packet.referenceID.text != nil, packet.referenceID != .initial {
            return .kiss(packet.referenceID)
        }
        guard packet.leap != .unsynchronised, (1...15).contains(packet.stratum) else { throw .unsynchronised }
        guard !packet.receiveTimestamp.isZero, !packet.transmitTimestamp.isZero else { throw .invalidHeader }
        guard packet.rootDelay.signedMagnitude / 2 + packet.rootDispersion.duration < Self.maximumDistance else {
            throw .tooDistant
        }
        guard packet.stratum == 1 || !ownReferenceIDs.contains(packet.referenceID) else { throw .loop }
        guard isPlausible(packet.serverTime, of: packet, elapsed: receivedAt - request.sentAt) else {
            throw .invalidHeader
        }
        let sample = self.sample(of: packet, sentAt: request.sentAt, receivedAt: receivedAt)
        guard plausibleDates.contains(sample.date) else { throw .implausibleDate }
        return .time(sample, packet)
    }

    private func authenticate(_ datagram: Span<UInt8>, _ version: UInt8, by keyID: UInt32) throws(ReplyRefusal) {
        guard let trailer = try? PacketTrailer(datagram, version: version) else { throw .malformed }
        switch keys.authentication(of: datagram, trailer) {
        case .genuine(let key, _) where key.id == keyID: return
        case .cryptoNAK: throw .cryptoNAK
        case .absent, .genuine, .forged: throw .notAuthentic
        }
    }

    /// Whether a server can have had a request for `serverTime` in an exchange that took `elapsed`.
    ///
    /// Its transmit timestamp may be earlier than the receive timestamp by what its precision leaves open: chrony, for one,
    /// fills the bits below it at random. It cannot have spent longer than the exchange took; both clocks' resolutions and
    /// slews leave a little room.
    private func isPlausible(_ serverTime: NTPDuration, of packet: NTPPacket, elapsed: NTPDuration) -> Bool {
        let resolution = PollExponent(min(packet.precision, Self.coarsestPrecision)).interval
        let longest = elapsed + PollExponent(precision).interval + resolution + .milliseconds(1)
        return serverTime >= -resolution && serverTime <= longest
    }

    /// What both clocks' resolutions may be wrong by.
    private func readingError(of packet: NTPPacket) -> NTPDuration {
        PollExponent(precision).interval + PollExponent(packet.precision).interval
    }

    private func sample(of packet: NTPPacket, sentAt: MonotonicTime, receivedAt: MonotonicTime) -> ClockSample {
        let elapsed = receivedAt - sentAt
        return ClockSample(
            moment: sentAt + elapsed / 2,
            date: NTPDate(packet.receiveTimestamp, near: pivot) + packet.serverTime / 2,
            delay: max(.zero, elapsed + frequency * elapsed - packet.serverTime),
            dispersion: readingError(of: packet) + Self.tolerance * elapsed.magnitude,
            thermal: thermal
        )
    }
}

extension NTPPacket {
    /// From the request's arrival to the reply's departure, by the server's clock; below zero by what its timestamps are
    /// coarser than that.
    fileprivate var serverTime: NTPDuration { transmitTimestamp - receiveTimestamp }
}
