import Monitoring
import NTPTime

/// Scenarios and their figures: a list for one scenario, a table for several, and the same for documents and programs.
package struct ScenarioReport {
    private let summaries: [ScenarioSummary]

    package init(_ summaries: [ScenarioSummary]) { self.summaries = summaries }

    private static let columns: [(title: String, figure: Figure)] = [
        ("rms", .rms), ("max", .maximum), ("early rms", .settlingRMS), ("early max", .settlingMaximum),
        ("rate rms", .frequencyError), ("< 1 ms", .timeToMillisecond), ("< 0.1 ms", .timeToTenthMillisecond),
        ("packets", .packets), ("steps", .steps), ("broken", .broken), ("closest", .closest),
        ("bound/rms", .boundRatio),
    ]

    // MARK: For people

    package var text: String { summaries.count == 1 ? list(summaries[0]) : table }

    private var table: String {
        var table = TextTable([("scenario", .left)] + Self.columns.map { ($0.title, .right) } + [("limits", .left)])
        for summary in summaries { table.add(row(summary)) }
        return table.text
    }

    private func row(_ summary: ScenarioSummary) -> [String] {
        let failed = summary.failures.map { $0.figure.rawValue }.joined(separator: ", ")
        let limits = summary.scenario.limits.isEmpty ? "" : failed.isEmpty ? "hold" : "beyond: \(failed)"
        return [summary.scenario.name] + Self.columns.map { $0.figure.text(summary.value($0.figure)) } + [limits]
    }

    private func list(_ summary: ScenarioSummary) -> String {
        let scenario = summary.scenario
        var table = TextTable([("\(scenario.name)", .left), ("", .right), ("", .left)])
        table.add(["", "", scenario.title])
        for figure in Figure.allCases {
            let limit = scenario.limits.first { $0.figure == figure }
            let isBeyond = summary.failures.contains { $0.figure == figure }
            let remark = limit.map { (isBeyond ? "beyond the limit of " : "limit ") + figure.text($0.value) } ?? ""
            table.add([figure.rawValue, figure.text(summary.value(figure)), remark])
        }
        return table.text + panics(summary)
    }

    private func panics(_ summary: ScenarioSummary) -> String {
        var text = ""
        for result in summary.results {
            guard let panic = result.panic else { continue }
            text += "seed \(result.seed): gave up at \(fixed(panic.seconds, 0)) s, beyond the panic limit\n"
        }
        return text
    }

    package var markdown: String {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
        var text = line(["scenario"] + Self.columns.map { $0.title })
        text += line(["---"] + Self.columns.map { _ in "---:" })
        for summary in summaries { text += line(Array(row(summary).dropLast())) }
        return text
    }

    // MARK: For programs

    package var json: JSON { .array(summaries.map(json)) }

    private func json(_ summary: ScenarioSummary) -> JSON {
        let scenario = summary.scenario
        return .object([
            ("scenario", .string(scenario.name)),
            ("title", .string(scenario.title)),
            ("median", figures(summary.value)),
            ("limits", .object(scenario.limits.map { (key: $0.figure.rawValue, value: number($0.value)) })),
            ("exceeded", .array(summary.failures.map { .string($0.figure.rawValue) })),
            ("runs", .array(summary.results.map(json))),
        ])
    }

    private func json(_ result: ScenarioResult) -> JSON {
        .object([("seed", .integer(Int64(result.seed))), ("figures", figures { $0.value(in: result) })])
    }

    private func figures(_ value: (Figure) -> Double?) -> JSON {
        .object(Figure.allCases.map { (key: $0.rawValue, value: number(value($0))) })
    }

    /// Seconds to the picosecond, rates to 1e-12, numbers to more than anybody needs.
    private func number(_ value: Double?) -> JSON { value.map { .number($0, decimals: 12) } ?? .null }
}

extension Figure {
    /// For people, with the unit.
    func text(_ value: Double?) -> String {
        guard let value else { return "–" }
        switch unit {
        case .time:
            if value < 1e-5 { return fixed(value * 1e6, 2) + " µs" }
            if value < 1e-3 { return fixed(value * 1e6, 1) + " µs" }
            if value < 1 { return fixed(value * 1e3, 2) + " ms" }
            return fixed(value, 1) + " s"
        case .frequency: return value < 1e-6 ? fixed(value * 1e9, 1) + " ppb" : fixed(value * 1e6, 2) + " ppm"
        case .count: return fixed(value, 0)
        case .ratio: return fixed(value, 2)
        }
    }
}
