import NTPEngine
import NTPTime

/// What lies within one column of a plot.
struct PlotColumn {
    private(set) var smallestError: Double?
    private(set) var largestError: Double?
    private(set) var lowestError: Double?
    private(set) var highestError: Double?
    private(set) var largestBound: Double?
    private(set) var isBroken = false
    private(set) var state: HostState?

    var isServing: Bool { largestBound != nil }

    static let states: [HostState] = [.running(.unsynchronised), .running(.synchronised), .running(.holdover), .off]

    mutating func add(_ sample: ScenarioSample) {
        state = sample.state
        isBroken = isBroken || sample.isBroken
        if let bound = sample.bound?.seconds { largestBound = max(largestBound ?? bound, bound) }
        guard let error = sample.error?.seconds else { return }
        smallestError = min(smallestError ?? abs(error), abs(error))
        largestError = max(largestError ?? abs(error), abs(error))
        lowestError = min(lowestError ?? error, error)
        highestError = max(highestError ?? error, error)
    }
}

/// Values of neighbouring columns.
struct PlotRun {
    var start: Int
    var values: [Double]
}

/// Where things are, in pixels.
enum Layout {
    static let width = 960.0
    static let height = 640.0
    static let left = 84.0
    static let right = 940.0
    static let columns = 428
    static let logarithmic = Panel(top: 60, bottom: 330)
    static let linear = Panel(top: 350, bottom: 550)
    static let states = 584.0
    static let legend = 616.0

    struct Panel {
        var top: Double
        var bottom: Double

        /// 0 is the bottom, 1 the top.
        func y(_ part: Double) -> Double { bottom - part * (bottom - top) }
    }

    /// 0 is the left, 1 the right.
    static func x(_ part: Double) -> Double { left + part * (right - left) }

    /// The middle of a column.
    static func x(column: Int) -> Double { x((Double(column) + 0.5) / Double(columns)) }
}

/// An SVG document under way.
struct Drawing {
    private var body: String
    private var clips = 0

    init(width: Double, height: Double) {
        let size = "\(fixed(width, 0)) \(fixed(height, 0))"
        body = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size)" width="\(fixed(width, 0))" height="\(fixed(height, 0))">
            <style>
            text { font: 13px "DejaVu Sans", Verdana, sans-serif; fill: #333 }
            .title { font-size: 18px; font-weight: bold }
            .end { text-anchor: end } .middle { text-anchor: middle }
            .grid { stroke: #e4e4e4 } .zero { stroke: #999 } .frame { fill: none; stroke: #888 }
            .error { fill: #2f6fb5; stroke: #2f6fb5; stroke-width: 1; stroke-linejoin: round }
            .bound { fill: none; stroke: #d9822b; stroke-width: 2; stroke-linejoin: round }
            .broken { stroke: #c62828; stroke-width: 2 }
            .unsynchronised { fill: #c9c9c9 } .synchronised { fill: #5aa469 } .holdover { fill: #e3b341 } .off { fill: #444 }
            </style>
            <rect width="100%" height="100%" fill="#fff"/>

            """
    }

    var document: String { body + "</svg>\n" }

    mutating func text(_ text: String, x: Double, y: Double, style: String = "") {
        body += "<text x=\"\(number(x))\" y=\"\(number(y))\" class=\"\(style)\">\(Self.escaped(text))</text>\n"
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String) {
        body += "<path d=\"M\(number(x1)) \(number(y1))L\(number(x2)) \(number(y2))\" class=\"\(style)\"/>\n"
    }

    mutating func box(_ x: Double, _ y: Double, _ width: Double, _ height: Double, style: String) {
        body += "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"\(number(height))\""
        body += " class=\"\(style)\"/>\n"
    }

    mutating func panel(_ panel: Layout.Panel) {
        box(Layout.left, panel.top, Layout.right - Layout.left, panel.bottom - panel.top, style: "frame")
    }

    mutating func legend(_ name: String, style: String, x: Double, y: Double) {
        line(x, y - 4, x + 18, y - 4, style: style)
        text(name, x: x + 24, y: y)
    }

    /// What is drawn until `endClip` shows within `panel` only.
    mutating func beginClip(_ panel: Layout.Panel) {
        clips += 1
        body += "<clipPath id=\"clip\(clips)\">"
        box(Layout.left, panel.top, Layout.right - Layout.left, panel.bottom - panel.top, style: "")
        body += "</clipPath><g clip-path=\"url(#clip\(clips))\">\n"
    }

    mutating func endClip() { body += "</g>\n" }

    mutating func line(_ runs: [PlotRun], _ y: (Double) -> Double, style: String) {
        var path = ""
        for run in runs {
            for (index, value) in run.values.enumerated() {
                path += (index == 0 ? "M" : "L") + point(run.start + index, y(value))
            }
        }
        body += "<path d=\"\(path)\" class=\"\(style)\"/>\n"
    }

    /// The area between two lines of the same runs.
    mutating func band(_ lower: [PlotRun], _ upper: [PlotRun], _ y: (Double) -> Double, style: String) {
        var path = ""
        for (low, high) in zip(lower, upper) {
            for (index, value) in high.values.enumerated() {
                path += (index == 0 ? "M" : "L") + point(high.start + index, y(value))
            }
            for (index, value) in low.values.enumerated().reversed() {
                path += "L" + point(low.start + index, y(value))
            }
            path += "Z"
        }
        body += "<path d=\"\(path)\" class=\"\(style)\"/>\n"
    }

    private func point(_ column: Int, _ y: Double) -> String { "\(number(Layout.x(column: column))) \(number(y))" }

    private func number(_ value: Double) -> String { fixed(value, 1) }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
