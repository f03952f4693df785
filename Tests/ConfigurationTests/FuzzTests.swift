import Support
import Testing

@testable import Configuration

@Suite struct `Any octets at all` {
    private static let seeds = (0..<4).map { _ in UInt64.random(in: .min ... .max) }

    /// Every diagnostic lies on a line that exists and is one line of plain text itself.
    private func check(_ bytes: [UInt8], _ seed: UInt64) -> Configuration {
        let lines = bytes.count { $0 == 0x0a } + 1
        let result = Configuration.parse(bytes: bytes, file: "f") { _ in bytes }
        for diagnostic in result.diagnostics {
            #expect((1...lines).contains(diagnostic.line) && diagnostic.column >= 1, "seed \(seed)")
            #expect(
                diagnostic.message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f },
                "seed \(seed): \(diagnostic)"
            )
        }
        return result.configuration
    }

    @Test(arguments: seeds)
    func `are read without harm`(seed: UInt64) {
        var generator = SplitMix(state: seed)
        for _ in 0..<300 {
            let count = Int.random(in: 0...400, using: &generator)
            _ = check((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }, seed)
        }
    }

    @Test(arguments: seeds)
    func `made by spoiling a good file leave values in their ranges`(seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        let everything = Array(
            """
            server -4 10.1.2.3 iburst minpoll 4 maxpoll 17 version 3 port 11123 key 1
            server 10.1.2.4 burst
            broadcast 224.0.1.1 minpoll 4 ttl 3 key 1 version 3
            broadcast ff02::101%eth0
            restrict source ntpport kod
            restrict 10.0.0.0 mask 255.0.0.0 noquery limited
            unrestrict 10.0.0.0/8 limited
            interface listen fe80::/10
            discard average 4 minimum 1 monitor 600
            mru maxdepth 400 mindepth 20 maxage 30
            keys /etc/ntp.keys
            trustedkey 1 (10 ... 20) 65535
            rtc simulated offset -1.5 drift 2.25 stopped
            rtc ds3231 /dev/i2c-1 address 0x68
            tinker panic 0 step 0.128
            driftfile "/var/lib/a b" # comment
            server 127.127.1.0
            fudge 127.127.1.0 stratum 10
            tos minsane 3 maxclock 11 maxdist 1.5 mindist 0.02 floor 2 ceiling 8 orphan 6 orphanwait 300
            statsdir /var/log/ntpstats/
            statistics loopstats peerstats
            filegen loopstats file loop type day link enable
            leapfile /usr/share/zoneinfo/leap-seconds.list ignorehash
            logconfig =syncstatus +sysevents -allinfo
            disable ntp stats
            includefile self
            clock virtual
            \(Configuration.builtInText)
            """.utf8
        )
        let corpus = [everything] + (try Corpus.configurations.map(Corpus.octets))
        for _ in 0..<300 {
            guard var bytes = corpus.randomElement(using: &generator) else { return }
            for _ in 0..<3 { generator.spoil(&bytes) }
            let configuration = check(bytes, seed)
            for server in configuration.servers {
                #expect(server.minimumPoll <= server.maximumPoll && (1...4).contains(server.version), "seed \(seed)")
            }
            #expect(configuration.broadcasts.allSatisfy { (1...4).contains($0.version) && $0.timeToLive > 0 })
            #expect(configuration.port > 0, "seed \(seed)")
            #expect((1...1000).contains(configuration.selection.minimumSources), "seed \(seed)")
            #expect((1...16).contains(configuration.selection.strataEnd), "seed \(seed)")
            #expect(configuration.lastResort.localClock ?? 0 < 16, "seed \(seed)")
            #expect(configuration.lastResort.orphan ?? 1 < 16, "seed \(seed)")
        }
    }

    @Test(arguments: seeds)
    func `on a line of nonsense are remarked on`(seed: UInt64) {
        var generator = SplitMix(state: seed)
        let whiteSpace: Set<UInt8> = [0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20]
        for _ in 0..<500 {
            // "xx" begins no directive; the rest is anything but the end of the line.
            let rest = (0..<Int.random(in: 0...30, using: &generator))
                .map { _ in UInt8.random(in: .min ... .max, using: &generator) }
                .filter { $0 != 0x0a }
            let count = Configuration.parse(bytes: Array("xx".utf8) + rest, file: "f").diagnostics.count
            #expect(count == 1, "seed \(seed)")
            let first = rest.first { !whiteSpace.contains($0) }
            guard let first, first != UInt8(ascii: "#") else { continue }
            #expect(Configuration.parse(bytes: rest, file: "f").diagnostics.count == 1, "seed \(seed)")
        }
    }
}
