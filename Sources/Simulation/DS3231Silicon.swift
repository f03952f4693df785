import NTPTime

/// What is not the same in each DS3231, beside its crystal's drift.
package struct DS3231Silicon: Equatable, Sendable {
    /// At which `agingStep` holds, in °C.
    static let reference = 25.0

    /// Change of the rate with each step of the aging register at 25 °C; negative, as positive steps slow the chip.
    package var agingStep = Frequency.ppm(-0.1)
    /// By which share of it the step grows with each °C.
    package var agingStepGrowth = 0.0
    /// What the chip takes its crystal's curve for, and corrects at each conversion by the temperature that it finds; nil
    /// corrects nothing: the drift that the chip is given is that of a crystal that is corrected.
    package var correctedCurve: CrystalCurve?
    /// The rate on the backup cell less that on VCC.
    package var batteryShift = Frequency.zero

    package init() {}

    /// Change of the rate with each step of the aging register at `celsius` °C.
    func agingStep(at celsius: Double) -> Frequency {
        Frequency(fraction: agingStep.fraction * (1 + agingStepGrowth * (celsius - Self.reference)))
    }
}
