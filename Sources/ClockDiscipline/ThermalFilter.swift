/// A Kalman filter for an oscillator whose rate depends on temperature: its offset, the offset's drift, and the drift's
/// change with temperature.
///
/// In doubles for the sake of the arithmetic: s, s/s, 1/°C, and products of these.
package struct ThermalFilter: Hashable, Sendable {
    /// Between the oscillator and UTC; the sign is the owner's.
    package var offset: Double
    /// Growth of the offset at the reference temperature.
    package var drift: Double
    /// Change of the drift with each °C.
    package var coefficient: Double
    package var covariance: Covariance

    /// The covariance matrix, of which one half will do.
    package struct Covariance: Hashable, Sendable {
        package var offset: Double
        package var offsetDrift: Double
        package var offsetCoefficient: Double
        package var drift: Double
        package var driftCoefficient: Double
        package var coefficient: Double

        package init(
            offset: Double,
            offsetDrift: Double = 0,
            offsetCoefficient: Double = 0,
            drift: Double,
            driftCoefficient: Double = 0,
            coefficient: Double
        ) {
            self.offset = offset
            self.offsetDrift = offsetDrift
            self.offsetCoefficient = offsetCoefficient
            self.drift = drift
            self.driftCoefficient = driftCoefficient
            self.coefficient = coefficient
        }
    }

    package init(offset: Double, drift: Double, coefficient: Double, covariance: Covariance) {
        self.offset = offset
        self.drift = drift
        self.coefficient = coefficient
        self.covariance = covariance
    }

    /// No quartz drifts more, also no counterfeit's.
    package static let maximumDrift = 1e-3
    /// None depends more on temperature.
    package static let maximumCoefficient = 1e-5

    /// Lets `elapsed` seconds pass; negative goes back, which makes nothing more certain either.
    ///
    /// - Parameter warmth: °C above the reference temperature.
    /// - Parameter wander: random walk of the drift, in s/s per square root of a second.
    package mutating func advance(by elapsed: Double, warmth: Double, wander: Double) {
        offset += (drift + coefficient * warmth) * elapsed

        // P = F P Fᵀ + Q with F = [1 t wt; 0 1 0; 0 0 1], and Q the integral of two random walks.
        let warmed = warmth * elapsed
        let before = covariance
        covariance.offsetDrift += elapsed * before.drift + warmed * before.driftCoefficient
        covariance.offsetCoefficient += elapsed * before.driftCoefficient + warmed * before.coefficient
        covariance.offset +=
            elapsed * (before.offsetDrift + covariance.offsetDrift)
            + warmed * (before.offsetCoefficient + covariance.offsetCoefficient)
        let duration = abs(elapsed)
        let walk = wander * wander * duration
        covariance.offset = max(0, covariance.offset + walk * elapsed * elapsed / 3)
        covariance.offsetDrift += walk * elapsed / 2
        covariance.drift += walk
        covariance.coefficient += Self.coefficientWander * Self.coefficientWander * duration
    }

    /// Notes that the drift was changed from outside.
    package mutating func changeDrift(by change: Double, deviation: Double) {
        drift = Self.limited(drift + change, to: Self.maximumDrift)
        covariance.drift += deviation * deviation
    }

    /// Takes a measurement of the offset.
    ///
    /// - Parameter innovation: the measurement less `offset`.
    /// - Parameter variance: the measurement's own, more than zero.
    /// - Returns: the gain of the offset.
    package mutating func correct(by innovation: Double, variance: Double) -> Double {
        let before = covariance
        let total = before.offset + variance
        let driftGain = before.offsetDrift / total
        let coefficientGain = before.offsetCoefficient / total
        offset += before.offset / total * innovation
        drift = Self.limited(drift + driftGain * innovation, to: Self.maximumDrift)
        coefficient = Self.limited(coefficient + coefficientGain * innovation, to: Self.maximumCoefficient)
        // (1 - gain) as the quotient that it is, so that no variance is lost to rounding.
        let rest = variance / total
        covariance.offset *= rest
        covariance.offsetDrift *= rest
        covariance.offsetCoefficient *= rest
        covariance.drift = max(.leastNormalMagnitude, before.drift - driftGain * before.offsetDrift)
        covariance.driftCoefficient -= driftGain * before.offsetCoefficient
        covariance.coefficient = max(
            .leastNormalMagnitude,
            before.coefficient - coefficientGain * before.offsetCoefficient
        )
        return before.offset / total
    }

    private static func limited(_ value: Double, to limit: Double) -> Double { min(max(value, -limit), limit) }

    /// Of the drift at a temperature.
    package func driftVariance(warmth: Double) -> Double {
        max(0, covariance.drift + warmth * (2 * covariance.driftCoefficient + warmth * covariance.coefficient))
    }

    /// The slope of an oscillator's frequency over temperature is another one in another season: 0.01 ppm/°C within a month.
    private static let coefficientWander = 0.01e-6 / (30 * 86_400.0).squareRoot()
}
