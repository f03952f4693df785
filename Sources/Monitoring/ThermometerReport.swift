import ClockDiscipline
import NTPEngine
import NTPTime

/// What the processor's thermometer shows, and what it tells of the oscillator.
package struct ThermometerReport: Sendable {
    /// Where it is read.
    package var path: String
    /// nil while it was not read or cannot be.
    package var celsius: Double?
    package var isLost: Bool
    /// Whether the oscillator's change with it is predicted.
    package var isUsed: Bool
    /// Change of the oscillator's correction with each °C, its standard deviation, and how much later it comes; nil before
    /// there is anything to go by.
    package var coefficient: (value: Frequency, deviation: Frequency)?
    package var lag: NTPDuration?

    package init(_ thermometer: ProcessorThermometer, path: String) {
        self.path = path
        celsius = thermometer.celsius
        isLost = thermometer.isLost
        isUsed = thermometer.compensation.isUsed
        guard let estimate = thermometer.compensation.estimate else { return }
        coefficient = (estimate.coefficient, estimate.deviation)
        lag = estimate.lag
    }

    package var text: String {
        guard !isLost else { return "\(path): it cannot be read" }
        return "\(path)\(celsius.map { ", \(fixed($0, 1)) °C" } ?? ""), \(relation)"
    }

    private var relation: String {
        guard isUsed, let coefficient, let lag else { return "not known to tell of the clock's frequency" }
        return "frequency \(coefficient.value.signed())/°C ± \(fixed(coefficient.deviation.ppm, 3)), "
            + "\(fixed(lag.seconds, 0)) s later"
    }

    var json: JSON {
        .object([
            ("file", .string(path)), ("celsius", celsius.map { .number($0, decimals: 3) } ?? .null),
            ("used", .bool(isUsed)), ("coefficient_ppm_per_celsius", ppm(coefficient?.value)),
            ("coefficient_error_ppm_per_celsius", ppm(coefficient?.deviation)), ("lag_s", seconds(lag)),
        ])
    }
}
