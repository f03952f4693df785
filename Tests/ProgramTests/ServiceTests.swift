import Foundation
import NTPTime
import NTPWire
import Support
import Testing

@Suite(.serialized) struct `Without any upstream` {
    @Test(arguments: Build.available) func `the RTC is served when its oscillator has run`(build: Build) throws {
        let daemon = try Instance("rtc simulated offset 0.2", build: build)
        #expect(daemon.reaches("holdover", within: 30), "\(daemon.program.log)")
        let reply = try #require(try daemon.query())
        #expect(reply.text("refid") == "RTC" && reply.number("stratum") == 10 && reply.text("leap") == "none")
        #expect((reply.number("offset_s") - 0.2).magnitude < 0.1)
        #expect(reply.number("offset_s").magnitude < reply.number("bound_s"))
        #expect(daemon.program.end() == 0)
    }

    @Test(arguments: Build.available) func `a clock that was far off is right at once`(build: Build) throws {
        let daemon = try Instance("rtc simulated offset 3600", build: build)
        #expect(daemon.reaches("holdover", within: 30), "\(daemon.program.log)")
        let reply = try #require(try daemon.query())
        #expect((reply.number("offset_s") - 3600).magnitude < 0.1)
        #expect(daemon.logged("time loaded from the RTC") == 1 && daemon.logged("no better than 16 s") == 0)
        #expect(daemon.program.end() == 0)
    }

    @Test(arguments: Build.available) func `nothing is served when it had stopped`(build: Build) throws {
        let daemon = try Instance("rtc simulated stopped", build: build)
        #expect(eventually(within: 30) { daemon.logged("oscillator") >= 1 }, "\(daemon.program.log)")
        let reply = try #require(try daemon.query())
        #expect(reply.text("refid") == "INIT" && reply.number("stratum") == 0)
        #expect(reply.text("leap") == "unsynchronised")
        #expect(daemon.program.end() == 0)
    }
}

@Suite(.serialized) struct `Upstream servers` {
    private func lines(_ servers: [FakeServer]) -> String {
        servers.map { "server 127.0.0.1 port \($0.port) iburst minpoll 0 maxpoll 1" }.joined(separator: "\n")
            + "\nrtc none"
    }

    @Test func `a falseticker is outvoted`() throws {
        // Three servers on one address would be one to the engine, so each has a loopback address of its own.
        let servers = [
            try FakeServer(offset: .zero), try FakeServer(offset: .zero), try FakeServer(offset: .seconds(5)),
        ]
        defer { for server in servers { server.stop() } }
        let text = zip(1..., servers).map { "server 127.0.0.\($0) port \($1.port) iburst minpoll 0 maxpoll 1" }
        let daemon = try Instance(text.joined(separator: "\n") + "\nrtc none")
        #expect(daemon.reaches("synchronised", within: 60), "\(daemon.program.log)")
        #expect(try #require(try daemon.query()).number("offset_s").magnitude < 0.01)
        #expect(eventually(within: 20) { daemon.logged("127.0.0.3:\(servers[2].port) disagrees") == 1 })
    }

    @Test func `an offset beyond the panic limit ends the daemon, but is stepped with -g`() throws {
        let server = try FakeServer(offset: .seconds(2_000))
        defer { server.stop() }
        let panicking = try Instance(lines([server]))
        #expect(panicking.program.exitStatus(within: 60) == 1)
        #expect(panicking.logged("panic limit") == 1)
        let permitted = try Instance(lines([server]), options: ["-g"])
        #expect(permitted.reaches("synchronised", within: 60), "\(permitted.program.log)")
        #expect((try #require(try permitted.query()).number("offset_s") - 2_000).magnitude < 0.01)
    }

    @Test func `with -q the clock is set once`() throws {
        let server = try FakeServer(offset: .seconds(5))
        defer { server.stop() }
        let daemon = try Instance(lines([server]), options: ["-q"])
        #expect(daemon.program.exitStatus(within: 60) == 0)
        #expect(daemon.logged("clock stepped") == 1, "\(daemon.program.log)")
    }
}

@Suite(.serialized) struct `Datagrams from anywhere` {
    /// Queries of this machine, which are somebody else's test, would be answered.
    private static let lines = "rtc simulated\nrestrict 127.0.0.1 noquery"

    @Test(arguments: Build.available, [0, 3])
    func `get a reply only if they are requests, and no longer one`(build: Build, threads: Int) throws {
        let daemon = try Instance(Self.lines + "\nthreads \(threads)", build: build)
        try #require(daemon.reaches("holdover", within: 30), "\(daemon.program.log)")
        let client = try RawClient(port: daemon.port)
        for version in UInt8(0)...7 {
            for mode in UInt8(0)...7 {
                client.send(request(version: version, mode: mode))
                let isRequest = (1...4).contains(version) && (mode == 3 || mode == 1) || version == 1 && mode == 0
                // Symmetric active packets get symmetric passive ones.
                let replyMode: UInt8 = mode == 1 ? 2 : 4
                let replies = client.replies(silence: isRequest ? 2 : 0.05)
                #expect(replies.count == (isRequest ? 1 : 0), "version \(version) mode \(mode)")
                #expect(replies.allSatisfy { $0.count == 48 && $0[0] >> 3 & 7 == version && $0[0] & 7 == replyMode })
            }
        }
        for length in 0..<48 { client.send(Array(request().prefix(length))) }
        #expect(client.replies(silence: 0.3).isEmpty)
        #expect(daemon.program.end() == 0)
    }

    @Test(arguments: [0, 3]) func `do no harm when they are random`(threads: Int) throws {
        let daemon = try Instance(Self.lines + "\nthreads \(threads)")
        try #require(daemon.reaches("holdover", within: 30))
        let seed = UInt64.random(in: .min ... .max)
        var generator = SplitMix(state: seed)
        let client = try RawClient(port: daemon.port)
        var answers = 0
        for _ in 0..<50 {
            for _ in 0..<100 {
                let length = Int.random(in: 0...200, using: &generator)
                client.send((0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) })
            }
            let replies = client.replies(silence: 0.02)
            answers += replies.count
            // Time, a crypto-NAK behind it, or an answer to a control message, which this machine may send.
            #expect(
                replies.allSatisfy { [2, 4].contains($0[0] & 7) ? [48, 52].contains($0.count) : $0[0] & 7 == 6 },
                "seed \(seed)"
            )
        }
        #expect(answers < 5_000 / 8, "seed \(seed)")
        #expect(try daemon.query() != nil, "seed \(seed)")
        #expect(daemon.program.end() == 0)
    }

    @Test(.enabled(if: Build.available.contains(.armhf), "no armhf build"))
    func `get the same reply from both builds`() throws {
        var replies: [NTPPacket] = []
        for build in Build.available {
            let daemon = try Instance(Self.lines, build: build)
            try #require(daemon.reaches("holdover", within: 30), "\(daemon.program.log)")
            let client = try RawClient(port: daemon.port)
            client.send(request(version: 3, mark: 0x77))
            let octets = try #require(client.replies(silence: 2).first)
            replies.append(try NTPPacket(octets.span))
        }
        let (host, armhf) = (replies[0], replies[1])
        #expect(host.leap == armhf.leap && host.version == armhf.version && host.mode == armhf.mode)
        #expect(host.stratum == armhf.stratum && host.poll == armhf.poll && host.referenceID == armhf.referenceID)
        #expect(host.originTimestamp == armhf.originTimestamp && host.rootDelay == armhf.rootDelay)
        #expect((-31 ... -10).contains(host.precision) && (-31 ... -10).contains(armhf.precision))
        #expect((armhf.transmitTimestamp - host.transmitTimestamp).magnitude < .seconds(60))
        let difference = armhf.rootDispersion.duration - host.rootDispersion.duration
        #expect(difference.magnitude < .milliseconds(200))
    }
}

@Suite(.serialized) struct `Answering threads` {
    private static let lines = "rtc simulated\nthreads 3\n"

    /// As many clients as that no thread is without one.
    private func answers(_ daemon: Instance, clients: Int = 24) throws -> Int {
        let clients = try (0..<clients).map { _ in try RawClient(port: daemon.port) }
        for client in clients { client.send(request()) }
        return clients.count { $0.replies(silence: 0.2).count == 1 }
    }

    private func threads(_ daemon: Instance) throws -> Int {
        // The program's own process: setpriv has become it.
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(daemon.program.id)/task").count
    }

    @Test func `all answer, by new rules after a hangup`() throws {
        let workplace = try Workplace()
        let rules = try workplace.write("", to: "rules")
        let daemon = try Instance(Self.lines + "includefile \(rules)", workplace: workplace)
        try #require(daemon.reaches("holdover", within: 30), "\(daemon.program.log)")
        #expect(try answers(daemon) == 24)
        try workplace.write("restrict 127.0.0.1 noserve\n", to: "rules")
        daemon.program.signal(SIGHUP)
        try #require(eventually(within: 10) { daemon.logged("configuration read again") == 1 })
        #expect(try answers(daemon) == 0)
        try workplace.write("", to: "rules")
        daemon.program.signal(SIGHUP)
        try #require(eventually(within: 10) { daemon.logged("configuration read again") == 2 })
        #expect(try answers(daemon) == 24)
        #expect(daemon.program.end() == 0)
    }

    @Test func `are as many as were asked for`() throws {
        let counts = try [0, 1, 3].map { count in
            let daemon = try Instance("rtc simulated\nthreads \(count)")
            try #require(daemon.reaches("holdover", within: 30), "\(daemon.program.log)")
            return try threads(daemon)
        }
        #expect(counts[1] == counts[0] + 1 && counts[2] == counts[0] + 3)
    }

    @Test func `share a port among themselves only`() throws {
        let daemon = try Instance(Self.lines)
        try #require(daemon.reaches("holdover", within: 30), "\(daemon.program.log)")
        let configuration = try daemon.workplace.write(
            "rtc none\nclock virtual\nthreads 3\nport \(daemon.port)\nstatedir \(daemon.workplace.path("other"))\n",
            to: "other.conf"
        )
        let other = try run(try Build.host.command("tickoverd") + ["-n", "-c", configuration])
        #expect(other.status == 1 && other.errors.contains("cannot serve on UDP port"), "\(other)")
    }
}
