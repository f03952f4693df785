import NTPTime

/// The temperature around the machine, in °C, over the time since the scenario's start.
package enum TemperatureProfile: Equatable, Sendable {
    case constant(Double)
    /// - phase: turns of the sine at the start; 0.25 starts at the peak.
    case sine(mean: Double, amplitude: Double, period: NTPDuration, phase: Double)
    /// Straight lines between the points, which are in order; held before the first and after the last.
    case table([Point])

    package struct Point: Equatable, Sendable {
        package var time: NTPDuration
        package var celsius: Double
    }

    /// At which an oscillator has its nominal frequency.
    package static let reference = 25.0

    func celsius(at time: NTPDuration) -> Double {
        switch self {
        case .constant(let celsius): return celsius
        case .sine(let mean, let amplitude, let period, let phase):
            return mean + amplitude * Elementary.sine(turns: phase + time.seconds / period.seconds)
        case .table(let points):
            guard let next = points.firstIndex(where: { $0.time > time }) else {
                return points.last?.celsius ?? Self.reference
            }
            guard next > 0 else { return points[0].celsius }
            let (from, to) = (points[next - 1], points[next])
            return from.celsius
                + (to.celsius - from.celsius) * ((time - from.time).seconds / (to.time - from.time).seconds)
        }
    }
}
