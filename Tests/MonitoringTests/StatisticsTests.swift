import Authentication
import NTPTime
import NTPWire
import NetworkAddress
import Support
import Testing

@testable import Monitoring
@testable import NTPEngine

@Suite struct `Timestamps of rawstats` {
    @Test(arguments: [
        (UInt64(0), "0.000000000"), (0xeef4_5080_0000_0000, "4008988800.000000000"),
        (0xeef4_5080_8000_0000, "4008988800.500000000"), (0xeef4_5080_1f9a_dd37, "4008988800.123456788"),
        (.max, "4294967295.999999999"),
    ])
    func `have their fraction in nanoseconds, rounded down`(bits: UInt64, text: String) {
        #expect(StatisticsLine.timestamp(NTPTimestamp(bits: bits)) == text)
    }
}

@Suite struct `The peer status word` {
    @Test func `has the flags, the selection and the last event`() {
        let words: [(PeerStatus.Selection, isReachable: Bool, isAuthenticated: Bool, word: UInt16)] = [
            (.rejected, false, false, 0x8003), (.rejected, false, true, 0xc003), (.falseticker, true, false, 0x9104),
            (.candidate, true, true, 0xf404), (.systemPeer, true, true, 0xf604),
        ]
        for (selection, isReachable, isAuthenticated, word) in words {
            let status = PeerStatus(
                selection: selection,
                isReachable: isReachable,
                isAuthenticated: isAuthenticated
            )
            #expect(status.word == word, "\(status)")
        }
    }

    /// An engine that has had replies from a server, authenticated by a key if there is one.
    private func engine(_ key: SymmetricKey?) throws -> (Engine, ClockReading) {
        var now = ClockReading(monotonic: .zero + .seconds(500), date: NTPDate(unixSeconds: 1_800_000_000))
        let source = SourceConfiguration(host: "192.0.2.1", initialBurst: true, keyID: key?.id)
        var engine = Engine(
            configuration: EngineConfiguration(sources: [source], keys: KeyTable(key.map { [$0] } ?? [])),
            frequency: nil,
            savedRTC: nil,
            random: Bits(seed: 1),
            at: now
        )
        let address = IPAddress(v4: 0xc000_0201)
        engine.resolved(0, to: [ResolvedAddress(address: address, referenceID: address.v4Bits)], at: now)
        while engine.associations[0].statistics.count < 3 {
            engine.advance(to: now)
            for case .send(let id, _, let request) in engine.takeActions() {
                let asked = try NTPPacket(request.span)
                var reply = NTPDatagram(
                    NTPPacket(
                        mode: .server,
                        stratum: 1,
                        precision: -20,
                        originTimestamp: asked.transmitTimestamp,
                        receiveTimestamp: now.date.timestamp,
                        transmitTimestamp: now.date.timestamp
                    )
                )
                if let key { reply.authenticate(with: key, digestLength: key.codeLength) }
                engine.received(id, reply.span, at: now.monotonic + .milliseconds(1), now: now)
            }
            now = ClockReading(monotonic: now.monotonic + .seconds(2), date: now.date + .seconds(2))
        }
        return (engine, now)
    }

    @Test func `is the same in peerstats as in control messages, and says that there is a key`() throws {
        let key = try #require(SymmetricKey(id: 1, algorithm: .sha256, secret: Array("sixteen octets!!".utf8)))
        for (key, word) in [(key, "f604"), (nil, "9604")] as [(SymmetricKey?, String)] {
            let (engine, now) = try engine(key)
            let line = try #require(StatisticsLine.peer(engine.associations[0], of: engine, at: now))
            #expect(line.split(separator: " ")[3] == word, "\(line)")
        }
    }
}
