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

/// Why a reply was not used.
package enum ReplyRefusal: Error, Hashable, Sendable {
    case malformed
    /// Not a server's reply, or of another protocol version.
    case wrongMode
    /// Its origin is not the transmit timestamp of the request that waits: a duplicate, a late or a forged reply.
    case bogusOrigin
    /// It has no message authentication code of the server's key.
    case notAuthentic
    /// The server says that it does not know our key, or that the code was wrong. Anybody could say so.
    case cryptoNAK
    /// The server says itself that it is not synchronised.
    case unsynchronised
    /// A field that no synchronised server sends: missing timestamps, a server time that runs backwards.
    case invalidHeader
    /// The root distance reaches RFC 5905's MAXDISP.
    case tooDistant
    /// The server takes its time from us.
    case loop
    /// The server's date lies outside of the plausible window.
    case implausibleDate

    /// Whether somebody else than the server may have sent it.
    var mayBeNoise: Bool {
        switch self {
        case .malformed, .wrongMode, .bogusOrigin, .notAuthentic, .cryptoNAK: true
        case .unsynchronised, .invalidHeader, .tooDistant, .loop, .implausibleDate: false
        }
    }
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
        guard !packet.receiveTimestamp.isZero, !packet.transmitTimestamp.isZero,
            packet.transmitTimestamp - packet.receiveTimestamp >= .zero
        else { throw .invalidHeader }
        guard packet.rootDelay.duration / 2 + packet.rootDispersion.duration < Self.maximumDistance else {
            throw .tooDistant
        }
        guard packet.stratum == 1 || !ownReferenceIDs.contains(packet.referenceID) else { throw .loop }
        // A server cannot have spent longer than the exchange took; clock resolution and slews leave a little room.
        let serverTime = packet.transmitTimestamp - packet.receiveTimestamp
        guard serverTime <= receivedAt - request.sentAt + readingError(of: packet) + .milliseconds(1) else {
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

    /// What both clocks' resolutions may be wrong by.
    private func readingError(of packet: NTPPacket) -> NTPDuration {
        PollExponent(precision).interval + PollExponent(packet.precision).interval
    }

    private func sample(of packet: NTPPacket, sentAt: MonotonicTime, receivedAt: MonotonicTime) -> ClockSample {
        let elapsed = receivedAt - sentAt
        let serverTime = packet.transmitTimestamp - packet.receiveTimestamp
        return ClockSample(
            moment: sentAt + elapsed / 2,
            date: NTPDate(packet.receiveTimestamp, near: pivot) + serverTime / 2,
            delay: max(.zero, elapsed + frequency * elapsed - serverTime),
            dispersion: readingError(of: packet) + Self.tolerance * elapsed.magnitude,
            thermal: thermal
        )
    }
}
