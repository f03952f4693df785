import NTPTime
import Testing

@testable import CommandLine

@Suite struct `Tool commands` {
    @Test(arguments: [
        (["check-config"], ToolOptions(command: .checkConfiguration)),
        (
            ["-c", "f", "check-config", "--json"],
            ToolOptions(command: .checkConfiguration, configurationFile: "f", json: true)
        ),
        (["sources", "-cf"], ToolOptions(command: .sources, configurationFile: "f")),
        (["status"], ToolOptions(command: .status(watch: false))),
        (["status", "--watch", "--json"], ToolOptions(command: .status(watch: true), json: true)),
        (["rtc", "read"], ToolOptions(command: .readRTC)),
        (["rtc", "--json", "read"], ToolOptions(command: .readRTC, json: true)),
        (["rtc", "load", "--json"], ToolOptions(command: .loadRTC, json: true)),
        (["rtc", "set"], ToolOptions(command: .setRTC(nil))),
        (
            ["rtc", "set", "--time", "2026-01-31T23:59:59Z"],
            ToolOptions(
                command: .setRTC(CivilTime(year: 2026, month: 1, day: 31, hour: 23, minute: 59, second: 59).date)
            )
        ),
        (["rtc", "read", "--watch"], ToolOptions(command: .watchRTC(count: nil))),
        (["rtc", "read", "--watch", "--count", "3"], ToolOptions(command: .watchRTC(count: 3))),
        (["rtc", "trim"], ToolOptions(command: .trimRTC(.show))),
        (["rtc", "trim", "--set", "-4"], ToolOptions(command: .trimRTC(.set(-4)))),
        (["rtc", "trim", "--set=+127"], ToolOptions(command: .trimRTC(.set(127)))),
        (["rtc", "trim", "--reset"], ToolOptions(command: .trimRTC(.reset))),
        (["rtc", "trim", "--auto"], ToolOptions(command: .trimRTC(.automatic))),
        (["rtc", "temperature"], ToolOptions(command: .temperature(converting: false))),
        (["rtc", "temperature", "--convert"], ToolOptions(command: .temperature(converting: true))),
        (["rtc", "calibrate"], ToolOptions(command: .calibrateRTC(duration: .seconds(60)))),
        (["rtc", "calibrate", "--duration", "5"], ToolOptions(command: .calibrateRTC(duration: .seconds(5)))),
        (["rtc", "selftest", "--json"], ToolOptions(command: .selfTestRTC, json: true)),
        (["wait-sync", "-c", "f"], ToolOptions(command: .waitSync, configurationFile: "f")),
        (["query", "a"], ToolOptions(command: .query(ServerQuery(host: "a")))),
        (["query", "--", "-a"], ToolOptions(command: .query(ServerQuery(host: "-a")))),
    ])
    func `are read`(arguments: [String], expected: ToolOptions) throws {
        #expect(try ToolOptions.parse(arguments) == .run(expected))
    }

    @Test func `to query a server take all options`() throws {
        var query = ServerQuery(host: "ntp.example")
        query.port = 11123
        query.family = .v6
        query.timeout = .seconds(0.5)
        #expect(
            try ToolOptions.parse(["query", "-6", "--port=11123", "ntp.example", "--timeout", "0.5", "--json"])
                == .run(ToolOptions(command: .query(query), json: true))
        )
    }

    @Test(arguments: [
        ([], "expected a command: status, sources, query, rtc, wait-sync, check-config or simulate"),
        (
            ["stats"],
            "unknown command 'stats'; expected status, sources, query, rtc, wait-sync, check-config or simulate"
        ),
        (
            ["rtc read"],
            "unknown command 'rtc read'; expected status, sources, query, rtc, wait-sync, check-config or simulate"
        ),
        (["rtc"], "expected 'rtc' with 'read', 'set', 'load', 'trim', 'temperature', 'calibrate' or 'selftest'"),
        (["rtc", "x"], "expected 'rtc' with 'read', 'set', 'load', 'trim', 'temperature', 'calibrate' or 'selftest'"),
        (["rtc", "read", "--count", "3"], "option '--count' expects '--watch'"),
        (["rtc", "trim", "--set", "4", "--reset"], "expected only one of '--set', '--reset' and '--auto'"),
        (
            ["rtc", "trim", "--set", "128"],
            "option '--set' expects steps of the aging register from -128 to 127, not '128'"
        ),
        (
            ["rtc", "calibrate", "--duration", "0"],
            "option '--duration' expects a whole number from 1 to 1000000, not '0'"
        ),
        (["rtc", "selftest", "--watch"], "'rtc selftest' has no option '--watch'"),
        (["rtc", "set", "--watch"], "'rtc set' has no option '--watch'"),
        (["rtc", "set", "now"], "unexpected argument 'now' of 'rtc set'"),
        (
            ["rtc", "set", "--time=noon"],
            "option '--time' expects a UTC time such as 2026-01-31T23:59:59Z, not 'noon'"
        ),
        (["status", "--port", "1"], "'status' has no option '--port'"),
        (["sources", "--watch"], "'sources' has no option '--watch'"),
        (["check-config", "-4"], "'check-config' has no option '-4'"),
        (["rtc", "load", "--time", "2026-01-31T23:59:59Z"], "'rtc load' has no option '--time'"),
        (["query"], "'query' expects the name or the address of a server: tickover query HOST"),
        (["query", ""], "'query' expects the name or the address of a server: tickover query HOST"),
        (["query", "a", "b"], "unexpected argument 'b' of 'query'"),
        (["query", "a", "--port", "0"], "option '--port' expects a whole number from 1 to 65535, not '0'"),
        (
            ["query", "a", "--timeout", "0"],
            "option '--timeout' expects a number of seconds from 0.001 to 3600, not '0'"
        ),
        (["query", "a", "-4", "--ipv6"], "expected either '-4' or '-6', not both"),
        (["status", "-x"], "unknown option '-x'"),
        (["simulate"], "'simulate' expects a scenario: tickover simulate SCENARIO..."),
        (["simulate", "a", "--seeds", "0"], "option '--seeds' expects a whole number from 1 to 10000, not '0'"),
        (["simulate", "a", "b", "--csv"], "expected one scenario and one seed with '--csv' or '--plot'"),
        (
            ["simulate", "a", "--seeds", "2", "--plot", "f"],
            "expected one scenario and one seed with '--csv' or '--plot'"
        ),
    ])
    func `that are wrong say what was expected`(arguments: [String], expected: String) {
        #expect(throws: UsageError(expected)) { try ToolOptions.parse(arguments) }
    }

    @Test(arguments: [
        ([], "tickover COMMAND"), (["status"], "tickover status"), (["sources"], "tickover sources"),
        (["query"], "tickover query"), (["rtc"], "tickover rtc read"), (["rtc", "set"], "tickover rtc set"),
        (["check-config"], "tickover check-config"), (["wait-sync"], "tickover wait-sync"),
        (["unknown"], "tickover COMMAND"),
    ])
    func `have help`(words: [String], expected: String) throws {
        guard case .help(let text) = try ToolOptions.parse(words + ["--help"]) else {
            Issue.record("no help")
            return
        }
        #expect(text.hasPrefix("Usage: ") && text.contains(expected) && text.hasSuffix(".\n"))
    }

    @Test func `take a simulation's seeds and forms`() throws {
        var request = SimulationRequest(scenarios: ["a", "b"])
        request.seed = 7
        request.seeds = 10
        request.output = .markdown
        let words = ["simulate", "a", "--seed", "7", "b", "--seeds=10", "--markdown"]
        #expect(try ToolOptions.parse(words) == .run(ToolOptions(command: .simulate(request))))
    }

    @Test func `include the version`() throws {
        #expect(try ToolOptions.parse(["-V"]) == .version)
        #expect(try ToolOptions.parse(["status", "--version"]) == .version)
    }
}

@Suite struct `JSON strings` {
    @Test(arguments: [
        ("", "\"\""), ("a\"b\\c", "\"a\\\"b\\\\c\""), ("\n\r\t\0\u{1f}", "\"\\n\\r\\t\\u0000\\u001f\""), ("é", "\"é\""),
    ])
    func `are escaped`(text: String, expected: String) {
        #expect(jsonString(text) == expected)
    }
}
