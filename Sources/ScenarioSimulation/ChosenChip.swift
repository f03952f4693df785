import Configuration
import DS3231
import HAL
import NTPTime
import PCF85063A
import Simulation

/// The chip of a scenario on its bus, and its driver.
struct ChosenChip {
    let chip: any SimulatedChip
    let driver: any RTCChip
    /// The chip again, if its square wave can be used.
    let pin: SimulatedDS3231?

    /// - Parameter celsius: what a thermometer of the chip's would show at the start, in °C.
    init(_ character: RTCCharacter, _ nature: DrawnChipNature, _ bus: SimulatedI2CBus, celsius: Double) {
        let batteryShift = Frequency(fraction: nature[.batteryShift])
        switch character.chip {
        case .ds3231:
            var silicon = DS3231Silicon()
            silicon.agingStep = Frequency(fraction: -nature[.trimStep])
            silicon.agingStepGrowth = nature[.trimStepGrowth]
            silicon.correctedCurve = nature.curve
            silicon.batteryShift = batteryShift
            let simulated = SimulatedDS3231(temperature: celsius, silicon: silicon)
            (chip, driver, pin) = (simulated, DS3231(bus: bus), simulated)
            bus.attach(simulated, at: DS3231.defaultAddress)
        case .pcf85063a:
            let simulated = SimulatedPCF85063A(batteryShift: batteryShift)
            (chip, driver, pin) = (simulated, PCF85063A(bus: bus), nil)
            bus.attach(simulated, at: PCF85063A.defaultAddress)
        }
    }
}
