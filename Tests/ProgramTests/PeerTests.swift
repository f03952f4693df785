import Foundation
import Testing

@Suite(.serialized, .enabled(if: Peers.areUnpacked, "run .ci/dependencies peers")) struct `With other NTP software` {
    @Test func `follows chronyd, holds over without it, and comes back without a step`() throws {
        let workplace = try Workplace()
        let upstream = try freePort()
        var chronyd = try Peers.startChronyd(port: upstream, in: workplace)
        let daemon = try Instance(
            "server 127.0.0.1 port \(upstream) iburst minpoll 0 maxpoll 1\nrtc simulated offset 0.3 drift 2"
        )
        try #require(daemon.reaches("synchronised", within: 60), "\(daemon.program.log)")
        // chronyd serves the host's clock, so that is what the truth is here.
        #expect(eventually(within: 60) { (try? daemon.query())??.number("offset_s").magnitude ?? 1 < 1e-3 })
        #expect(try #require(try daemon.query()).text("refid") == "127.0.0.1")
        #expect(try #require(try daemon.query("::1")).number("stratum") == 4)
        for server in ["127.0.0.1", "::1"] {
            let offset = try #require(
                try Peers.chronyOffset(of: "\(server) port \(daemon.port)", in: workplace),
                "chronyd got no answer"
            )
            #expect(offset.magnitude < 5e-3)
        }

        let steps = daemon.logged("clock stepped")
        #expect(chronyd.end(by: SIGTERM) != nil)
        try #require(daemon.reaches("holdover", within: 60), "\(daemon.program.log)")
        let early = try #require(try daemon.query())
        #expect(early.text("refid") == "RTC" && early.text("leap") == "none", "\(daemon.program.log)")
        #expect(
            eventually(within: 30) {
                (try? daemon.query())??.number("root_dispersion_s") ?? 0 > early.number("root_dispersion_s")
            }
        )
        #expect(try #require(try daemon.query()).number("offset_s").magnitude < 5e-3)

        chronyd = try Peers.startChronyd(port: upstream, in: workplace)
        #expect(daemon.reaches("synchronised", within: 60), "\(daemon.program.log)")
        #expect(daemon.logged("clock stepped") == steps)
        #expect(daemon.program.end() == 0)
    }

    @Test(.enabled(if: Peers.namespacesWork, "no user namespaces here"))
    func `ntpdig and ntpdate read right time on port 123`() throws {
        let workplace = try Workplace()
        let configuration = try workplace.write(
            "rtc simulated\nclock virtual\nstatedir \(workplace.path("state"))\n",
            to: "conf"
        )
        let tickoverd = try Build.host.command("tickoverd").joined(separator: " ")
        let peers = Peers.folder.path
        // A network and an NTP port of its own; the namespace's root has no power over the machine's clock.
        let script = """
            ip link set lo up
            \(tickoverd) -n -c \(configuration) 2> \(workplace.path("log")) & daemon=$!
            sleep 4
            /usr/bin/python3 \(peers)/usr/bin/ntpdig 127.0.0.1
            PATH=\(peers)/usr/bin:$PATH sh \(peers)/usr/sbin/ntpdate -q 127.0.0.1
            kill $daemon
            """
        let result = try run(["/usr/bin/unshare", "-Urn", "/bin/sh", "-c", script], environment: Peers.environment)
        let offsets = result.output.matches(of: #/\(\+0000\) ([+-][0-9.]+) \+/- /#).compactMap { Double($0.1) }
        #expect(offsets.count == 2, "\(result.output)\(result.errors)")
        #expect(offsets.allSatisfy { $0.magnitude < 0.1 })
    }
}
