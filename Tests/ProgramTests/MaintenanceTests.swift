import Foundation
import NTPTime
import Testing

@Suite struct `Looking after the RTC without a daemon` {
    private func tool(_ rtc: String, _ arguments: String...) throws -> Build.Result {
        try withFile("\(rtc)\nstatedir /nonexistent\n") { path in
            try run(try Build.host.command("tickover") + ["rtc"] + arguments + ["-c", path])
        }
    }

    private func json(_ result: Build.Result) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any], "\(result)")
    }

    @Test(arguments: Build.available) func `shows the rate and sets it`(build: Build) throws {
        try withFile("rtc simulated\nstatedir /nonexistent\n") { path in
            let shown = try build.run("tickover", "rtc", "trim", "-c", path)
            #expect(shown.output == "Trim      0\nDrift     not known yet\n")
            let set = try build.run("tickover", "rtc", "trim", "--set", "-12", "-c", path)
            #expect(set.status == 0 && set.output == "Trim      -12, before 0\n")
            #expect(try build.run("tickover", "rtc", "trim", "--reset", "-c", path).output == "Trim      0, before 0\n")
        }
    }

    @Test func `measures the temperature`() throws {
        #expect(try tool("rtc simulated", "temperature").output == "Temp      25.00 °C\n")
        #expect(
            try json(tool("rtc simulated", "temperature", "--convert", "--json")).number("temperature_celsius") == 25
        )
    }

    @Test func `reads again and again, as often as asked`() throws {
        let lines = try tool("rtc simulated offset 0.5", "read", "--watch", "--count", "2").output.split(
            separator: "\n"
        )
        #expect(lines.count == 2 && lines.allSatisfy { $0.contains("Z  +") && $0.hasSuffix("25.00 °C  trim 0") })
    }

    /// What is known of a chip that was being set, and of one that gains 300 ppm.
    private static let halfSet = SavedChip.halfSet
    private static let fast = SavedChip.text(
        drift: 3e-4,
        reference: "0.01 0.02 trimmed",
        at: CivilTime(year: 2026, month: 11, day: 2).date
    )

    @Test(
        arguments: Build.available,
        [
            ("rtc simulated", "", Int32(0), ""), ("rtc simulated stopped", "", 4, "oscillator"),
            ("rtc simulated offset -1e8", "", 4, "which cannot be"),
            ("rtc simulated", halfSet, 4, "being set when the power failed"),
            ("rtc simulated", fast, 4, "which no chip of its kind does"), ("rtc simulated hung", "", 1, ""),
        ]
    )
    func `tells by its status whether the time that it reads is to be believed`(
        build: Build,
        chip: (line: String, saved: String, status: Int32, reason: String)
    ) throws {
        let workplace = try Workplace()
        if !chip.saved.isEmpty { try workplace.write(chip.saved, to: "rtc") }
        let path = try workplace.write("\(chip.line)\nstatedir \(workplace.url.path)\n", to: "conf")
        let shown = try build.run("tickover", "rtc", "read", "-c", path)
        #expect(shown.status == chip.status, "\(shown)")
        #expect(chip.status == 1 || shown.output.contains("Temp      25.00 °C") && shown.errors.isEmpty, "\(shown)")
        #expect(chip.reason.isEmpty || shown.output.contains(chip.reason), "\(shown)")
        let read = try build.run("tickover", "rtc", "read", "--json", "-c", path)
        #expect(read.status == chip.status, "\(read)")
        if chip.status != 1 {
            let report = try json(read)
            #expect(report["believed"] as? Bool == (chip.status == 0), "\(read)")
            #expect(chip.reason.isEmpty || report.text("error").contains(chip.reason), "\(read)")
            let watch = try build.run("tickover", "rtc", "read", "--watch", "--count", "2", "-c", path)
            #expect(watch.status == 0 && watch.output.split(separator: "\n").count == 2, "\(watch)")
        }
    }

    @Test func `compares with the system clock, and says how long that takes to be of use`() throws {
        let result = try json(tool("rtc simulated drift 200", "calibrate", "--duration", "3", "--json"))
        #expect(abs(result.number("measured_drift_ppm") - 200) <= result.number("measured_bound_ppm"))
        #expect(result.number("measured_s") >= 3 && result["drift_ppm"] is NSNull)
        let durations = try #require(result["durations"] as? [[String: Any]])
        let expected = 2 * result.number("uncertainty_s") / 1e-7
        let tenth = try #require(durations.first { abs($0.number("precision_ppm") - 0.1) < 1e-9 })
        #expect(tenth.number("duration_s") >= expected * 0.999)
    }

    @Test(arguments: ["", " sqw"]) func `tests a good chip`(options: String) throws {
        let result = try tool("rtc simulated offset -0.4\(options)", "selftest", "--json")
        let report = try json(result)
        #expect(result.status == 0 && report["passed"] as? Bool == true, "\(result)")
        let checks = try #require(report["checks"] as? [[String: Any]])
        let skipped = checks.filter { $0.text("outcome") != "passed" }.map { $0.text("check") }
        #expect(skipped == (options == " sqw" ? [] : ["square wave"]))
    }

    @Test func `fails on a chip that does not answer`() throws {
        let result = try tool("rtc simulated hung", "selftest")
        #expect(result.status == 1)
        #expect(result.output.contains("registers             failed: DS3231: the transfer timed out"))
        #expect(try tool("rtc simulated hung", "trim", "--set", "1").status == 1)
        #expect(try tool("rtc none", "selftest").status == 3)
    }

    @Test func `ends when interrupted`() throws {
        let workplace = try Workplace()
        let path = try workplace.write("rtc simulated sqw\nstatedir /nonexistent\n", to: "conf")
        let command = try Build.host.command("tickover") + ["rtc"]
        let log = workplace.url.appending(path: "log")
        let watch = try RunningProgram(command + ["read", "--watch", "-c", path], log: log)
        try #require(eventually(within: 20) { watch.log.contains("trim") })
        #expect(watch.end(by: SIGINT) == 0)
        let test = try RunningProgram(command + ["selftest", "-c", path], log: log)
        try #require(eventually(within: 60) { test.log.contains("2027-12-31T23:59:58Z") })
        #expect(test.end(by: SIGTERM, within: 30) == 1)
        #expect(test.log.contains("skipped: interrupted\ntime put back         passed"), "\(test.log)")
        #expect(test.log.hasSuffix("SQW put back          passed: the pin does what it did before\n"))
    }
}

@Suite(.serialized) struct `Looking after the RTC by the daemon` {
    private func lines(_ server: FakeServer) -> String {
        "server 127.0.0.1 port \(server.port) iburst minpoll 0 maxpoll 1\nrtc simulated offset 0.1 sqw"
    }

    @Test(arguments: Build.available) func `sets the rate, and knows of it`(build: Build) throws {
        let server = try FakeServer(offset: .zero)
        defer { server.stop() }
        let daemon = try Instance(lines(server), build: build)
        try #require(eventually(within: 90) { daemon.logged("RTC set") == 1 }, "\(daemon.program.log)")
        let before = try #require(try daemon.tool("rtc", "trim"))
        #expect(before.number("trim") == 0 && before["stamped"] as? Bool == true)
        let set = try #require(try daemon.tool("rtc", "trim", "--set", "40"))
        #expect(set.number("trim") == 40 && set.number("trim_before") == 0)
        let after = try #require(try daemon.tool("rtc", "calibrate"))
        #expect(after.number("trim") == 40)
        #expect(after.number("drift_error_ppm") > before.number("drift_error_ppm"))
        #expect(after.number("clock_error_s") > 0)
        #expect(try daemon.tool("rtc", "temperature", "--convert")?.number("temperature_celsius") == 25)
        #expect(try daemon.tool("rtc", "read", "--watch", "--count", "1")?.number("trim") == 40)
        #expect(try daemon.tool("rtc", "trim", "--reset")?.number("trim") == 0)
        #expect(daemon.logged("from 0 to +40") == 1 && daemon.logged("from +40 to 0") == 1)
        #expect(daemon.program.end() == 0)
        #expect(daemon.logged("polled for") == 0)
    }

    @Test(arguments: Build.available, [("rtc simulated", Int32(0)), ("rtc simulated stopped", 4)])
    func `tells by its status whether the time is to be believed`(
        build: Build,
        chip: (line: String, status: Int32)
    ) throws {
        let daemon = try Instance(chip.line, build: build)
        #expect(daemon.reaches(chip.status == 0 ? "holdover" : "unsynchronised", within: 60), "\(daemon.program.log)")
        let read = try build.command("tickover") + ["rtc", "read", "-c", daemon.configuration]
        let shown = try run(read)
        #expect(shown.status == chip.status && shown.output.contains("RTC       simulated DS3231"), "\(shown)")
        let report = try run(read + ["--json"])
        #expect(report.status == chip.status, "\(report)")
        #expect(report.output.contains("\"believed\": \(chip.status == 0)"), "\(report)")
        #expect(try run(read + ["--watch", "--count", "2"]).status == 0)
        #expect(daemon.program.end() == 0)
    }

    @Test func `is told of a rate that was set while it did not run`() throws {
        let server = try FakeServer(offset: .zero)
        defer { server.stop() }
        let daemon = try Instance(lines(server))
        try #require(eventually(within: 90) { daemon.logged("RTC set") == 1 }, "\(daemon.program.log)")
        #expect(daemon.program.end() == 0)
        let before = try #require(try daemon.tool("rtc", "trim"))
        #expect(try daemon.tool("rtc", "trim", "--set", "-30") != nil)
        let after = try #require(try daemon.tool("rtc", "trim"))
        #expect(abs(after.number("drift_ppm") - before.number("drift_ppm") - 3) < 0.001)
    }

    @Test func `is not tested behind its back`() throws {
        let daemon = try Instance("rtc simulated")
        try #require(daemon.reaches("holdover", within: 30))
        let tickover = try Build.host.command("tickover")
        let test = try run(tickover + ["rtc", "selftest", "-c", daemon.configuration])
        #expect(test.status == 1 && test.errors.contains("the daemon is running") && test.output.isEmpty)
        #expect(daemon.program.end() == 0)
    }
}
