import Foundation
import Testing

/// What users of ntpd are used to.
@Suite(.serialized) struct `Statistics of the daemon` {
    @Test(arguments: Build.available) func `have ntpd's columns, and files made anew after they were moved`(
        build: Build
    ) throws {
        let server = try FakeServer(offset: .zero)
        defer { server.stop() }
        let workplace = try Workplace()
        let folder = workplace.path("statistics")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let daemon = try Instance(
            """
            server 127.0.0.1 port \(server.port) iburst minpoll 0 maxpoll 1
            rtc simulated offset 0.1
            statsdir \(folder)
            statistics loopstats peerstats clockstats rawstats
            filegen loopstats type none
            """,
            build: build,
            workplace: workplace
        )
        #expect(daemon.reaches("synchronised", within: 60), "\(daemon.program.log)")
        func lines(_ name: String) -> [Substring] {
            let text = (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)) ?? ""
            return text.split(separator: "\n")
        }
        #expect(
            eventually(within: 60) {
                ["loopstats", "peerstats", "clockstats", "rawstats"].allSatisfy { lines($0).count > 3 }
            }
        )
        let day = Int(Date().timeIntervalSince1970 / 86_400) + 40_587
        let columns: [(String, Regex<Substring>)] = [
            (
                "loopstats",
                #/[0-9]{5} [0-9]+\.[0-9]{3} -?[0-9]+\.[0-9]{9} -?[0-9]+\.[0-9]{6} [0-9.]{11,} [0-9.]{8,} [0-9]+/#
            ),
            (
                "peerstats",
                #/[0-9]{5} [0-9]+\.[0-9]{3} 127\.0\.0\.1 9[046][01][34] -?[0-9.]{11,} [0-9.]{11,} [0-9.]{11,} [0-9.]{11,}/#
            ),
            (
                "rawstats",
                #/[0-9]{5} [0-9]+\.[0-9]{3} 127\.0\.0\.1 - (?:[0-9]{9,10}\.[0-9]{9} ){4}0 4 4 2 [0-9]+ -20 0\.000000 0\.00[0-9]{4} 192\.0\.2\.1/#
            ),
            (
                "clockstats",
                #/[0-9]{5} [0-9]+\.[0-9]{3} 127\.127\.47\.0 20[0-9]{2}-[0-9-]{5}T[0-9:]{8}Z -?[0-9.]{8,} 0\.[0-9]{6} [0-9]+\.[0-9]{2} 0/#
            ),
        ]
        for (name, pattern) in columns {
            for line in lines(name) { #expect(line.wholeMatch(of: pattern) != nil, "\(name): \(line)") }
            #expect(lines(name).allSatisfy { $0.hasPrefix("\(day) ") || $0.hasPrefix("\(day - 1) ") })
        }
        #expect(!lines("rawstats").joined().contains(".000000000 "))
        // The plain name is a link to the file of the day.
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).contains { $0.hasPrefix("peerstats.2") })

        try FileManager.default.moveItem(atPath: "\(folder)/loopstats", toPath: "\(folder)/loopstats.0")
        daemon.program.signal(SIGHUP)
        #expect(eventually(within: 30) { lines("loopstats").count > 1 })
        #expect(daemon.logged("statistics:") == 0)
        #expect(daemon.program.end() == 0)
    }

    @Test(arguments: Build.available) func `count what was answered and what refused`(build: Build) throws {
        let workplace = try Workplace()
        let folder = workplace.path("statistics")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let daemon = try Instance(
            "rtc simulated\nstatsdir \(folder)\nfilegen sysstats type none\nrestrict ::1 noserve",
            build: build,
            workplace: workplace
        )
        #expect(daemon.reaches("holdover", within: 60), "\(daemon.program.log)")
        for _ in 0..<3 { #expect(try daemon.query() != nil) }
        #expect(try daemon.query("::1") == nil)
        #expect(daemon.program.end() == 0)
        let line = try String(contentsOfFile: "\(folder)/sysstats", encoding: .utf8)
        // Uptime, received, answered, present version, older ones, refused, malformed, bad codes, declined, limited, told.
        let columns = #/[0-9]{5} [0-9]+\.[0-9]{3} ([0-9]+) ([0-9]+) ([0-9]+) ([0-9]+) 0 ([0-9]+) 0 0 0 0 0\n/#
        let match = try #require(line.wholeMatch(of: columns), "\(line)")
        #expect(try #require(Int(match.1)) < 120)
        #expect([match.2, match.3, match.4, match.5] == ["4", "3", "3", "1"])
    }

    @Test func `that cannot be written are remarked on once`() throws {
        let daemon = try Instance("rtc simulated\nstatsdir /nonexistent\nstatistics clockstats loopstats")
        #expect(daemon.reaches("holdover", within: 30))
        #expect(daemon.logged("statsdir /nonexistent: there is no such folder; going on without") == 1)
        #expect(daemon.program.end() == 0)
        #expect(daemon.logged("/nonexistent") == 1, "\(daemon.program.log)")
    }
}

@Suite(.serialized) struct `A name in a restrict line` {
    @Test(arguments: [[], ["--single-thread"]]) func `stands for its addresses, once it is resolved`(
        options: [String]
    ) throws {
        let lines = """
            rtc simulated
            restrict default ignore
            restrict localhost nomodify
            restrict nobody.invalid noserve
            """
        let daemon = try Instance(lines, options: options)
        #expect(daemon.reaches("holdover", within: 30))
        #expect(eventually(within: 30) { (try? daemon.query())?.text("refid") == "RTC" })
        #expect(eventually(within: 30) { daemon.logged("restrict nobody.invalid: ") == 1 }, "\(daemon.program.log)")
        // When its line has gone the name is nobody any more.
        let kept = try String(contentsOfFile: daemon.configuration, encoding: .utf8)
        try kept.replacing("restrict localhost nomodify\n", with: "")
            .write(toFile: daemon.configuration, atomically: true, encoding: .utf8)
        daemon.program.signal(SIGHUP)
        #expect(eventually(within: 30) { daemon.logged("configuration read again") == 1 })
        #expect(try daemon.query() == nil)
        #expect(daemon.program.end() == 0)
    }
}

/// What a configuration may name that is not there.
@Suite(.serialized) struct `What is missing` {
    private static let lines = """
        rtc simulated
        includefile /nonexistent/more
        keys /nonexistent/keys
        driftfile /nonexistent/drift
        statsdir /nonexistent/statistics
        statistics loopstats
        logfile /nonexistent/log
        pidfile /nonexistent/pid
        leapfile /nonexistent/leap-seconds.list
        restrict default kod nomodify
        """

    @Test(arguments: Build.available) func `is said once, as check-config says it, and the time is served`(
        build: Build
    ) throws {
        let daemon = try Instance(Self.lines, build: build)
        #expect(daemon.reaches("holdover", within: 30))
        #expect(try daemon.query()?.text("refid") == "RTC")
        let check = try build.run("tickover", "check-config", "-c", daemon.configuration)
        #expect(check.status == 0 && check.output.hasSuffix(": 0 errors, 7 warnings\n"), "\(check.output)")
        let warnings = check.output.split(separator: "\n").dropLast()
        #expect(warnings.count == 7)
        for warning in warnings {
            let text = warning.hasPrefix("warning: ") ? warning.dropFirst("warning: ".count) : warning
            #expect(daemon.logged(String(text)) == 1, "\(warning)\n\(daemon.program.log)")
        }
        #expect(daemon.program.end() == 0)
        #expect(daemon.logged("/nonexistent") == 7, "\(daemon.program.log)")
    }

    @Test func `as a file that cannot be opened is no reason not to start`() throws {
        let daemon = try Instance("rtc simulated", options: ["-l", "/proc/tickover.log", "-p", "/proc/tickover.pid"])
        #expect(daemon.reaches("holdover", within: 30))
        #expect(daemon.logged("logfile: open /proc/tickover.log: ") == 1, "\(daemon.program.log)")
        #expect(daemon.logged("pidfile: lock /proc/tickover.pid: ") == 1, "\(daemon.program.log)")
        daemon.program.signal(SIGHUP)
        #expect(eventually(within: 30) { daemon.logged("configuration read again") == 1 })
        #expect(daemon.logged("logfile: ") == 1, "\(daemon.program.log)")
    }
}

@Suite(.serialized) struct `A hangup` {
    private func sources(of daemon: Instance) throws -> String {
        try run(try daemon.build.command("tickover") + ["sources", "-c", daemon.configuration]).output
    }

    @Test(arguments: Build.available) func `takes over other servers, and the clock goes on`(build: Build) throws {
        let servers = [try FakeServer(offset: .zero), try FakeServer(offset: .zero)]
        defer { for server in servers { server.stop() } }
        let lines = zip(1..., servers).map { "server 127.0.0.\($0) port \($1.port) iburst minpoll 0 maxpoll 1\n" }
        let daemon = try Instance("\(lines[0])rtc none", build: build)
        #expect(daemon.reaches("synchronised", within: 60), "\(daemon.program.log)")
        let original = try String(contentsOfFile: daemon.configuration, encoding: .utf8)

        try daemon.workplace.write(original.replacing(lines[0], with: lines[1]), to: "conf")
        daemon.program.signal(SIGHUP)
        #expect(try eventually(within: 30) { try sources(of: daemon).contains("127.0.0.2:") })
        #expect(try !sources(of: daemon).contains("127.0.0.1:"))
        #expect(
            eventually(within: 30) {
                daemon.logged("system peer is now 127.0.0.2") + daemon.logged("synchronised to 127.0.0.2") > 0
            }
        )
        #expect(daemon.logged("need a restart") == 0 && daemon.logged("clock stepped") == 0)
        #expect(try #require(try daemon.query()).text("leap") == "none")

        try daemon.workplace.write(original + "sevrer a\n", to: "conf")
        daemon.program.signal(SIGHUP)
        #expect(eventually(within: 30) { daemon.logged("did you mean 'server'?") == 1 })
        #expect(eventually(within: 30) { daemon.logged("going on with the configuration as it was") == 1 })

        try daemon.workplace.write(original + "port 1\n", to: "conf")
        daemon.program.signal(SIGHUP)
        #expect(eventually(within: 30) { daemon.logged("need a restart") == 1 })
        #expect(try eventually(within: 30) { try sources(of: daemon).contains("127.0.0.1:") })

        // It is still needed, until the configuration is again that of the start.
        daemon.program.signal(SIGHUP)
        #expect(eventually(within: 30) { daemon.logged("need a restart") == 2 })
        try daemon.workplace.write(original, to: "conf")
        daemon.program.signal(SIGHUP)
        #expect(eventually(within: 30) { daemon.logged("configuration read again") == 4 })
        #expect(daemon.program.end() == 0 && daemon.logged("need a restart") == 2)
    }

    @Test func `opens the log file anew`() throws {
        let workplace = try Workplace()
        let log = workplace.path("daemon.log")
        let daemon = try Instance("rtc none", options: ["-l", log], workplace: workplace)
        func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
        #expect(eventually(within: 20) { text(log).contains("serving NTP") })
        try FileManager.default.moveItem(atPath: log, toPath: log + ".1")
        daemon.program.signal(SIGHUP)
        #expect(eventually(within: 20) { text(log).contains("configuration read again") })
        #expect(!text(log + ".1").contains("read again") && daemon.program.log.isEmpty)
        #expect(daemon.program.end() == 0)
    }

    @Test func `reads the leap second file`() throws {
        let workplace = try Workplace()
        try workplace.write("#@ 3707596800\n2272060800 10\n3692217600 12\n", to: "leap")
        let daemon = try Instance("rtc none\nleapfile \(workplace.path("leap"))", workplace: workplace)
        #expect(eventually(within: 20) { daemon.logged("leap:3: expected the offset to change by one second") == 1 })
        try workplace.write("#@ 3707596800\n2272060800 10\n3692217600 11\n", to: "leap")
        daemon.program.signal(SIGHUP)
        #expect(
            eventually(within: 20) { daemon.logged("leap has expired on 2017-06-28") == 1 },
            "\(daemon.program.log)"
        )
        #expect(daemon.program.end() == 0)
    }
}

@Suite struct `Options of ntpd's` {
    @Test(arguments: Build.available) func `-q sets the clock and ends`(build: Build) throws {
        let server = try FakeServer(offset: .seconds(3))
        defer { server.stop() }
        let daemon = try Instance("server 127.0.0.1 port \(server.port)\nrtc none", build: build, options: ["-q"])
        #expect(daemon.program.exitStatus(within: 60) == 0, "\(daemon.program.log)")
        #expect(daemon.logged("clock stepped by") == 1 && daemon.logged("the clock is set") == 1)
    }

    @Test func `-q fails without a server`() throws {
        let daemon = try Instance("server 127.0.0.1 port 9\nrtc none", options: ["-q"])
        #expect(daemon.program.exitStatus(within: 60) == 1, "\(daemon.program.log)")
        #expect(daemon.logged("no usable server") == 1)
    }

    @Test func `say where to listen, whom else to ask, and what is not done`() throws {
        let daemon = try Instance("rtc none", options: ["-I", "lo", "-G", "127.0.0.9"])
        #expect(eventually(within: 20) { (try? daemon.query("::1")) ?? nil != nil }, "\(daemon.program.log)")
        #expect(daemon.logged("option '-G' is not supported: write 'tinker step'") == 1)
        let sources = try run(try Build.host.command("tickover") + ["sources", "-c", daemon.configuration]).output
        #expect(sources.contains("127.0.0.9:123"))
        #expect(daemon.program.end() == 0)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can become somebody"), arguments: ["65534", "nobody:nogroup"])
    func `-u gives up root`(identity: String) throws {
        let daemon = try Instance("rtc none", options: ["-u", identity])
        #expect(eventually(within: 20) { (try? daemon.query()) ?? nil != nil }, "\(daemon.program.log)")
        let status = try String(contentsOfFile: "/proc/\(daemon.program.id)/status", encoding: .utf8)
        #expect(status.contains(#/Uid:\t65534\t65534\t65534\t65534/#), "\(status)")
        #expect(status.contains(#/Gid:\t65534\t65534\t65534\t65534/#), "\(status)")
        #expect(status.contains(#/CapPrm:\t0+\n/#), "\(status)")
        #expect(daemon.program.end() == 0)
    }

    /// In a user namespace, whose root has no power over the machine's clock, whatever its capabilities.
    @Test(.enabled(if: geteuid() == 0, "only root can have users in a namespace"), arguments: Build.available)
    func `-u keeps the right to set the clock, and no other`(build: Build) throws {
        let workplace = try Workplace()
        let configuration = try workplace.write(
            "rtc none\nclock virtual\nport \(try freePort())\nstatedir \(workplace.path("state"))\n",
            to: "conf"
        )
        let command =
            try build.command("tickoverd").drop { $0 != "--" }.dropFirst()
            + ["-n", "-c", configuration, "-u", "65534"] + (build == .armhf ? ["--single-thread"] : [])
        let script = """
            mkfifo \(workplace.path("go"))
            unshare -U /bin/sh -c 'read go && exec "$@"' sh \(command.joined(separator: " ")) \
                < \(workplace.path("go")) 2> \(workplace.path("log")) & daemon=$!
            exec 3> \(workplace.path("go"))
            while [ "$(readlink /proc/$daemon/ns/user)" = "$(readlink /proc/self/ns/user)" ]; do sleep 0.1; done
            echo 0 0 65536 > /proc/$daemon/uid_map
            echo 0 0 65536 > /proc/$daemon/gid_map
            echo >&3
            for attempt in $(seq 100); do
                if grep -q 'serving NTP' \(workplace.path("log")); then break; fi
                sleep 0.1
            done
            cat /proc/$daemon/status
            kill $daemon
            """
        let result = try run(harmless(["/bin/bash", "-c", script]))
        let status = result.output
        #expect(status.contains(#/Uid:\t65534\t65534\t65534\t65534/#), "\(result)")
        // CAP_SYS_TIME is number 25.
        for set in ["CapPrm", "CapEff"] { #expect(status.contains("\(set):\t0000000002000000\n"), "\(result)") }
        #expect(status.contains("CapInh:\t0000000000000000\n"), "\(result)")
    }

    @Test func `-u does not become a user who is not there`() throws {
        let daemon = try Instance("rtc none", options: ["-u", "nobody-of-this-name"])
        #expect(daemon.program.exitStatus(within: 20) == 1)
        #expect(daemon.logged("become nobody-of-this-name") == 1, "\(daemon.program.log)")
    }
}

@Suite struct `The local clock` {
    @Test(arguments: Build.available) func `is served when there is nothing else, with a bound`(build: Build) throws {
        let daemon = try Instance(
            "server 127.127.1.0\nfudge 127.127.1.0 stratum 10\ntos orphanwait 1\nrtc none",
            build: build
        )
        #expect(daemon.reaches("local", within: 30), "\(daemon.program.log)")
        let reply = try #require(try daemon.query())
        #expect(reply.text("refid") == "127.127.1.0" && reply.number("stratum") == 11 && reply.text("leap") == "none")
        #expect(reply.number("root_dispersion_s") >= 1 && reply.number("offset_s").magnitude < 0.1)
        #expect(daemon.program.end() == 0)
    }

    @Test func `of an orphan is at the orphan's stratum`() throws {
        let daemon = try Instance("tos orphan 6 orphanwait 0\nrtc none")
        #expect(daemon.reaches("local", within: 30), "\(daemon.program.log)")
        let reply = try #require(try daemon.query())
        #expect(reply.text("refid") == "127.0.0.1" && reply.number("stratum") == 6)
        #expect(daemon.program.end() == 0)
    }
}
