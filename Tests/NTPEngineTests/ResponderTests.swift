import ClockDiscipline
import NTPTime
import NTPWire
import NetworkAddress
import Support
import Testing

@testable import NTPEngine

private let client = SocketAddress(address: IPAddress(v4: 0xc000_0205), port: 40_000)
private let now = ClockReading(monotonic: .zero + .seconds(110), date: NTPDate(unixSeconds: 1_800_000_010))

private func served() -> ServedTime {
    let estimate = ClockEstimate(
        moment: .zero + .seconds(100),
        date: NTPDate(unixSeconds: 1_800_000_000) + .milliseconds(20),
        frequency: .zero,
        phaseError: .milliseconds(1),
        frequencyError: .ppm(1)
    )
    return ServedTime(
        leap: .none,
        stratum: 3,
        referenceID: ReferenceID(bits: 0xc000_0201),
        referenceDate: NTPDate(unixSeconds: 1_800_000_000),
        precision: -20,
        reference: TimeReference(
            estimate: estimate,
            rootDelay: .milliseconds(2),
            rootDispersion: .milliseconds(5),
            leap: .none
        ),
        maximumDistance: .seconds(16)
    )
}

private func reply(
    to request: [UInt8],
    from client: SocketAddress = client,
    access: AccessList = AccessList(),
    served: ServedTime = served()
) throws -> NTPPacket? {
    var responder = Responder(access: access, random: Bits(seed: 1))
    let octets = responder.reply(
        to: request.span,
        from: client,
        received: now.date - .milliseconds(1),
        served: served,
        now: now
    )
    guard let octets else { return nil }
    return try NTPPacket(octets.span)
}

private func request(mode: UInt8 = 3, version: UInt8 = 4, length: Int = 48) -> [UInt8] {
    var octets = [UInt8](repeating: 0x5a, count: length)
    octets[0] = version << 3 | mode
    octets[2] = 7
    return octets
}

@Suite struct `Replies to clients` {
    @Test(arguments: 1...4) func `carry what is served, in the client's version`(version: UInt8) throws {
        let reply = try #require(try reply(to: request(version: version)))
        #expect(reply.version == version && reply.mode == .server && reply.stratum == 3 && reply.leap == .none)
        #expect(reply.poll == PollExponent(7) && reply.precision == -20)
        #expect(reply.referenceID.dottedQuad == "192.0.2.1")
        #expect(reply.originTimestamp.bits == 0x5a5a_5a5a_5a5a_5a5a)
        #expect(reply.transmitTimestamp == now.date.timestamp)
        #expect(reply.transmitTimestamp - reply.receiveTimestamp == .milliseconds(1))
    }

    @Test func `bound the error with all that has added up since the last sample`() throws {
        let reply = try #require(try reply(to: request()))
        #expect(reply.rootDelay.duration >= .milliseconds(2))
        // 5 ms and three times 1 ms of noise at the estimate, 20 ms that the clock still lacks, and growth.
        #expect(reply.rootDispersion.duration >= .milliseconds(5 + 3 + 20))
        #expect(reply.rootDispersion.duration < .milliseconds(29))
    }

    @Test func `say that nothing is known before it is`() throws {
        let reply = try #require(try reply(to: request(), served: .unsynchronised(precision: -20)))
        #expect(reply.leap == .unsynchronised && reply.stratum == 0 && reply.referenceID == .initial)
        #expect(reply.referenceTimestamp.isZero)
    }

    @Test(arguments: [0, 2, 4, 5, 6, 7]) func `go to nothing that is not a request`(mode: UInt8) throws {
        #expect(try reply(to: request(mode: mode)) == nil)
    }

    @Test(arguments: [0, 5, 6, 7]) func `go to no other version`(version: UInt8) throws {
        #expect(try reply(to: request(version: version)) == nil)
    }

    @Test func `go to mode 0 of version 1, unless a symmetric peer sent it`() throws {
        #expect(try reply(to: request(mode: 0, version: 1))?.version == 1)
        let peer = SocketAddress(address: client.address, port: 123)
        #expect(try reply(to: request(mode: 0, version: 1), from: peer) == nil)
        #expect(try reply(to: request(), from: peer) != nil)
    }

    /// ntpd's way with a peer that it makes no association for: the time, and nothing is remembered but that it has asked.
    @Test(arguments: 1...4) func `go to symmetric active packets in symmetric passive mode`(version: UInt8) throws {
        let peer = SocketAddress(address: client.address, port: 123)
        let reply = try #require(try reply(to: request(mode: 1, version: version), from: peer))
        #expect(reply.version == version && reply.mode == .symmetricPassive && reply.stratum == 3)
        #expect(reply.originTimestamp.bits == 0x5a5a_5a5a_5a5a_5a5a && reply.transmitTimestamp == now.date.timestamp)
        #expect(try Self.isUnanswered(reply))
    }

    @Test func `to symmetric active packets are limited like all others`() throws {
        let access = AccessList([(.allV4, [.limited, .kissOfDeath])])
        var responder = Responder(access: access, random: Bits(seed: 1))
        var replies: [NTPPacket] = []
        for _ in 0..<20 {
            let octets = responder.reply(
                to: request(mode: 1).span,
                from: client,
                received: now.date,
                served: served(),
                now: now
            )
            if let octets { replies.append(try NTPPacket(octets.span)) }
        }
        #expect(replies.count < 20 && responder.counters.limited > 0)
        let kiss = try #require(replies.last { $0.referenceID == .rate })
        #expect(kiss.mode == .symmetricPassive && kiss.leap == .unsynchronised)
        #expect(try reply(to: request(mode: 1), access: AccessList([(.allV4, .noServe)])) == nil)
    }

    @Test func `go to all clients that there are`() throws {
        let requests = try Corpus.packets("clients.hex")
        #expect(requests.count == 14)
        for request in requests {
            let asked = try NTPPacket(request.span)
            let reply = try #require(try reply(to: request), "\(request)")
            #expect(reply.mode == (asked.mode == .symmetricActive ? .symmetricPassive : .server))
            #expect(reply.version == asked.version && reply.originTimestamp == asked.transmitTimestamp)
            #expect(reply.stratum == 3 && reply.leap == .none && !reply.transmitTimestamp.isZero)
        }
    }

    /// Windows' in a domain: a key's number and a digest of zeros, which a domain controller would fill in.
    @Test func `to packets of a domain's member say that there is no such key`() throws {
        let request = try Corpus.packets("clients.hex")[0] + [0x50, 4, 0, 0] + Array(repeating: 0, count: 16)
        var responder = Responder(access: AccessList(), random: Bits(seed: 1))
        let answer = responder.reply(
            to: request.span,
            from: client,
            received: now.date,
            served: served(),
            now: now
        )
        let octets = try #require(answer)
        #expect(octets.count == 52 && (48..<52).allSatisfy { octets.span[$0] == 0 })
    }

    @Test(arguments: 0..<48) func `go to no request that is shorter than they are`(length: Int) throws {
        let octets = Array(request().prefix(length))
        #expect(try reply(to: octets) == nil)
    }

    @Test func `never crash and never answer a reply, whatever comes`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SplitMix(state: seed)
        for _ in 0..<5_000 {
            let length = Int.random(in: 0...100, using: &generator)
            let octets = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            if let reply = try reply(to: octets) {
                #expect(length >= 48 && [0, 1, 3].contains(octets[0] & 7), "seed \(seed)")
                #expect(try Self.isUnanswered(reply), "seed \(seed)")
            }
        }
    }

    @Test func `are of no more octets than the request, whatever a real packet has become`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SplitMix(state: seed)
        let corpus = try Corpus.packets("packets.hex")
        var responder = Responder(access: AccessList(), random: Bits(seed: 1))
        var date = now
        var last = NTPTimestamp.zero
        var interleaved = 0
        for _ in 0..<10_000 {
            guard var octets = corpus.randomElement(using: &generator) else { return }
            // Half of them name our last reply.
            if Bool.random(using: &generator) {
                for index in 0..<8 { octets[24 + index] = UInt8(truncatingIfNeeded: last.bits >> (56 - 8 * index)) }
            }
            if Bool.random(using: &generator) { generator.spoil(&octets) }
            date.monotonic += .seconds(1)
            date.date += .seconds(1)
            let reply = responder.reply(
                to: octets.span,
                from: client,
                received: date.date,
                served: served(),
                now: date
            )
            guard let reply else { continue }
            #expect(reply.count <= octets.count && (1...4).contains(octets[0] >> 3 & 7), "seed \(seed)")
            let packet = try NTPPacket(reply.span)
            last = packet.receiveTimestamp
            if packet.originTimestamp != (try NTPPacket(octets.span)).transmitTimestamp { interleaved += 1 }
        }
        #expect(interleaved > 100, "seed \(seed)")
    }

    /// A request of NTPv5 has another header (draft-ietf-ntp-ntpv5): its client takes silence for a server of version 4 at
    /// most, and so does one that asks in version 4 first, by the reference timestamp, whether there is more.
    @Test func `of version 5 are not to be had, and nobody is told they were`() throws {
        let field: [UInt8] = [0xf5, 0xff, 0, 28] + Array("draft-ietf-ntp-ntpv5-06".utf8) + [0]
        let header: [UInt8] = [0x2b, 0, 6, 0] + Array(repeating: 0, count: 20) + Array(repeating: 0x5a, count: 8)
        let request = header + Array(repeating: 0, count: 16) + field
        #expect(request.count == 76 && request[0] >> 3 == 5)
        #expect(try reply(to: request) == nil)
        for octet in UInt8.min ... .max where !(1...4).contains(octet >> 3 & 7) {
            #expect(try reply(to: [octet] + request.dropFirst()) == nil)
        }
        let magic = Array("NTP5DRFT".utf8)
        let negotiating = [0x23] + Array(repeating: 0, count: 15) + magic + Array(repeating: 0x5a, count: 24)
        let answer = try #require(try reply(to: negotiating))
        #expect(answer.version == 4 && answer.referenceTimestamp == served().referenceDate.timestamp)
    }

    private static func isUnanswered(_ packet: NTPPacket) throws -> Bool {
        let octets = packet.octets
        return try reply(to: (0..<48).map { octets[$0] }) == nil
    }
}

@Suite struct `Access list` {
    private func network(_ text: String, _ length: Int) throws -> IPNetwork {
        let address = try #require(IPAddress(text))
        return try #require(IPNetwork(address: address, prefixLength: length))
    }

    @Test func `the most specific network decides alone`() throws {
        let list = AccessList([
            (.allV4, [.ignore]), (try network("192.0.2.0", 24), [.noQuery]), (try network("192.0.2.5", 32), [.noServe]),
        ])
        func restrictions(_ text: String) throws -> AccessRestrictions {
            list.restrictions(of: SocketAddress(address: try #require(IPAddress(text)), port: 40_000))
        }
        #expect(try restrictions("10.0.0.1") == [.ignore, .stranger])
        #expect(try restrictions("192.0.2.7") == .noQuery)
        #expect(try restrictions("192.0.2.5") == .noServe)
        #expect(try restrictions("2001:db8::1") == .stranger)
        #expect(try restrictions("::1") == [])
    }

    @Test func `has entries for the NTP port that come before the same network's others`() throws {
        let list = AccessList(
            [(.allV4, [.limited]), (try network("192.0.2.0", 24), [.noQuery]), (try network("192.0.2.5", 32), [])],
            fromNTPPort: [(.allV4, [.ignore]), (try network("192.0.2.0", 24), [.noServe])]
        )
        func restrictions(_ text: String, _ port: UInt16) throws -> AccessRestrictions {
            list.restrictions(of: SocketAddress(address: try #require(IPAddress(text)), port: port))
        }
        #expect(try restrictions("10.0.0.1", 123) == [.ignore, .stranger])
        #expect(try restrictions("10.0.0.1", 1_123) == [.limited, .stranger])
        #expect(try restrictions("192.0.2.7", 123) == .noServe && restrictions("192.0.2.7", 1_123) == .noQuery)
        #expect(try restrictions("192.0.2.5", 123) == [])
    }

    @Test func `has what is written for sources while they are, unless the address is named itself`() throws {
        let sources = try ["192.0.2.5", "192.0.2.6", "2001:db8::1"].map { try #require(IPAddress($0)) }
        var list = AccessList(
            [(.allV4, .ignore), (try network("192.0.2.0", 24), .ignore), (try network("192.0.2.6", 32), .noServe)],
            ofSources: [.noQuery]
        )
        func restrictions(_ index: Int) -> AccessRestrictions {
            list.restrictions(of: SocketAddress(address: sources[index], port: 123))
        }
        #expect(restrictions(0) == .ignore && restrictions(2) == .stranger)
        list.sources = sources
        #expect(restrictions(0) == [.noQuery, .stranger] && restrictions(2) == [.noQuery, .stranger])
        #expect(restrictions(1) == .noServe)
        list.sources = []
        #expect(restrictions(0) == .ignore)
    }

    @Test func `refuses service, old versions, everything`() throws {
        func answers(_ restrictions: AccessRestrictions, version: UInt8 = 4) throws -> Bool {
            try reply(to: request(version: version), access: AccessList([(.allV4, restrictions)])) != nil
        }
        #expect(try answers([]) && answers(.noQuery) && answers(.version))
        #expect(try !answers(.ignore) && !answers(.noServe) && !answers(.version, version: 3))
        #expect(try !answers(.noTrust))
    }
}
