import Authentication
import NTPTime
import NTPWire
import NetworkAddress
import ScenarioSimulation
import Support
import Testing

@testable import NTPEngine

private let secret: [UInt8] = Array("sixteen octets!!".utf8)

private func made(_ id: UInt32 = 1, _ algorithm: DigestAlgorithm = .sha256, _ octets: [UInt8] = secret) throws
    -> SymmetricKey
{
    try #require(SymmetricKey(id: id, algorithm: algorithm, secret: octets))
}

private let algorithms: [DigestAlgorithm] = [.md5, .sha1, .sha256, .aes128CMAC]

@Suite struct `Requests with a code` {
    private let client = SocketAddress(address: IPAddress(v4: 0x0a00_0001), port: 40_000)

    private func reply(
        to request: [UInt8],
        keys: [SymmetricKey],
        restrictions: AccessRestrictions = []
    ) throws -> [UInt8]? {
        var responder = Responder(
            access: AccessList([(.allV4, restrictions)]),
            keys: KeyTable(keys),
            random: Bits(seed: 1)
        )
        let now = ClockReading(monotonic: .zero, date: NTPDate(unixSeconds: 1_800_000_000))
        guard let reply = responder.reply(to: request.span, from: client, received: now.date, now: now) else {
            return nil
        }
        #expect(reply.count <= request.count)
        return octets(reply)
    }

    private func octets(_ datagram: NTPDatagram) -> [UInt8] { datagram.span.indices.map { datagram.span[$0] } }

    private func request(_ key: SymmetricKey?, version: UInt8 = 4, digestLength: Int? = nil) -> [UInt8] {
        var datagram = NTPDatagram(
            NTPPacket(version: version, mode: .client, transmitTimestamp: NTPTimestamp(bits: 99))
        )
        if let key { datagram.authenticate(with: key, digestLength: digestLength ?? key.codeLength) }
        return octets(datagram)
    }

    private func isAuthentic(_ octets: [UInt8], by key: SymmetricKey) throws -> Bool {
        let trailer = try PacketTrailer(octets.span, version: octets[0] >> 3 & 7)
        return KeyTable([key]).authentication(of: octets.span, trailer).isGenuine
    }

    @Test(arguments: algorithms) func `are answered with one of the same key`(algorithm: DigestAlgorithm) throws {
        let keys = [try made(3, .md5), try made(1, algorithm), try made(70_000, .sha1)]
        let reply = try #require(try reply(to: request(keys[1]), keys: keys))
        #expect(reply.count == 48 + 4 + keys[1].codeLength && reply[51] == 1)
        #expect(try isAuthentic(reply, by: keys[1]) && !isAuthentic(reply, by: made(1, algorithm, secret.reversed())))
    }

    @Test func `of version 3 may have a long one`() throws {
        let key = try made()
        let reply = try #require(try reply(to: request(key, version: 3, digestLength: 32), keys: [key]))
        #expect(try reply.count == 84 && isAuthentic(reply, by: key))
    }

    @Test(arguments: algorithms)
    func `that is wrong, or of a key that is not trusted, are told so`(algorithm: DigestAlgorithm) throws {
        let key = try made(1, algorithm)
        var wrong = request(key)
        wrong[60] ^= 1
        var altered = request(key)
        altered[44] ^= 1
        for (octets, keys) in [(wrong, [key]), (altered, [key]), (request(key), [])] {
            let answer = try #require(try reply(to: octets, keys: keys))
            #expect(answer.count == 52 && answer.suffix(4) == [0, 0, 0, 0])
        }
    }

    @Test func `get nothing when it is wrong where only authentic ones are answered`() throws {
        let key = try made()
        let stranger = request(try made(2))
        #expect(try reply(to: request(key), keys: [key], restrictions: .noTrust) != nil)
        #expect(try reply(to: stranger, keys: [key], restrictions: .noTrust) == nil)
        #expect(try reply(to: request(nil), keys: [key], restrictions: .noTrust) == nil)
    }

    @Test func `have extension fields passed over, and authenticated`() throws {
        let key = try made()
        let header = request(nil)
        let field: [UInt8] = [1, 4, 0, 36] + Array(repeating: 9, count: 32)
        #expect(try reply(to: header + field, keys: [key])?.count == 48)
        let message = header + field
        let digest = key.digest(of: message.span).octets
        let code = [0, 0, 0, 1] + (0..<20).map { digest[$0] }
        let answer = try #require(try reply(to: message + code, keys: [key]))
        #expect(try answer.count == 72 && isAuthentic(answer, by: key))
        #expect(try reply(to: header + [0, 0, 0, 0], keys: [key]) == nil)
        #expect(try reply(to: header + [1, 2, 3, 4, 5], keys: [key]) == nil)
    }

    @Test func `never get a longer reply, nor crash, when they are spoilt`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SplitMix(state: seed)
        let keys = try algorithms.enumerated().map { try made(UInt32($0 + 1), $1) }
        let field: [UInt8] = [1, 4, 0, 28] + Array(repeating: 9, count: 24)
        let corpus = keys.map { request($0) } + keys.map { request($0, version: 3) } + [request(nil) + field]
        for _ in 0..<5_000 {
            guard var octets = corpus.randomElement(using: &generator) else { return }
            if Bool.random(using: &generator) { generator.spoil(&octets) }
            if let reply = try reply(to: octets, keys: keys) {
                #expect(octets.count >= 48 && [48, 52, 68, 72].contains(reply.count), "seed \(seed)")
                #expect(try self.reply(to: reply, keys: keys) == nil, "seed \(seed)")
            }
        }
    }
}

@Suite struct `Servers with a key` {
    /// - Parameter server: what the server's replies are authenticated by.
    private func world(_ own: SymmetricKey?, _ server: SymmetricKey?, keyID: UInt32? = 1) -> SimulatedWorld {
        let world = SimulatedWorld {
            $0.sources = [SourceConfiguration(host: "192.0.2.1", minimumPoll: PollExponent(4), keyID: keyID)]
            $0.keys = KeyTable(own.map { [$0] } ?? [])
        }
        world.intercept = { reply in
            var reply = reply
            if let server { reply.authenticate(with: server, digestLength: server.codeLength) }
            return [reply]
        }
        return world
    }

    @Test(arguments: algorithms) func `are followed when their replies are authentic`(algorithm: DigestAlgorithm) throws
    {
        let key = try made(1, algorithm)
        let world = world(key, key)
        world.run(300)
        #expect(world.engine.state.kind == .synchronised && world.error.magnitude < .milliseconds(1))
    }

    @Test func `are not believed when they are not`() throws {
        let key = try made()
        for server in [nil, try made(1, .sha256, secret.reversed()), try made(2)] {
            let world = world(key, server)
            world.run(300)
            #expect(world.engine.state.kind == .unsynchronised)
            #expect(world.engine.associations.first?.lastRefusal == .notAuthentic)
            #expect(world.log.count { $0.contains("authentication failed (key 1)") } == 1)
        }
        let unknown = world(nil, key)
        unknown.run(300)
        #expect(unknown.engine.state.kind == .unsynchronised)
    }

    @Test func `that answer without one need not`() throws {
        let world = world(try made(), try made(), keyID: nil)
        world.run(300)
        #expect(world.engine.state.kind == .synchronised)
    }

    @Test func `say that they do not know it, once in the log`() throws {
        let world = world(try made(), nil)
        world.intercept = { reply in
            var reply = reply
            reply.append(bigEndian: 0)
            return [reply]
        }
        world.run(300)
        #expect(world.engine.associations.first?.lastRefusal == .cryptoNAK)
        #expect(world.log.count { $0.contains("crypto-NAK (key 1)") } == 1)
    }

    @Test func `are not given up for a forged word before theirs`() throws {
        let key = try made()
        let world = world(key, key)
        let authenticate = world.intercept
        world.intercept = { reply in [reply] + authenticate(reply) }
        world.run(300)
        #expect(world.engine.state.kind == .synchronised)
    }
}
