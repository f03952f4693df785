import Authentication
import ClockDiscipline
import NTPTime
import NTPWire
import NetworkAddress
import Support
import Testing

@testable import NTPEngine

private let epoch = NTPDate(unixSeconds: 1_800_000_000)

/// A server, asked by clients of either mode.
private struct Asked {
    var responder: Responder
    var served = ServedTime.unsynchronised(precision: -20)
    var now = ClockReading(monotonic: .zero + .seconds(100), date: epoch)

    init(keys: [SymmetricKey] = [], isSynchronised: Bool = true) {
        responder = Responder(access: AccessList(), keys: KeyTable(keys), random: Bits(seed: 1))
        if isSynchronised {
            served.stratum = 2
            served.leap = .none
            served.reference = Asked.reference(at: now, dispersion: .milliseconds(5))
        }
    }

    static func reference(at now: ClockReading, dispersion: NTPDuration) -> TimeReference {
        TimeReference(
            estimate: ClockEstimate(
                moment: now.monotonic,
                date: now.date,
                frequency: .zero,
                phaseError: .zero,
                frequencyError: .zero
            ),
            rootDelay: .milliseconds(2),
            rootDispersion: dispersion,
            leap: .none
        )
    }

    /// One exchange; the reply leaves 50 µs after it was made, 70 µs after the request came.
    ///
    /// - Parameter origin: the reply that the request names by its receive timestamp.
    mutating func ask(
        naming origin: NTPTimestamp,
        receive: UInt64 = 0x1111,
        transmit: UInt64 = 0x2222,
        from client: UInt32 = 1,
        version: UInt8 = 4,
        key: SymmetricKey? = nil,
        spoiling: Bool = false
    ) throws -> (packet: NTPPacket, left: NTPDate, isTracked: Bool)? {
        now.monotonic += .seconds(16)
        now.date += .seconds(16)
        var request = NTPDatagram(
            NTPPacket(
                version: version,
                mode: .client,
                originTimestamp: origin,
                receiveTimestamp: NTPTimestamp(bits: receive),
                transmitTimestamp: NTPTimestamp(bits: transmit)
            )
        )
        if let key { request.authenticate(with: key, digestLength: key.codeLength) }
        var octets = request.span.indices.map { request.span[$0] }
        if spoiling { octets[octets.count - 1] ^= 1 }
        let reply = responder.reply(
            to: octets.span,
            from: SocketAddress(address: IPAddress(v4: client), port: 40_000),
            received: now.date - .microseconds(20),
            served: served,
            now: now
        )
        guard let reply else { return nil }
        #expect(reply.count <= octets.count)
        let packet = try NTPPacket(reply.span)
        let left = now.date + .microseconds(50)
        if reply.isTracked { responder.replyLeft(at: left, receiveTimestamp: packet.receiveTimestamp) }
        return (packet, left, reply.isTracked)
    }
}

@Suite struct `Interleaved mode` {
    @Test func `tells from the third reply on when the one before it left`() throws {
        var asked = Asked()
        let first = try #require(try asked.ask(naming: .zero))
        #expect(!first.isTracked && first.packet.originTimestamp.bits == 0x2222)
        let second = try #require(try asked.ask(naming: first.packet.receiveTimestamp))
        #expect(second.isTracked && second.packet.originTimestamp.bits == 0x2222)
        var before = second
        for _ in 0..<5 {
            let reply = try #require(try asked.ask(naming: before.packet.receiveTimestamp))
            #expect(reply.packet.originTimestamp.bits == 0x1111)
            #expect(reply.packet.transmitTimestamp == before.left.timestamp)
            #expect(reply.packet.receiveTimestamp == (asked.now.date - .microseconds(20)).timestamp)
            before = reply
        }
    }

    @Test func `is left when a reply was lost, and taken up again`() throws {
        var asked = Asked()
        let first = try #require(try asked.ask(naming: .zero))
        let second = try #require(try asked.ask(naming: first.packet.receiveTimestamp))
        _ = try asked.ask(naming: second.packet.receiveTimestamp)
        // The client has not seen that reply, and names the one before it again.
        let late = try #require(try asked.ask(naming: second.packet.receiveTimestamp))
        #expect(late.packet.originTimestamp.bits == 0x2222 && late.packet.transmitTimestamp == asked.now.date.timestamp)
        _ = try asked.ask(naming: late.packet.receiveTimestamp)
        let last = try #require(try asked.ask(naming: (asked.now.date - .microseconds(20)).timestamp))
        #expect(last.packet.originTimestamp.bits == 0x1111)
    }

    @Test func `is nobody's who does not ask for it`() throws {
        var asked = Asked()
        let first = try #require(try asked.ask(naming: .zero))
        // As ntpd has it: the origin is the transmit timestamp of the server's last reply.
        let ntpd = try #require(try asked.ask(naming: first.packet.transmitTimestamp))
        #expect(!ntpd.isTracked && ntpd.packet.originTimestamp.bits == 0x2222)
        let same = try #require(try asked.ask(naming: ntpd.packet.receiveTimestamp, receive: 7, transmit: 7))
        #expect(!same.isTracked && same.packet.originTimestamp.bits == 7)
        let old = try #require(try asked.ask(naming: same.packet.receiveTimestamp, version: 3))
        #expect(!old.isTracked && old.packet.originTimestamp.bits == 0x2222)
        let other = try #require(try asked.ask(naming: old.packet.receiveTimestamp, from: 2))
        #expect(!other.isTracked && other.packet.originTimestamp.bits == 0x2222)
    }

    @Test func `needs a good code where there is one`() throws {
        let key = try #require(SymmetricKey(id: 1, algorithm: .sha1, secret: Array("secret".utf8)))
        var asked = Asked(keys: [key])
        var before = try #require(try asked.ask(naming: .zero, key: key))
        before = try #require(try asked.ask(naming: before.packet.receiveTimestamp, key: key))
        let forged = try #require(try asked.ask(naming: before.packet.receiveTimestamp, key: key, spoiling: true))
        #expect(!forged.isTracked && forged.packet.originTimestamp.bits == 0x2222)
        before = try #require(try asked.ask(naming: forged.packet.receiveTimestamp, key: key))
        let good = try #require(try asked.ask(naming: before.packet.receiveTimestamp, key: key))
        #expect(good.packet.originTimestamp.bits == 0x1111)
        #expect(good.packet.transmitTimestamp == before.left.timestamp)
    }

    @Test func `bounds the error of the time that it tells, not of the present one`() throws {
        var asked = Asked()
        asked.served.reference = Asked.reference(at: asked.now, dispersion: .milliseconds(900))
        let first = try #require(try asked.ask(naming: .zero))
        let second = try #require(try asked.ask(naming: first.packet.receiveTimestamp))
        asked.served.reference = Asked.reference(at: asked.now, dispersion: .milliseconds(1))
        let third = try #require(try asked.ask(naming: second.packet.receiveTimestamp))
        let fourth = try #require(try asked.ask(naming: third.packet.receiveTimestamp))
        #expect(third.packet.rootDispersion.duration >= second.packet.rootDispersion.duration)
        #expect(fourth.packet.rootDispersion.duration < .milliseconds(3))
    }

    @Test func `tells no time that was none`() throws {
        var asked = Asked(isSynchronised: false)
        let first = try #require(try asked.ask(naming: .zero))
        let second = try #require(try asked.ask(naming: first.packet.receiveTimestamp))
        asked.served.stratum = 2
        asked.served.reference = Asked.reference(at: asked.now, dispersion: .milliseconds(1))
        let third = try #require(try asked.ask(naming: second.packet.receiveTimestamp))
        #expect(!second.isTracked && third.packet.originTimestamp.bits == 0x2222)
    }
}
