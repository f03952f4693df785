import CommandLine
import Configuration
import Linux
import Monitoring
import ScenarioSimulation

/// `tickover simulate SCENARIO...`: the engine in a simulated world.
enum SimulateCommand {
    /// Scenarios are short.
    private static let sizeLimit = 1 << 20

    static func run(_ request: SimulationRequest, as format: ReportFormat) throws(ToolError) -> ExitStatus {
        if let worlds = request.worlds { return try WorldsCommand.run(request, worlds: worlds, as: format) }
        var scenarios: [Scenario] = []
        for path in request.scenarios { scenarios.append(try read(path)) }
        if request.output == .samples || request.plot != nil { return try trace(scenarios[0], request, format) }
        let seeds = (0..<request.seeds).map { request.seed + $0 }
        var summaries: [ScenarioSummary] = []
        for scenario in scenarios { summaries.append(ScenarioSummary(scenario, seeds: seeds)) }
        let report = ScenarioReport(summaries)
        try show(request.output == .markdown ? report.markdown : rendered(report.text, report.json, as: format))
        return summaries.allSatisfy { $0.isGood } ? .success : .failure
    }

    private static func read(_ path: String) throws(ToolError) -> Scenario {
        let bytes: [UInt8]
        do throws(LinuxError) { bytes = try FileStore.read(path, limit: sizeLimit) } catch {
            throw ToolError(.failure, error.message)
        }
        let parsed = Scenario.parse(bytes: bytes, file: path) { (path) throws(UnreadableFile) in
            do throws(LinuxError) { return try FileStore.read(path, limit: sizeLimit) } catch {
                throw UnreadableFile(reason: error.message)
            }
        }
        guard parsed.diagnostics.isEmpty else {
            for diagnostic in parsed.diagnostics { StandardStream.error.write("\(diagnostic)\n") }
            throw ToolError(.failure, "\(path): the scenario has errors")
        }
        return parsed.scenario
    }

    /// One run with every sample of it.
    private static func trace(
        _ scenario: Scenario,
        _ request: SimulationRequest,
        _ format: ReportFormat
    ) throws(ToolError) -> ExitStatus {
        var table = SampleTable()
        var plot = ScenarioPlot(scenario)
        var isTaken = true
        let result = scenario.run(seed: request.seed) { sample in
            if request.plot != nil { plot.add(sample) }
            guard request.output == .samples, isTaken else { return }
            table.add(sample)
            isTaken = StandardStream.output.write(table.takeText(atLeast: 1 << 16))
        }
        if let path = request.plot {
            do throws(LinuxError) { try AtomicFile.write(path, plot.svg(result)) } catch {
                throw ToolError(.failure, error.message)
            }
        }
        let summary = ScenarioSummary(scenario, results: [result])
        if request.output == .samples {
            try show(table.takeText(atLeast: 0))
        } else {
            let report = ScenarioReport([summary])
            try show(request.output == .markdown ? report.markdown : rendered(report.text, report.json, as: format))
        }
        return summary.isGood ? .success : .failure
    }
}
