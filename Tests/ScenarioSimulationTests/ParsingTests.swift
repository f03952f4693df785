import Configuration
import Foundation
import NTPTime
import Testing

@testable import ScenarioSimulation

/// The scenarios that come with the sources.
let scenarioFolder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../scenarios")

/// What a scenario names.
func readScenarioFile(_ path: String) throws(UnreadableFile) -> [UInt8] {
    do { return Array(try Data(contentsOf: URL(filePath: path))) } catch {
        throw UnreadableFile(reason: error.localizedDescription)
    }
}

func parse(_ text: String) -> (scenario: Scenario, diagnostics: [String]) {
    let parsed = Scenario.parse(bytes: Array(text.utf8), file: "dir/x.scenario")
    return (parsed.scenario, parsed.diagnostics.map(\.description))
}

@Suite struct `Reading a scenario` {
    @Test func `finds everything that a line says`() throws {
        let (scenario, diagnostics) = parse(
            """
            title       # of words
            title       three  little words
            duration    2h
            oscillator  frequency -3ppm wander 1e-9 coefficient 40ppb remembered -2ppm
            server      a minpoll 4 maxpoll 5 offset -10us stratum 3 root-delay 1ms
            path        all delay 2ms jitter 1e-3 shape 2 loss 0.1
            outage      a 600 1h
            power-off   1h 70min date 2026-12-01T00:00:00Z
            step        client 30min -2
            limit       rms 17us
            limit       steps 1
            """
        )
        #expect(diagnostics == [])
        #expect(scenario.name == "x")
        #expect(scenario.title == "three little words")
        #expect(scenario.duration == .seconds(7_200))
        #expect(scenario.oscillator.frequency == .ppm(-3))
        #expect(scenario.oscillator.coefficient == .ppm(0.04))
        // The drift file has the sign of the correction.
        #expect(scenario.rememberedFrequency == .ppm(2))
        let server = try #require(scenario.servers.first)
        #expect(server.source.minimumPoll == PollExponent(4) && server.source.maximumPoll == PollExponent(5))
        #expect(server.offset == .microseconds(-10) && server.stratum == 3)
        #expect(server.path.jitter == .milliseconds(1) && server.path.shape == 2)
        let events: [(Double, Scenario.Event.Kind)] = [
            (600, .server(0, .outageBegins)), (1_800, .clockStep(.seconds(-2))), (3_600, .server(0, .outageEnds)),
            (3_600, .powerOff),
            (4_200, .powerOn(date: CivilTime(year: 2026, month: 12, day: 1).date)),
        ]
        #expect(scenario.events == events.map { Scenario.Event(time: .seconds($0.0), kind: $0.1) })
        #expect(scenario.limits == [Limit(figure: .rms, value: 17e-6), Limit(figure: .steps, value: 1)])
    }

    @Test(arguments: [
        ("colour red", "1:1: error: unknown keyword 'colour'"),
        ("duration 0", "1:10: error: expected a time of more than 0 such as 10ms, 2.5 or 24h, found '0'"),
        ("duration 5 parsecs", "1:12: error: unexpected 'parsecs'"),
        ("duration 1h\nsteady 10min 2h", "2:1: error: expected the window to end within the scenario's duration"),
        ("outage all 1 2", "1:8: error: expected a server of a line above or 'all', found 'all'"),
        ("server a\nserver a", "2:8: error: expected a name that is not taken, found 'a'"),
        ("server a minpoll 7 maxpoll 6", "1:1: error: expected 'minpoll' to be no more than 'maxpoll'"),
        ("server a\npath a colour 1", "2:8: error: unknown option 'colour' of 'path'"),
        ("oscillator frequency 900ppm", "1:22: error: expected a frequency between -500ppm and 500ppm, found '900ppm'"),
        ("temperature table 1h 20 1h 30", "1:13: error: expected the times after 'table' to grow"),
        ("load", "1:1: error: expected a number from 0.0 to 100.0, or a range such as 0..0.5 after 'load'"),
        ("load 15 every 1h", "1:1: error: expected 'for' after 'load'"),
        ("load 15 every 1h for 20min share 2", "1:34: error: expected a number from 0.0 to 1.0, found '2'"),
        ("load 15 every 1h for 20min colour 1", "1:28: error: unknown option 'colour' of 'load'"),
        ("thermometer quantum 0", "1:21: error: expected a number from 0.001 to 10.0, found '0'"),
        ("thermometer-fault gone 1h 2h", "1:19: error: expected 'lost' or 'stuck', found 'gone'"),
        (
            "leap-second insertion 2029-01-01T00:00:01Z",
            "1:13: error: expected the end of a UTC day, such as 2029-01-01T00:00:00Z"
        ),
        ("limit beauty 3", "1:7: error: expected a figure such as 'rms', found 'beauty'"),
    ])
    func `tells what is wrong and where`(text: String, message: String) {
        #expect(
            parse(text).diagnostics.first?.dropFirst("dir/x.scenario:".count).description
                == message.replacing("\n", with: "")
        )
    }

    @Test func `succeeds with every scenario that comes along`() throws {
        let files = try FileManager.default.contentsOfDirectory(at: scenarioFolder, includingPropertiesForKeys: nil)
        #expect(files.count >= 20)
        for file in files where file.pathExtension == "scenario" {
            let parsed = Scenario.parse(
                bytes: Array(try Data(contentsOf: file)),
                file: file.path,
                readFile: readScenarioFile
            )
            #expect(parsed.diagnostics == [])
            #expect(!parsed.scenario.title.isEmpty && !parsed.scenario.limits.isEmpty)
        }
    }
}
