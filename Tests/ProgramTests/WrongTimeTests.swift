import DS3231
import Foundation
import NTPTime
import Testing

/// A line that asks `server` every other second.
private func line(_ server: FakeServer) -> String {
    "server 127.0.0.1 port \(server.port) iburst minpoll 0 maxpoll 1\n"
}

/// What is kept of a DS3231 with an offset that is known to 1 ms, or with a `change` to that.
private func saved(offset: Double, doubt: Double = 0, change: (inout [String]) -> Void = { _ in }) -> String {
    let yesterday = NTPDate(unixSeconds: Int64(Date().timeIntervalSince1970) - 86_400)
    let text = SavedChip.text(offset: offset, reference: "0.0 0.0 trimmed \(doubt)", at: yesterday)
    var lines = text.split(separator: "\n").map { String($0) }
    change(&lines)
    return lines.joined(separator: "\n") + "\n"
}

/// A folder with what is kept of the chip in it.
private func workplace(_ saved: String) throws -> Workplace {
    let workplace = try Workplace()
    try FileManager.default.createDirectory(atPath: workplace.path("state"), withIntermediateDirectories: true)
    try workplace.write(saved, to: "state/rtc")
    return workplace
}

@Suite struct `A chip with a wrong time` {
    /// About 2056.
    private static let decades = "rtc simulated offset 9.4e8"

    @Test func `that is decades ahead is served by nobody`() throws {
        let daemon = try Instance(Self.decades)
        #expect(eventually(within: 30) { daemon.logged("which cannot be") == 1 }, "\(daemon.program.log)")
        #expect(daemon.state == "unsynchronised")
        #expect(try daemon.query()?.text("refid") != "RTC")
        let read = try run(try Build.host.command("tickover") + ["rtc", "read", "-c", daemon.configuration])
        #expect(read.status == 4, "\(read)")
    }

    @Test(arguments: [[], ["-g"]]) func `that is decades ahead is put right by servers`(options: [String]) throws {
        let server = try FakeServer(offset: .zero)
        defer { server.stop() }
        let daemon = try Instance(line(server) + Self.decades, options: options)
        #expect(daemon.reaches("synchronised", within: 60), "\(daemon.program.log)")
        #expect(eventually(within: 150) { daemon.logged("RTC set") == 1 }, "\(daemon.program.log)")
        #expect(abs(try daemon.query()?.number("offset_s") ?? .nan) < 0.1)
        #expect(try eventually(within: 30) { abs(try daemon.tool("rtc", "read")?.number("offset_s") ?? .nan) < 0.1 })
    }

    @Test func `and set by a server has no smaller bound than that`() throws {
        let server = try FakeServer(offset: .zero, rootDelay: .milliseconds(100), rootDispersion: .milliseconds(50))
        let daemon = try Instance(line(server) + "rtc simulated stopped")
        #expect(daemon.reaches("synchronised", within: 60), "\(daemon.program.log)")
        #expect(eventually(within: 150) { daemon.logged("RTC set") == 1 }, "\(daemon.program.log)")
        server.stop()
        let state = try String(contentsOfFile: daemon.workplace.path("state/rtc"), encoding: .utf8)
        let reference = try #require(state.split(separator: "\n").first).split(separator: " ").map { String($0) }
        #expect(Double(reference[1]) ?? 0 >= 0.1 && Double(reference[2]) ?? 0 >= 0.05, "\(reference)")
        // The next start, of a chip that runs.
        let next = try Instance("rtc simulated", workplace: workplace(state))
        #expect(next.reaches("holdover", within: 60), "\(next.program.log)")
        #expect(try next.tool("status")?.number("root_distance_s") ?? 0 >= 0.1)
    }

    @Test func `that is known against it is not forgotten by a restart`() throws {
        let daemon = try Instance("rtc simulated", workplace: workplace(saved(offset: 0, doubt: 2)))
        for _ in 0..<2 {
            #expect(daemon.reaches("holdover", within: 60), "\(daemon.program.log)")
            let distance = try daemon.tool("status")?.number("root_distance_s") ?? .nan
            #expect(distance >= 2 && distance < 3)
            try daemon.restart(by: SIGTERM)
        }
    }
}

@Suite struct `A server that errs once` {
    @Test func `changes nothing that clients are told`() throws {
        let server = try FakeServer(offset: .zero)
        defer { server.stop() }
        let daemon = try Instance(line(server))
        #expect(daemon.reaches("synchronised", within: 60), "\(daemon.program.log)")
        server.mistake(.seconds(20))
        let end = Date() + 6
        while Date() < end {
            let reply = try #require(try daemon.query())
            #expect(reply.number("stratum") == 3 && abs(reply.number("offset_s")) < 0.1)
        }
        #expect(daemon.state == "synchronised")
    }
}

@Suite struct `The tool without a daemon` {
    private func tool(_ workplace: Workplace, _ chip: String, _ arguments: String...) throws -> Build.Result {
        let path = try workplace.write("\(chip)\nstatedir \(workplace.path("state"))\n", to: "conf")
        return try run(try Build.host.command("tickover") + ["rtc"] + arguments + ["-c", path])
    }

    private func kept(_ workplace: Workplace) throws -> [String] {
        try String(contentsOfFile: workplace.path("state/rtc"), encoding: .utf8).split(separator: "\n").map {
            String($0)
        }
    }

    @Test(arguments: [
        saved(offset: 3_600), saved(offset: 0.5, doubt: 2), saved(offset: 3_600) { $0.append("rewriting yes") },
    ])
    func `sets the chip, and what is kept of it with it`(before: String) throws {
        let workplace = try workplace(before)
        let now = CivilTime(NTPDate(unixSeconds: Int64(Date().timeIntervalSince1970))).iso8601
        let result = try tool(workplace, "rtc simulated offset 3600", "set", "--time", now)
        #expect(result.status == 0, "\(result)")
        let lines = try kept(workplace)
        #expect(lines[0] == "reference 0.0 0.0 trimmed 0.0" && !lines.contains("rewriting yes"), "\(lines)")
        #expect(lines.contains { $0.hasPrefix("written 20") })
        let offsets = lines.filter { $0.hasPrefix("filter") }.compactMap { Double($0.split(separator: " ")[2]) }
        #expect(offsets.count == DS3231.kind.rate.noises.count && offsets.allSatisfy { abs($0) < 0.01 }, "\(lines)")
    }

    @Test func `keeps a chip refused whose setting was not finished`() throws {
        let workplace = try workplace(saved(offset: 0) { $0.append("rewriting yes") })
        #expect(try tool(workplace, "rtc simulated", "read").status == 4)
        #expect(try tool(workplace, "rtc simulated", "load").status == 1)
        #expect(try tool(workplace, "rtc simulated hung", "set", "--time", "2027-01-01T00:00:00Z").status == 1)
        #expect(try tool(workplace, "rtc simulated", "selftest").status == 0)
        #expect(try kept(workplace).contains("rewriting yes"))
    }

    @Test func `keeps what is known of a chip that cannot be set`() throws {
        let workplace = try workplace(saved(offset: 0.25))
        let before = try kept(workplace)
        for chip in ["rtc simulated hung", "rtc ds3231 /dev/i2c-99"] {
            for command in [["set", "--time", "2027-01-01T00:00:00Z"], ["selftest"]] {
                let path = try workplace.write("\(chip)\nstatedir \(workplace.path("state"))\n", to: "conf")
                #expect(try run(try Build.host.command("tickover") + ["rtc"] + command + ["-c", path]).status == 1)
                #expect(try !kept(workplace).contains("rewriting yes"), "\(chip) \(command)")
            }
        }
        #expect(try kept(workplace) == before)
    }

    @Test func `knows of a self-test`() throws {
        let workplace = try workplace(saved(offset: 0.25))
        #expect(try tool(workplace, "rtc simulated offset 0.25", "selftest").status == 0)
        let lines = try kept(workplace)
        #expect(!lines.contains("rewriting yes"))
        let offsets = lines.filter { $0.hasPrefix("filter") }.compactMap { Double($0.split(separator: " ")[2]) }
        #expect(
            offsets.count == DS3231.kind.rate.noises.count && offsets.allSatisfy { abs($0 - 0.25) < 0.01 },
            "\(lines)"
        )
    }

    @Test func `changes no chip when what is kept of it cannot be changed`() throws {
        let workplace = try workplace(saved(offset: 0))
        let conf = try workplace.write("rtc simulated\nstatedir \(workplace.path("state"))\n", to: "conf")
        // Root may write anywhere but where a folder is in the way.
        try FileManager.default.createDirectory(
            atPath: workplace.path("state/rtc.tmp"),
            withIntermediateDirectories: true
        )
        let command = try Build.host.command("tickover") + ["rtc", "set", "--time", "2027-01-01T00:00:00Z", "-c", conf]
        let result = try run(command)
        #expect(result.status == 1 && result.errors.contains("would not know"), "\(result)")
        try FileManager.default.removeItem(atPath: workplace.path("state/rtc"))
        let without = try run(command)
        #expect(without.status == 0 && without.errors.contains("going on without"), "\(without)")
    }
}
