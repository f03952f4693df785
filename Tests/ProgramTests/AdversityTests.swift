import Foundation
import Testing

@Suite(.serialized) struct `A hung I2C bus` {
    @Test func `delays no reply, no synchronisation and no end`() throws {
        let server = try FakeServer(offset: .zero)
        defer { server.stop() }
        let daemon = try Instance(
            "server 127.0.0.1 port \(server.port) iburst minpoll 0 maxpoll 1\nrtc simulated hung"
        )
        #expect(daemon.reaches("synchronised", within: 60), "\(daemon.program.log)")
        let client = try RawClient(port: daemon.port)
        for _ in 0..<50 {
            client.send(request())
            #expect(client.replies(silence: 0.2).count == 1)
        }
        let read = try run(try Build.host.command("tickover") + ["rtc", "read", "-c", daemon.configuration])
        #expect(read.status != 0 && !read.errors.isEmpty)
        #expect(daemon.program.end(by: SIGTERM, within: 3) == 0)
    }
}

@Suite(.serialized) struct `The state directory` {
    @Test func `keeps what was learned through restarts and kills`() throws {
        let server = try FakeServer(offset: .zero)
        defer { server.stop() }
        let daemon = try Instance(
            "server 127.0.0.1 port \(server.port) iburst minpoll 0 maxpoll 1\nrtc simulated offset 0.1"
        )
        try #require(daemon.reaches("synchronised", within: 60))
        // The chip has never been set, so it is; that is kept at once.
        #expect(eventually(within: 60) { daemon.logged("RTC set") == 1 }, "\(daemon.program.log)")
        try daemon.restart(by: SIGKILL)
        #expect(daemon.reaches("synchronised", within: 60))
        let saved = try String(contentsOfFile: daemon.workplace.path("state/rtc"), encoding: .utf8)
        #expect(saved.contains("written"))
        try daemon.restart(by: SIGTERM)
        #expect(daemon.reaches("synchronised", within: 60))
        #expect(daemon.logged("cannot be read") == 0)
    }

    @Test(arguments: ["", "nonsense\n", "reference 1 2 trimmed\ntickover-rtc-model 2\ndate x\n"])
    func `may hold anything`(content: String) throws {
        let workplace = try Workplace()
        try FileManager.default.createDirectory(atPath: workplace.path("state"), withIntermediateDirectories: true)
        try workplace.write(content, to: "state/rtc")
        try workplace.write("1e99 \(content)", to: "state/drift")
        let daemon = try Instance("rtc simulated", workplace: workplace)
        #expect(daemon.reaches("holdover", within: 30), "\(daemon.program.log)")
        #expect(daemon.logged("RTC state cannot be read") == 1 && daemon.logged("expected a frequency") == 1)
    }

    @Test func `may be impossible to make`() throws {
        let workplace = try Workplace()
        let file = try workplace.write("a file", to: "file")
        let daemon = try Instance("rtc simulated", stateDirectory: "\(file)/state", workplace: workplace)
        #expect(eventually(within: 30) { (try? daemon.query())??.text("refid") == "RTC" }, "\(daemon.program.log)")
        #expect(daemon.logged("tickover status") >= 1)
        #expect(daemon.program.end() == 0)
        #expect(daemon.logged("state/rtc") == 1)
    }

    @Test(.enabled(if: Peers.namespacesWork, "no user namespaces here")) func `may be on a full disk`() throws {
        let workplace = try Workplace()
        let port = try freePort()
        let state = workplace.path("state")
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        let configuration = try workplace.write(
            "rtc simulated\nclock virtual\nport \(port)\nstatedir \(state)\n",
            to: "conf"
        )
        let tickoverd = try Build.host.command("tickoverd").joined(separator: " ")
        let tickover = try Build.host.command("tickover").joined(separator: " ")
        let script = """
            mount -t tmpfs -o size=64k none \(state) && head -c 1000000 /dev/zero > \(state)/fill
            \(tickoverd) -n -c \(configuration) 2> \(workplace.path("log")) & daemon=$!
            sleep 4
            \(tickover) query 127.0.0.1 --port \(port) --json
            kill $daemon; wait $daemon; echo "ended $?"
            """
        let result = try run(["/usr/bin/unshare", "-Urm", "/bin/sh", "-c", script])
        let log = try String(contentsOfFile: workplace.path("log"), encoding: .utf8)
        #expect(result.output.contains("\"refid\": \"RTC\"") && result.output.contains("ended 0"), "\(result) \(log)")
        #expect(log.split(separator: "\n").count { $0.contains("No space left") } == 1, "\(log)")
    }
}

@Suite(.serialized) struct `Privileges and habits` {
    @Test(.enabled(if: Peers.namespacesWork || geteuid() == 0)) func `without CAP_SYS_TIME a virtual clock is served`()
        throws
    {
        let daemon = try Instance("rtc simulated", clock: "clock auto")
        #expect(daemon.reaches("holdover", within: 30), "\(daemon.program.log)")
        #expect(daemon.logged("CAP_SYS_TIME") == 1)
        #expect((try #require(try daemon.tool("status"))).text("clock") == "virtual")
    }

    @Test func `without CAP_SYS_TIME the kernel's clock, asked for by name, is refused`() throws {
        let daemon = try Instance("rtc none", clock: "clock kernel")
        #expect(daemon.program.exitStatus(within: 10) == 1)
        #expect(daemon.logged("clock kernel: not permitted") == 1, "\(daemon.program.log)")
    }

    @Test func `in the background it keeps a pid file and a log that can be rotated`() throws {
        let workplace = try Workplace()
        let port = try freePort()
        let configuration = try workplace.write(
            "rtc simulated\nclock virtual\nport \(port)\nstatedir \(workplace.path("state"))\n",
            to: "conf"
        )
        let started = try run(
            try Build.host.command("tickoverd")
                + ["-c", configuration, "-p", workplace.path("pid"), "-l", workplace.path("log")]
        )
        #expect(started.status == 0, "\(started)")
        func content(_ name: String) -> String {
            (try? String(contentsOfFile: workplace.path(name), encoding: .utf8)) ?? ""
        }
        #expect(eventually(within: 10) { content("log").contains("serving") })
        let id = try #require(Int32(content("pid").trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(kill(id, 0) == 0)
        try FileManager.default.moveItem(atPath: workplace.path("log"), toPath: workplace.path("log.1"))
        kill(id, SIGHUP)
        #expect(eventually(within: 10) { FileManager.default.fileExists(atPath: workplace.path("log")) })
        kill(id, SIGTERM)
        #expect(eventually(within: 10) { kill(id, 0) != 0 })
        #expect(content("log").contains("ended") && content("pid").isEmpty)
    }

    @Test func `nonsense in any line of the configuration is said with its place and started on never`() throws {
        for line in [
            "server", "port 99999", "rtc ds3231 /dev/i2c-1 address 0x99", "clock sundial", "restrict x mask y",
            "frobnicate 1",
        ] {
            let daemon = try Instance("# first\n\(line)")
            #expect(daemon.program.exitStatus(within: 10) == 1)
            #expect(daemon.logged("conf:2:") == 1, "\(daemon.program.log)")
        }
        let daemon = try Instance("broadcastclient\nrtc simulated")
        #expect(daemon.reaches("holdover", within: 30) && daemon.logged("conf:1:1: warning") == 1)
    }
}

@Suite(.serialized) struct `The companion command` {
    @Test(arguments: Build.available) func `reads and sets the simulated chip without a daemon`(build: Build) throws {
        try withFile("rtc simulated offset 0.25\nstatedir /nonexistent\n") { path in
            let read = try build.run("tickover", "rtc", "read", "-c", path)
            #expect(read.status == 0 && read.output.contains("OSF       clear"), "\(read)")
            let json = try build.run("tickover", "rtc", "read", "--json", "-c", path)
            let report = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
            // How finely the second is found depends on the load; that the bound holds does not.
            let bound = report.number("uncertainty_s")
            #expect((report.number("offset_s") - 0.25).magnitude < bound + 0.1 && bound < 1, "\(report)")
            let set = try build.run("tickover", "rtc", "set", "--time", "2030-01-01T00:00:00Z", "-c", path)
            #expect(set.status == 0 && set.output.contains("2030-01-01T00:00:0"), "\(set)")
            #expect(set.output.contains(#/\nMoved {5}by -?[0-9]+ s\n/#), "\(set)")
        }
    }

    @Test func `goes through the daemon where there is one`() throws {
        let daemon = try Instance("rtc simulated stopped")
        #expect(daemon.reaches("unsynchronised", within: 30))
        let tickover = try Build.host.command("tickover")
        let refused = try run(tickover + ["rtc", "set", "-c", daemon.configuration])
        #expect(refused.status == 1 && refused.errors.contains("not synchronised"), "\(refused)")
        let set = try run(tickover + ["rtc", "set", "--time", "2035-06-01T12:00:00Z", "-c", daemon.configuration])
        #expect(set.status == 0 && set.output.contains("OSF       was set, is clear now"), "\(set)")
        #expect(set.output.contains(#/\nMoved {5}by -?[0-9]+ s\n/#), "\(set)")
        #expect(daemon.logged("RTC set: moved by ") == 1)
        #expect(daemon.reaches("holdover", within: 60), "\(daemon.program.log)")
        let status = try run(tickover + ["status", "-c", daemon.configuration])
        #expect(status.output.contains("Time      2035-06-01T12:0"), "\(status)")
        let sources = try run(tickover + ["sources", "-c", daemon.configuration])
        #expect(sources.status == 0 && sources.output == "no upstream server\n")
    }

    @Test func `says so when nobody answers`() throws {
        let port = try freePort()
        try withFile("rtc none\nstatedir /nonexistent\n") { path in
            #expect(try Build.host.run("tickover", "status", "-c", path).status == 3)
            #expect(try Build.host.run("tickover", "rtc", "read", "-c", path).status == 3)
            let query = try Build.host.run("tickover", "query", "127.0.0.1", "--port", "\(port)", "--timeout", "0.5")
            #expect(query.status == 3, "\(query)")
        }
    }
}
