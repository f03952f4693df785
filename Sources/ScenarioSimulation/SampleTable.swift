import NTPTime

/// Samples as comma-separated values, a line each.
package struct SampleTable {
    private var text = "time_s,error_s,bound_s,frequency_error_ppm,state\n"

    package init() {}

    package mutating func add(_ sample: ScenarioSample) {
        text += fixed(sample.time.seconds, 1)
        text += ","
        text += sample.error.map { fixed($0.seconds, 10) } ?? ""
        text += ","
        text += sample.bound.map { fixed($0.seconds, 10) } ?? ""
        text += ","
        text += sample.frequencyError.map { fixed($0.ppm, 6) } ?? ""
        text += ",\(sample.state.name)\n"
    }

    /// What has come together, if it is that many octets; else nothing.
    package mutating func takeText(atLeast count: Int) -> String {
        guard text.utf8.count >= count else { return "" }
        defer { text = "" }
        return text
    }
}
