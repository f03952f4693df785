import Configuration
import Foundation
import NTPTime
import Testing

@testable import ScenarioSimulation

private func table(_ text: String) throws -> PhaseTable { try PhaseTable(bytes: Array(text.utf8)) }

@Suite struct `A phase table` {
    @Test(arguments: [
        "0,1\n10,3\n30,0\n", "# measured\nseconds,phase_s\n0 1 # first\n\n10\t3\r\n30 , 0",
        "seconds,phase_ms\n0,1e3\n10,3000\n30,0\n",
        "seconds phase_us\n0 1e6\n10 3e6\n30 0",
    ])
    func `is two columns, by a comma or by blanks, in s or in what their names say`(text: String) throws {
        let table = try table(text)
        #expect(abs(table.gain(at: 10) - 2) < 1e-12 && abs(table.gain(at: 20) - 0.5) < 1e-12)
    }

    @Test func `has straight lines between its points, and goes on from its end as from its beginning`() throws {
        let table = try table("100,5\n110,7\n130,4\n")
        let points = [(0.0, 0.0), (5, 1), (10, 2), (20, 0.5), (30, -1), (35, 0), (40, 1), (60, -2), (305, -9)]
        for (time, gain) in points { #expect(abs(table.gain(at: time) - gain) < 1e-12, "\(time) s") }
    }

    @Test(arguments: [
        ("0,1\n1\n", "line 2: expected a time and a phase"),
        ("seconds,phase_weeks\n", "line 1: expected a time and a phase"),
        ("0,1\n5,2\n5,3\n", "line 3: expected a later time than the one before it"),
        ("0,1\n# end\n", "expected two points at least"),
    ])
    func `tells what is wrong`(text: String, message: String) {
        #expect(throws: PhaseTableError.self) { try table(text) }
        do throws(PhaseTableError) { _ = try PhaseTable(bytes: Array(text.utf8)) } catch {
            #expect(error.description == message)
        }
    }
}

@Suite struct `A scenario with a phase table` {
    private func parse(
        _ line: String,
        file: String = "some/dir/x.scenario",
        reading: @escaping (String) -> String?
    ) -> (scenario: Scenario, diagnostics: [String]) {
        let parsed = Scenario.parse(bytes: Array(line.utf8), file: file) { (path) throws(UnreadableFile) in
            guard let text = reading(path) else { throw UnreadableFile(reason: "no such file") }
            return Array(text.utf8)
        }
        return (parsed.scenario, parsed.diagnostics.map(\.description))
    }

    @Test(arguments: [
        ("some/dir/x.scenario", "data/a.csv", "some/dir/data/a.csv"), ("x.scenario", "a.csv", "a.csv"),
        ("some/dir/x.scenario", "/a.csv", "/a.csv"),
    ])
    func `finds it beside itself`(file: String, name: String, path: String) {
        let parsed = parse("rtc phase-table \(name)", file: file) { $0 == path ? "0 0\n10 1e-6" : nil }
        #expect(parsed.diagnostics == [] && parsed.scenario.rtc?.phaseTable != nil)
    }

    @Test(arguments: [
        ("rtc phase-table", "1:5: error: expected a file with a phase table after 'phase-table'"),
        ("rtc phase-table b", "1:17: error: expected a file with a phase table, found 'b': no such file"),
        (
            "rtc phase-table a",
            "1:17: error: expected a file with a phase table, found 'a': line 1: expected a time and a phase"
        ),
    ])
    func `tells where it is not to be had`(line: String, message: String) {
        let parsed = parse(line) { $0.hasSuffix("a") ? "nonsense" : nil }
        #expect(parsed.diagnostics == ["some/dir/x.scenario:\(message)"])
    }

    @Test func `has a chip with that phase, from the given place on`() throws {
        let parsed = parse("rtc ideal offset 1ms frequency 1ppm phase-table a table-start 1h") { _ in
            "seconds,phase_us\n0,0\n3600,500\n7200,-100\n10800,300\n"
        }
        #expect(parsed.diagnostics == [])
        let chip = try #require(SimulatedWorld(parsed.scenario, seed: 1).chip)
        // In µs: the offset, the drift, and the table, whose points the settings every 32 s hit but for some µs.
        let expected: [(seconds: Double, offset: Double)] = [
            (0, 1_000), (1_800, 1_000 + 1_800 - 300), (3_600, 1_000 + 3_600 - 600), (7_200, 1_000 + 7_200 - 200),
        ]
        for (seconds, offset) in expected {
            let found = chip.offset(at: .seconds(seconds)).seconds * 1e6
            #expect(abs(found - offset) < 8, "\(seconds) s: \(found) µs")
        }
    }

    @Test func `of the repository is the measured one, with its Allan deviation`() throws {
        let bytes = try Data(contentsOf: scenarioFolder.appending(path: "data/ds3231-phase-measured.csv"))
        let table = try PhaseTable(bytes: Array(bytes))
        // 600 points, 614 s apart.
        let phases = (0..<600).map { table.gain(at: Double($0) * 614.2) }
        for count in [4, 16, 64, 128] {
            var sum = 0.0
            for index in 0..<(600 - 2 * count) {
                let second = phases[index + 2 * count] - 2 * phases[index + count] + phases[index]
                sum += second * second / (2 * Double(600 - 2 * count))
            }
            let deviation = sum.squareRoot() / (614.2 * Double(count))
            #expect(abs(deviation / 1.05e-8 - 1) < 0.2, "\(deviation) over \(count) points")
        }
    }
}
