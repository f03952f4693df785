import NTPTime
import Simulation

/// What the chip's crystal and its thermometer are exposed to, and what comes of it.
struct ChipConditions {
    private let character: RTCCharacter
    private let nature: DrawnChipNature
    private let temperature: TemperatureProfile
    private var flicker: FlickerNoise
    /// Of the crystal, in °C, when somebody last looked.
    private var celsius: Double
    /// Of the thermometer, which lags behind.
    private var thermometer: Double
    /// From -1, after cooling, to 1, after warming.
    private var direction = 0.0

    private static let day = 86_400.0
    private static let year = 365.25 * 86_400
    /// So much warming turns `direction` from -1 to 1, in °C. Assumed.
    private static let turn = 2.0

    init(
        _ character: RTCCharacter,
        _ nature: DrawnChipNature,
        _ temperature: TemperatureProfile,
        flicker: SeededGenerator
    ) {
        self.character = character
        self.nature = nature
        self.temperature = temperature
        self.flicker = FlickerNoise(floor: nature[.flicker], generator: flicker)
        celsius = temperature.celsius(at: .zero)
        thermometer = celsius
    }

    /// What the chip's thermometer measures, in °C, when somebody last looked.
    var shown: Double { thermometer + nature[.thermometerError] }

    /// The mean drift from `time` on, a time since the start, until `length` later, but for what the chip itself corrects. The
    /// temperature counts as that at `time`.
    ///
    /// Each call goes on where the one before it ended.
    ///
    /// - Parameter walk: the random walk of the drift; positive is fast.
    mutating func drift(from time: NTPDuration, for length: NTPDuration, walk: Double) -> Frequency {
        let celsius = temperature.celsius(at: time)
        direction = max(-1, min(1, direction + (celsius - self.celsius) * 2 / Self.turn))
        follow(to: celsius, for: length)
        self.celsius = celsius
        var drift =
            character.oscillator.frequency.fraction + walk
            + character.oscillator.coefficient.fraction * (celsius - TemperatureProfile.reference)
            + nature[.aging] * time.seconds / Self.year
        if let curve = nature.curve { drift += curve.shift(at: celsius).fraction }
        drift += nature[.hysteresis] * direction / 2
        if nature[.daily] != 0 {
            drift += nature[.daily] * Elementary.sine(turns: nature[.dailyPhase] + time.seconds / Self.day)
        }
        drift += flicker.mean(overNext: length.seconds)
        if let table = character.phaseTable {
            let start = nature[.tableStart] + time.seconds
            drift += (table.gain(at: start + length.seconds) - table.gain(at: start)) / length.seconds
        }
        return Frequency(fraction: drift)
    }

    /// The thermometer comes nearer to what the crystal has had since the last look, or shows what it has now if it does
    /// not lag.
    private mutating func follow(to present: Double, for length: NTPDuration) {
        let lag = nature[.thermometerLag]
        thermometer = lag > 0 ? celsius + (thermometer - celsius) * Elementary.exp(-length.seconds / lag) : present
    }
}

extension DrawnChipNature {
    /// The crystal's dependence on temperature; nil if a scenario's `coefficient` alone is.
    var curve: CrystalCurve? {
        self[.curvature] == 0 ? nil : CrystalCurve(curvature: self[.curvature], turnover: self[.turnover])
    }
}
