import NTPTime

/// The thermometer on the processor's die. All of it is assumed, but for a Pi's steps of about 0.5 °C.
package struct ThermometerCharacter: Equatable, Sendable {
    /// The steps in which it shows the temperature, in °C, more than zero.
    package var quantum = 0.5
    /// Standard deviation of white noise before that, in °C.
    package var noise = 0.3

    package init() {}
}

/// What is wrong with the thermometer.
package enum ThermometerCondition: String, Equatable, Sendable {
    case working
    /// It cannot be read.
    case lost
    /// It shows the same for ever.
    case stuck
}

/// It shows the temperature around the machine and what the processor's load adds on the die.
struct SimulatedThermometer {
    private let character: ThermometerCharacter
    private let temperature: TemperatureProfile
    private let heat: ProcessorHeat?
    private var generator: SeededGenerator
    var condition = ThermometerCondition.working
    /// What it showed last.
    private var shown: Double?

    init(
        _ character: ThermometerCharacter,
        temperature: TemperatureProfile,
        heat: ProcessorHeat?,
        generator: SeededGenerator
    ) {
        self.character = character
        self.temperature = temperature
        self.heat = heat
        self.generator = generator
    }

    /// In °C; nil if it cannot be read.
    mutating func read(at time: NTPDuration) -> Double? {
        switch condition {
        case .working: break
        case .lost: return nil
        case .stuck: if let shown { return shown }
        }
        let celsius = temperature.celsius(at: time) + (heat?.die(at: time) ?? 0) + character.noise * generator.normal()
        shown = (celsius / character.quantum).rounded() * character.quantum
        return shown
    }
}
