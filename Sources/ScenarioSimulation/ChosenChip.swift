import Configuration
import DS3231
import HAL
import PCF85063A
import Simulation

/// The chip of a scenario on its bus, and its driver.
struct ChosenChip {
    let chip: any SimulatedChip
    let driver: any RTCChip
    /// The chip again, if its square wave can be used.
    let pin: SimulatedDS3231?

    init(_ character: RTCCharacter, _ bus: SimulatedI2CBus, celsius: Double) {
        switch character.chip {
        case .ds3231:
            let simulated = SimulatedDS3231(temperature: celsius)
            (chip, driver, pin) = (simulated, DS3231(bus: bus), simulated)
            bus.attach(simulated, at: DS3231.defaultAddress)
        case .pcf85063a:
            let simulated = SimulatedPCF85063A()
            (chip, driver, pin) = (simulated, PCF85063A(bus: bus), nil)
            bus.attach(simulated, at: PCF85063A.defaultAddress)
        }
    }
}
