import NTPTime

/// How a tuning fork crystal's rate depends on its temperature: a parabola, which is slow on either side of its peak.
package struct CrystalCurve: Equatable, Sendable {
    /// Relative change of the rate with the square of the distance from the peak, in 1/°C²; negative for a crystal.
    package var curvature: Double
    /// Temperature of the peak, in °C.
    package var turnover: Double

    package init(curvature: Double, turnover: Double) {
        self.curvature = curvature
        self.turnover = turnover
    }

    /// The rate at `celsius` °C less that at the peak.
    package func shift(at celsius: Double) -> Frequency {
        let distance = celsius - turnover
        return Frequency(fraction: curvature * distance * distance)
    }
}
