import Configuration

/// What a clock chip has beside its drift and its kind, by its word in a scenario.
package enum ChipTrait: String, CaseIterable, Sendable {
    /// Floor of the Allan deviation that the flicker noise of its frequency has.
    case flicker
    /// Standard deviation of the white noise in the phase of its square wave's edges, in s.
    case edgeJitter = "edge-jitter"
    /// Change of its crystal's rate with the square of the distance from `turnover`, in 1/°C².
    case curvature
    /// Temperature of the crystal's highest rate, in °C.
    case turnover
    /// What its thermometer shows and corrects by, less the temperature that it was calibrated for, in °C.
    case thermometerError = "thermometer-error"
    /// Time constant by which the thermometer follows the crystal, in s.
    case thermometerLag = "thermometer-lag"
    /// The rate after two degrees of warming less that after two degrees of cooling, at the same temperature.
    case hysteresis
    /// By how much one step of the aging register slows it at 25 °C.
    case trimStep = "trim-step"
    /// By which share of it `trimStep` grows with each °C.
    case trimStepGrowth = "trim-step-growth"
    /// The rate on the backup cell less that on the supply.
    case batteryShift = "battery-shift"
    /// Growth of the drift in a year.
    case aging
    /// Amplitude of a sine of the drift with a period of a day that follows no temperature.
    case daily
    /// Turns of that sine at the start; 0.25 starts at its peak.
    case dailyPhase = "daily-phase"
    /// Where in its phase table the chip starts, in s after the table's first point.
    case tableStart = "table-start"

    enum Unit: Equatable {
        /// A number with no unit of the scenario's, within limits.
        case number(ClosedRange<Double>)
        /// A time of at least 0.
        case time
        case frequency
    }

    var unit: Unit {
        switch self {
        case .flicker: .number(0...1e-6)
        case .turnover: .number(-100...150)
        case .thermometerError: .number(-10...10)
        case .trimStepGrowth: .number(-0.1...0.1)
        case .dailyPhase: .number(-1...1)
        case .edgeJitter, .thermometerLag, .tableStart: .time
        case .curvature, .hysteresis, .trimStep, .batteryShift, .aging, .daily: .frequency
        }
    }

    /// Whether a chip of this kind has it. A PCF85063A has no thermometer, and steps of trim that the crystal has no part in.
    func belongs(to chip: RTCChipName) -> Bool {
        switch self {
        case .edgeJitter: chip.hasSquareWave
        case .thermometerError, .thermometerLag, .trimStep, .trimStepGrowth: chip == .ds3231
        default: true
        }
    }

    /// In an ideal chip.
    var ideal: Spread {
        switch self {
        case .turnover: Spread(25)
        case .trimStep: Spread(0.1e-6)
        default: Spread(0)
        }
    }

    /// In a chip that is true to life, as far as is known; docs/simulation.md has the sources.
    func lifelike(of chip: RTCChipName) -> Spread {
        switch self {
        case .flicker: Spread(1.1e-8)
        case .edgeJitter: Spread(0.1e-6)
        case .curvature: Spread(-0.0385e-6, -0.0315e-6)
        case .turnover: Spread(20, 30)
        case .thermometerError: Spread(-0.25, 0.25)
        case .thermometerLag: Spread(30)
        case .hysteresis: Spread(0.02e-6)
        case .trimStep: Spread(0.05e-6, 0.12e-6)
        case .trimStepGrowth: Spread(-0.005, 0.005)
        case .batteryShift: Spread(-0.3e-6, 0.3e-6)
        case .aging: chip == .ds3231 ? Spread(-1e-6, 1e-6) : Spread(-3e-6, 3e-6)
        case .daily, .dailyPhase, .tableStart: ideal
        }
    }
}

/// The traits of a chip as a scenario has them.
package struct ChipNature: Equatable, Sendable {
    private var spreads: [Spread]

    package static let ideal = ChipNature { $0.ideal }
    package static func lifelike(_ chip: RTCChipName) -> ChipNature { ChipNature { $0.lifelike(of: chip) } }

    private init(_ spread: (ChipTrait) -> Spread) { spreads = ChipTrait.allCases.map(spread) }

    package subscript(_ trait: ChipTrait) -> Spread {
        get { spreads[trait.index] }
        set { spreads[trait.index] = newValue }
    }

    /// One chip of those that the scenario allows, as the seed has it.
    func drawn(_ generator: inout SeededGenerator) -> DrawnChipNature {
        var values: [Double] = []
        for spread in spreads { values.append(spread.draw(&generator)) }
        return DrawnChipNature(values: values)
    }
}

/// The traits of one chip.
struct DrawnChipNature {
    fileprivate let values: [Double]

    subscript(_ trait: ChipTrait) -> Double { values[trait.index] }
}

extension ChipTrait {
    fileprivate var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
