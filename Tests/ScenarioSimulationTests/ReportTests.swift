import Foundation
import FoundationXML
import NTPEngine
import NTPTime
import Testing

@testable import ScenarioSimulation

@Suite struct `A report` {
    private func summary(_ name: String = "some & any <b>", seeds: [UInt64] = [1, 2, 3]) -> ScenarioSummary {
        var (scenario, _) = parse(
            "duration 30min\nserver a minpoll 4 iburst\nlimit rms 1us\nlimit broken 0\nsteady 10min 30min"
        )
        scenario.name = name
        return ScenarioSummary(scenario, seeds: seeds)
    }

    @Test func `gives medians, and the worst of what must not be`() {
        func result(rms: Double?, broken: Int64) -> ScenarioResult {
            ScenarioResult(
                seed: 1,
                steady: rms.map { .init(rms: .seconds($0), maximum: .seconds($0)) },
                packets: 5,
                steps: 0,
                on: 10,
                served: 10,
                promises: PromiseWatch(broken: broken),
                unreadable: 0
            )
        }
        let scenario = Scenario(name: "x")
        let results = [result(rms: 3, broken: 0), result(rms: nil, broken: 7), result(rms: 1, broken: 0)]
        let summary = ScenarioSummary(scenario, results: results)
        #expect(summary.value(.rms) == 3)
        #expect(summary.value(.broken) == 7)
        #expect(summary.value(.packets) == 5)
        #expect(ScenarioSummary(scenario, results: [result(rms: nil, broken: 0)]).value(.rms) == nil)
    }

    @Test func `can be read by programs`() throws {
        let summary = summary()
        let json = ScenarioReport([summary]).json.text
        let reports = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]])
        let report = try #require(reports.first)
        #expect(report["scenario"] as? String == "some & any <b>")
        let median = try #require(report["median"] as? [String: Any])
        #expect(abs((median["rms"] as? Double ?? 0) - (summary.value(.rms) ?? -1)) < 1e-11)
        #expect((report["runs"] as? [[String: Any]])?.count == 3)
    }

    @Test func `is a list for one scenario and a table for several`() {
        let one = ScenarioReport([summary("one")]).text
        #expect(one.hasPrefix("one\n") && one.contains("\nrms "))
        let two = ScenarioReport([summary("one"), summary("two")])
        #expect(two.text.split(separator: "\n").count == 3)
        #expect(two.text.contains("\ntwo "))
        #expect(two.markdown.split(separator: "\n").map { $0.count { $0 == "|" } } == [14, 14, 14, 14])
    }

    @Test func `lists every sample`() {
        let (scenario, _) = parse("duration 10min\nserver a iburst")
        var table = SampleTable()
        _ = scenario.run(seed: 1) { table.add($0) }
        #expect(table.takeText(atLeast: 1 << 30).isEmpty)
        let lines = table.takeText(atLeast: 0).split(separator: "\n")
        #expect(lines.count == 601)
        #expect(lines.allSatisfy { $0.count { $0 == "," } == 4 })
        #expect(lines[600].hasPrefix("599.5,") && lines[600].hasSuffix(",synchronised"))
    }

    @Test func `draws a picture that is well formed`() throws {
        let (scenario, _) = parse(
            "title a < b & c\nduration 30min\nserver a minpoll 4 iburst\noutage a 20min 30min\npower-off 5min 6min"
        )
        var plot = ScenarioPlot(scenario)
        let result = scenario.run(seed: 1) { plot.add($0) }
        let svg = plot.svg(result)
        let parser = XMLParser(data: Data(svg.utf8))
        #expect(parser.parse())
        #expect(svg.contains("a &lt; b &amp; c"))
        for state in ["off", "synchronised"] { #expect(svg.contains(">\(state)</text>")) }
        #expect(!svg.contains("nan") && !svg.contains("inf"))
    }
}
