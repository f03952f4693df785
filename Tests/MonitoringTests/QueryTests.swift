import Authentication
import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress
import Support
import Testing

@testable import Monitoring

private let lan = IPNetwork(
    address: IPAddress(v4: 0x0a00_0000),
    mask: IPAddress(high: .max, low: 0xffff_ffff_ff00_0000)
)
private let neighbour = SocketAddress(address: IPAddress(v4: 0x0a00_0005), port: 4_000)
private let stranger = SocketAddress(address: IPAddress(v4: 0xc633_6405), port: 4_000)

@Suite struct `Control queries` {
    @Test func `for the status tell every association's, the RTC's among them`() throws {
        let daemon = Queried(servers: 3)
        let answer = try #require(daemon.ask(1))
        // Leap unknown, no source, restarted.
        #expect(answer.error == nil && answer.status == 0xc006)
        let words = stride(from: 0, to: answer.data.count, by: 2).map {
            UInt16(answer.data[$0]) << 8 | UInt16(answer.data[$0 + 1])
        }
        // Configured, unreachable, rejected.
        #expect(words == [1, 0x8003, 2, 0x8003, 3, 0x8003, 65_535, 0x8003])
    }

    @Test func `for system variables tell what is served, in ntpd's order`() throws {
        let daemon = Queried()
        let answer = try #require(daemon.ask(2))
        #expect(answer.text.hasPrefix("version=\"tickoverd 1.2\", processor=\"armv7l\","))
        #expect(answer.text.hasSuffix("\r\n"))
        #expect(answer.values["stratum"] == "16" && answer.values["leap"] == "3" && answer.values["refid"] == "INIT")
        #expect(answer.values["clock"] == "0xeef45080.00000000" && answer.values["peer"] == "0")
        #expect(answer.values["peeradr"] == nil)
    }

    @Test func `for named variables tell these, and refuse unknown ones`() throws {
        let daemon = Queried()
        #expect(daemon.ask(2, 0, "stratum, leap=9 ,peeradr")?.text == "stratum=16, leap=3, peeradr=0.0.0.0:0\r\n")
        #expect(daemon.ask(2, 0, "stratum,nonsense")?.error == .unknownVariable)
        #expect(daemon.ask(2, 1, "srcadr,hpoll")?.text == "srcadr=192.0.2.0, hpoll=6\r\n")
        #expect(daemon.ask(2, 9, "")?.error == .badAssociation)
    }

    @Test func `know everything that ntpq's reports are made of`() throws {
        let reports = [
            "peeradr,peermode,leap,stratum,precision,rootdelay,rootdisp,rootdist,refid,reftime,sys_jitter,clk_jitter,"
                + "clk_wander,authdelay",
            "koffset,kfreq,kmaxerr,kesterr,kstflags,ktimeconst,kprecis,kfreqtol,kppsfreq,kppsstab,kppsjitter,"
                + "kppscalibdur,kppscalibs,kppsjitexc,kppsstbexc,kppscaliberrs",
            "ss_uptime,ss_numctlreq",
            "ss_reset,ss_received,ss_thisver,ss_oldver,ss_ver1,ss_ver1client,ss_ver1zero,ss_ver1symm,ss_badformat,"
                + "ss_badauth,ss_declined,ss_restricted,ss_limited,ss_kodsent,ss_processed",
            "ss_reset_r,ss_received_r,ss_thisver_r,ss_ver1_r,ss_processed_r",
            "mru_enabled,mru_depth,mru_deepest,mru_maxdepth,mru_mindepth,mru_maxage,mru_mem,mru_maxmem",
        ]
        let daemon = Queried()
        for report in reports {
            let answer = try #require(daemon.ask(2, 0, report))
            #expect(answer.error == nil && answer.values.count == report.split(separator: ",").count, "\(report)")
        }
    }

    @Test func `for clock variables are the RTC's`() throws {
        let daemon = Queried()
        for association in [0, AssociationID.rtc] {
            let answer = try #require(daemon.ask(4, association))
            #expect(answer.values["device"] == "\"DS3231\"" && answer.values["refid"] == "RTC")
        }
        #expect(daemon.ask(4, 1)?.error == .badAssociation)
        let peer = try #require(daemon.ask(2, .rtc))
        #expect(peer.values["srchost"] == "\"RTC(0)\"" && peer.values["srcadr"]?.hasPrefix("127.127.") == true)
        #expect(peer.values["stratum"] == "0" && peer.values["refid"] == "RTC" && peer.values["rec"] == nil)
    }

    @Test(arguments: [3, 5, 8, 9, 11])
    func `that would change something, or need a key, are refused`(opcode: UInt8) {
        let daemon = Queried()
        #expect(daemon.ask(opcode, 0, "stratum=1")?.error == .permission)
    }

    @Test(arguments: [6, 7, 13, 31]) func `of no known kind are told so`(opcode: UInt8) {
        let daemon = Queried()
        #expect(daemon.ask(opcode)?.error == .badOperation)
    }

    @Test func `get no answer when they are answers or parts themselves`() {
        let daemon = Queried()
        for flag: UInt8 in [0x80, 0x40, 0x20] { #expect(daemon.answer(message(2 | flag)).isEmpty) }
        var fragment = message(2)
        fragment[9] = 4
        #expect(daemon.answer(fragment).isEmpty)
        for length in 0..<12 { #expect(daemon.answer(Array(message(2).prefix(length))).isEmpty) }
        for version: UInt8 in [0, 5, 6, 7] { #expect(daemon.answer(message(2, version: version)).isEmpty) }
    }

    @Test func `with more data promised than sent are malformed`() throws {
        let daemon = Queried()
        var short = message(2)
        short[11] = 1
        let answer = daemon.answer(short)
        #expect(answer.count == 1 && answer[0].count == 12 && answer[0][1] == 0xc2 && answer[0][4] == 2)
    }

    @Test func `are answered where restrict names the network, never by default`() {
        let daemon = Queried(access: [(.allV4, []), (lan, [])])
        #expect(daemon.ask(2, from: neighbour) != nil)
        #expect(daemon.answer(message(2), from: stranger).isEmpty)
        #expect(daemon.ask(2) != nil)
        for flag: AccessRestrictions in [.noQuery, .ignore] {
            let closed = Queried(access: [(lan, flag), (.allV4, flag)])
            #expect(closed.answer(message(2), from: neighbour).isEmpty && closed.answer(message(2)).isEmpty)
        }
        let unnamed = Queried()
        #expect(unnamed.answer(message(2), from: neighbour).isEmpty && !unnamed.answer(message(2)).isEmpty)
    }

    @Test(arguments: [DigestAlgorithm.md5, .sha1, .sha256, .aes128CMAC])
    func `are answered from anywhere when they have the code of a key, with one of the same`(
        algorithm: DigestAlgorithm
    ) throws {
        let key = try #require(SymmetricKey(id: 9, algorithm: algorithm, secret: Array("sixteen octets!!".utf8)))
        let daemon = Queried(keys: [key])
        func coded(_ message: [UInt8]) -> [UInt8] {
            let padded = message + Array(repeating: 0, count: -message.count & 7)
            let digest = key.digest(of: padded.span).octets
            return padded + [0, 0, 0, 9] + (0..<key.codeLength).map { digest[$0] }
        }
        var query = coded(message(2, 0, "leap"))
        let answer = try #require(daemon.answer(query, from: stranger).first)
        #expect(answer == coded(Array(answer.prefix(20))) && answer[12..<18] == Array("leap=3".utf8)[...])
        #expect(!daemon.answer(query).isEmpty)
        query[query.count - 1] ^= 1
        #expect(daemon.answer(query, from: stranger).isEmpty)
        #expect(daemon.answer(query).first?.count == 20)
        let closed = Queried(access: [(.allV4, .noQuery)], keys: [key])
        #expect(closed.answer(coded(message(2, 0, "leap")), from: stranger).isEmpty)
    }

    @Test func `with a forged address of such a network do not come to much`() {
        let daemon = Queried(access: [(lan, [])])
        var octets = 0
        for _ in 0..<10_000 { octets += daemon.answer(message(2), from: neighbour).reduce(0) { $0 + $1.count } }
        #expect((200_000...262_144).contains(octets))
        daemon.now.monotonic += .seconds(1)
        octets = 0
        for _ in 0..<10_000 { octets += daemon.answer(message(2), from: neighbour).reduce(0) { $0 + $1.count } }
        #expect((4_000...8_192 + 4_000).contains(octets))
        #expect(daemon.ask(2) != nil)
    }
}

@Suite struct `The list of clients` {
    private func nonce(_ daemon: Queried, _ client: SocketAddress = Queried.local) throws -> String {
        let answer = try #require(daemon.ask(12, from: client))
        return try #require(answer.values["nonce"])
    }

    private func client(_ number: UInt32) -> SocketAddress {
        SocketAddress(address: IPAddress(v4: 0x0a01_0000 + number), port: 123)
    }

    @Test func `is told to nobody without a nonce of its own, which does not last`() throws {
        let daemon = Queried(access: [(lan, [])])
        let nonce = try nonce(daemon)
        #expect(daemon.ask(10, 0, "nonce=\(nonce), frags=4") != nil)
        #expect(daemon.ask(10, 0, "frags=4") == nil && daemon.ask(10, 0, "nonce=0123, frags=4") == nil)
        #expect(daemon.ask(10, 0, "nonce=\(nonce), frags=4", from: neighbour) == nil)
        let forged = String(nonce.dropLast()) + (nonce.hasSuffix("0") ? "1" : "0")
        #expect(daemon.ask(10, 0, "nonce=\(forged), frags=4") == nil)
        daemon.now.monotonic += .seconds(17)
        #expect(daemon.ask(10, 0, "nonce=\(nonce), frags=4") == nil)
        let closed = Queried(access: [(lan, .noClientList)])
        #expect(closed.ask(10, 0, "nonce=1", from: neighbour)?.error == .permission)
        #expect(closed.ask(2, from: neighbour)?.error == nil)
    }

    @Test func `tells of each client when and how it asked`() throws {
        let daemon = Queried()
        daemon.serve(client(1))
        daemon.serve(client(2))
        daemon.serve(client(1))
        let answer = try #require(daemon.ask(10, 0, "nonce=\(try nonce(daemon)), frags=4"))
        let values = answer.values
        #expect(values["addr.0"] == "10.1.0.2:123" && values["addr.1"] == "10.1.0.1:123")
        #expect(values["ct.0"] == "1" && values["ct.1"] == "2" && values["mv.1"] == "35" && values["rs.1"] == "0x0")
        #expect(values["first.1"] == "0xeef45080.00000000" && values["last.newest"] == values["last.1"])
        #expect(values["now"] != nil && values["nonce"]?.count == 32)
    }

    @Test func `is told part by part, whole and without a client twice, while others go on asking`() throws {
        let daemon = Queried()
        for number in UInt32(0)..<400 { daemon.serve(client(number)) }
        #expect(daemon.answer(message(10, 0, "nonce=\(try nonce(daemon)), frags=3")).count == 3)
        var seen: [String: Int] = [:]
        var known: [(String, String)] = []
        var parts = 0
        while parts < 100 {
            let anchors = known.suffix(6).reversed().enumerated().map { ", addr.\($0)=\($1.0), last.\($0)=\($1.1)" }
            let data = "nonce=\(try nonce(daemon)), frags=3\(anchors.joined())"
            let values = try #require(daemon.ask(10, 0, data)).values
            for index in 0... {
                guard let address = values["addr.\(index)"], let last = values["last.\(index)"] else { break }
                seen[address, default: 0] += 1
                known.append((address, last))
            }
            parts += 1
            if values["now"] != nil { break }
            // The newest of those that are known asks again, and is last from now on.
            if parts % 3 == 0, let number = UInt32(known[known.count - 1].0.split { $0 == "." || $0 == ":" }[3]) {
                daemon.serve(client(number))
            }
        }
        #expect(parts > 10 && parts < 100 && seen.count == 400)
        #expect(seen.values.count { $0 > 1 } <= parts / 3)
    }

    @Test func `says so when all clients that are known have asked again`() throws {
        let daemon = Queried()
        daemon.serve(client(1))
        let known = "addr.0=10.1.0.1:123, last.0=0x00000001.00000000"
        #expect(daemon.ask(10, 0, "nonce=\(try nonce(daemon)), frags=3, \(known)")?.error == .unknownVariable)
    }

    @Test func `can be asked for in part`() throws {
        let daemon = Queried()
        for _ in 0..<3 { daemon.serve(client(7)) }
        daemon.serve(client(8))
        func addresses(_ parameters: String) throws -> [String] {
            let values = try #require(daemon.ask(10, 0, "nonce=\(try nonce(daemon)), \(parameters)")).values
            return (0..<5).compactMap { values["addr.\($0)"] }
        }
        #expect(try addresses("frags=4, mincount=2") == ["10.1.0.7:123"])
        #expect(try addresses("limit=1") == ["10.1.0.7:123"])
        #expect(try addresses("frags=4, resany=0x20") == [])
        for wrong in ["frags=0", "frags=33", "mincount=-1", "limit=x", "addr.0=nobody"] {
            #expect(daemon.ask(10, 0, "nonce=\(try nonce(daemon)), \(wrong)")?.error == .badValue, "\(wrong)")
        }
        #expect(daemon.ask(10, 0, "nonce=\(try nonce(daemon)), recent=2")?.error == .badFormat)
    }
}

@Suite struct `Control messages of any octets` {
    private static let seeds = (0..<4).map { _ in UInt64.random(in: .min ... .max) }

    /// Nothing goes to strangers; what goes out is an answer, whole and in fragments that fit.
    private func check(_ datagram: [UInt8], _ daemon: Queried, _ seed: UInt64) {
        #expect(daemon.answer(datagram, from: stranger).isEmpty, "seed \(seed)")
        let answer = daemon.answer(datagram)
        #expect(answer.count <= 33 && answer.allSatisfy { (12...480).contains($0.count) }, "seed \(seed)")
        #expect(answer.allSatisfy { $0[0] & 7 == 6 && $0[1] & 0x80 != 0 && daemon.answer($0).isEmpty }, "seed \(seed)")
    }

    @Test(arguments: seeds) func `do no harm`(seed: UInt64) {
        var generator = SplitMix(state: seed)
        let daemon = Queried(servers: 5)
        for _ in 0..<1_000 {
            let count = Int.random(in: 0...500, using: &generator)
            var octets = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            if count > 1 {
                octets[0] = octets[0] & 0xf8 | 6
                octets[1] &= 0x1f
            }
            check(octets, daemon, seed)
        }
    }

    @Test(arguments: seeds) func `made by spoiling good ones do no harm`(seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        let daemon = Queried(servers: 5)
        for number in UInt32(0)..<50 { daemon.serve(SocketAddress(address: IPAddress(v4: number), port: 9)) }
        let nonce = try #require(daemon.ask(12)?.values["nonce"])
        let messages = [
            message(1), message(2), message(2, 1), message(2, 0, "version,leap,stratum"), message(4, .rtc), message(12),
            message(10, 0, "nonce=\(nonce), frags=32, mincount=2, resall=0x20, maxlstint=600"),
            message(10, 0, "nonce=\(nonce), limit=9, addr.0=0.0.0.3:9, last.0=0xeef45080.00c49ba6, laddr=::1"),
            message(11, 0, "ifstats"), message(8, 0, "config"),
        ]
        let corpus = try messages + Corpus.packets("queries.hex")
        for _ in 0..<1_000 {
            guard var octets = corpus.randomElement(using: &generator) else { return }
            generator.spoil(&octets)
            check(octets, daemon, seed)
        }
    }
}
