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
        (["rtc"], "expected 'rtc read', 'rtc set' or 'rtc load'"),
        (["rtc", "write"], "expected 'rtc read', 'rtc set' or 'rtc load'"),
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
