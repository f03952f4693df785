import NTPTime

/// A picture of one run as an SVG document: error and bound on a logarithmic scale, the error in the steady state on a
/// linear one, and the state.
package struct ScenarioPlot {
    private let scenario: Scenario
    private var columns = [PlotColumn](repeating: PlotColumn(), count: Layout.columns)

    package init(_ scenario: Scenario) { self.scenario = scenario }

    package mutating func add(_ sample: ScenarioSample) {
        let index = Int(sample.time.seconds / scenario.duration.seconds * Double(Layout.columns))
        columns[min(max(index, 0), Layout.columns - 1)].add(sample)
    }

    package func svg(_ result: ScenarioResult) -> String {
        var drawing = Drawing(width: Layout.width, height: Layout.height)
        drawing.text(scenario.name, x: Layout.left, y: 26, style: "title")
        drawing.text(scenario.title, x: Layout.left, y: 45)
        drawing.text(caption(result), x: Layout.right, y: 26, style: "end")
        drawTime(in: &drawing)
        drawMagnitudes(in: &drawing)
        drawSteadyError(in: &drawing)
        drawStates(in: &drawing)
        return drawing.document
    }

    private func caption(_ result: ScenarioResult) -> String {
        var caption = "seed \(result.seed)"
        for figure in [Figure.rms, .maximum] {
            caption += ", \(figure.rawValue) " + figure.text(figure.value(in: result))
        }
        return caption + ", bound broken at \(result.promises.broken) moments"
    }

    // MARK: Panels

    private func drawTime(in drawing: inout Drawing) {
        let length = scenario.duration.seconds
        let (unit, name) = length > 4 * 86_400 ? (86_400.0, "d") : length > 7_200 ? (3_600.0, "h") : (60.0, "min")
        let step = Self.timeSteps.first { length / unit / $0 <= 12 } ?? Self.roundedUp(length / unit / 12)
        for index in 0...Int(length / unit / step) {
            let tick = Double(index) * step
            let x = Layout.x(tick * unit / length)
            for panel in [Layout.logarithmic, Layout.linear] {
                drawing.line(x, panel.top, x, panel.bottom, style: "grid")
            }
            drawing.text(fixed(tick, 0) + " " + name, x: x, y: Layout.linear.bottom + 18, style: "middle")
        }
    }

    private static let timeSteps = [1.0, 2, 3, 4, 6, 10, 12, 24]

    private func drawMagnitudes(in drawing: inout Drawing) {
        let panel = Layout.logarithmic
        let sizes = columns.compactMap { $0.largestError }
        let top = (sizes + columns.compactMap { $0.largestBound }).max() ?? 1
        let high = Self.decade(top) + 1
        let low = max(min(Self.decade(sizes.min() ?? top), high - 2), high - 10)
        func y(_ value: Double) -> Double {
            panel.y((Self.logarithm(max(value, 1e-12)) - Double(low)) / Double(high - low))
        }
        for decade in low...high {
            let y = panel.y(Double(decade - low) / Double(high - low))
            drawing.line(Layout.left, y, Layout.right, y, style: "grid")
            drawing.text(Self.label(Self.power(decade)), x: Layout.left - 8, y: y + 4, style: "end")
        }
        drawing.panel(panel)
        drawing.beginClip(panel)
        drawing.band(runs { $0.smallestError }, runs { $0.largestError }, y, style: "error")
        drawing.line(runs { $0.largestBound }, y, style: "bound")
        for (index, column) in columns.enumerated() where column.isBroken {
            let x = Layout.x(column: index)
            drawing.line(x, panel.top, x, panel.top + 10, style: "broken")
        }
        drawing.endClip()
        drawing.legend("served bound", style: "bound", x: Layout.right - 200, y: Layout.legend)
        drawing.legend("|error|", style: "error", x: Layout.right - 70, y: Layout.legend)
    }

    private func drawSteadyError(in drawing: inout Drawing) {
        let panel = Layout.linear
        let window = scenario.steadyWindow
        let steady = columns.indices.filter { index in
            window.contains(scenario.duration * ((Double(index) + 0.5) / Double(Layout.columns)))
        }
        let largest = steady.compactMap { columns[$0].isServing ? columns[$0].largestError : nil }.max() ?? 1e-3
        let limit = Self.roundedUp(max(largest, 1e-9))
        func y(_ value: Double) -> Double { panel.y(0.5 + value / (2 * limit)) }
        for part in [-1.0, -0.5, 0, 0.5, 1] {
            let value = part * limit
            drawing.line(Layout.left, y(value), Layout.right, y(value), style: part == 0 ? "zero" : "grid")
            let sign = part < 0 ? "−" : part > 0 ? "+" : ""
            let label = part == 0 ? "0" : sign + Self.label(abs(value))
            drawing.text(label, x: Layout.left - 8, y: y(value) + 4, style: "end")
        }
        drawing.panel(panel)
        drawing.beginClip(panel)
        drawing.band(runs { $0.lowestError }, runs { $0.highestError }, y, style: "error")
        drawing.endClip()
        drawing.text("error, + is ahead of true time", x: Layout.left + 8, y: panel.top + 18)
    }

    private func drawStates(in drawing: inout Drawing) {
        let y = Layout.states
        let width = (Layout.right - Layout.left) / Double(Layout.columns)
        for state in PlotColumn.states {
            for run in runs({ $0.state == state ? 1 : nil }) {
                let x = Layout.left + Double(run.start) * width
                drawing.box(x, y, Double(run.values.count) * width, 12, style: state.name)
            }
        }
        var x = Layout.left
        for state in PlotColumn.states where columns.contains(where: { $0.state == state }) {
            drawing.box(x, Layout.legend - 10, 12, 12, style: state.name)
            drawing.text(state.name, x: x + 18, y: Layout.legend)
            x += 130
        }
    }

    // MARK: Numbers

    /// Stretches of columns that have the value.
    private func runs(_ value: (PlotColumn) -> Double?) -> [PlotRun] {
        var runs: [PlotRun] = []
        var isOpen = false
        for (index, column) in columns.enumerated() {
            guard let value = value(column) else {
                isOpen = false
                continue
            }
            if isOpen {
                runs[runs.count - 1].values.append(value)
            } else {
                runs.append(PlotRun(start: index, values: [value]))
            }
            isOpen = true
        }
        return runs
    }

    private static func logarithm(_ value: Double) -> Double { Elementary.log(value) / 2.302585092994046 }

    /// The power of ten at or below `value`.
    private static func decade(_ value: Double) -> Int { Int(logarithm(max(value, 1e-12)).rounded(.down)) }

    /// The next 1, 2 or 5 times a power of ten.
    private static func roundedUp(_ value: Double) -> Double {
        var power = 1.0
        while power > value { power /= 10 }
        while power * 10 <= value { power *= 10 }
        for factor in [1.0, 2, 5] where factor * power >= value * (1 - 1e-9) { return factor * power }
        return 10 * power
    }

    /// 1.25e-5 is 12.5 µs.
    private static func label(_ value: Double) -> String {
        let units = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")]
        let unit = units.first { value >= $0.0 * (1 - 1e-9) } ?? units[3]
        let number = value / unit.0
        let decimals = (0...2).first { abs(number - rounded(number, to: $0)) < 1e-6 } ?? 3
        return fixed(number, decimals) + " " + unit.1
    }

    private static func rounded(_ value: Double, to decimals: Int) -> Double {
        let scale = [1.0, 10, 100][decimals]
        return (value * scale).rounded() / scale
    }

    /// 10 to the power of a small whole number.
    private static func power(_ exponent: Int) -> Double {
        var power = 1.0
        for _ in 0..<abs(exponent) { power = exponent < 0 ? power / 10 : power * 10 }
        return power
    }
}
