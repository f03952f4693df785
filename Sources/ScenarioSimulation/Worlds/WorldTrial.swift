import Configuration
import NTPTime

/// A world and what is held against it.
package struct WorldTrial: Sendable {
    package let seed: UInt64
    package let lines: [String]

    package init(_ world: RandomWorld) {
        seed = world.seed
        lines = world.lines
    }

    init(seed: UInt64, lines: [String]) {
        self.seed = seed
        self.lines = lines
    }

    /// What must hold in every world.
    package static let limits: [Limit] = [
        Limit(figure: .broken, value: 0),
        Limit(figure: .withoutNeed, value: 1_800),
        Limit(figure: .unreadable, value: 0),
        Limit(figure: .stateChanges, value: 200),
    ]

    /// The scenario; nil if the lines are none.
    package var scenario: Scenario? {
        let text = lines.joined(separator: "\n") + "\n"
        let parsed = Scenario.parse(bytes: Array(text.utf8), file: "world")
        guard parsed.diagnostics.isEmpty, parsed.scenario.isWithinDataSheets else { return nil }
        var scenario = parsed.scenario
        scenario.limits = Self.limits
        return scenario
    }

    /// - Parameter tamper: changes the world before it begins.
    package func result(tamper: (SimulatedWorld) -> Void = { _ in }) -> WorldResult? {
        scenario.map { WorldResult($0.run(seed: seed, tamper: tamper)) }
    }
}

extension Scenario {
    /// Of a crystal that is warmed up, in s/s per second.
    private static let fastestChange = 0.05e-6
    /// Of a DS3231 from -40 to 85 °C, and of a bare crystal at 25 °C.
    private static let fastestDS3231 = Frequency.ppm(3.5)
    private static let fastestCrystal = Frequency.ppm(20)

    /// Whether crystal and chip are what they may be.
    fileprivate var isWithinDataSheets: Bool {
        if let rtc {
            if !rtc.isStopped, rtc.offset.magnitude > .seconds(1) { return false }
            let fastest = rtc.chip == .ds3231 ? Self.fastestDS3231 : Self.fastestCrystal
            if abs(rtc.oscillator.frequency.fraction) > fastest.fraction { return false }
        }
        let coefficient = abs(oscillator.coefficient.fraction)
        let byLoad = (load?.fastestChange ?? 0) * coefficient
        guard case .table(let points) = temperature else { return byLoad <= Self.fastestChange }
        return zip(points, points.dropFirst()).allSatisfy { from, to in
            abs(to.celsius - from.celsius) * coefficient
                <= (Self.fastestChange - byLoad) * (to.time - from.time).seconds
        }
    }
}

/// What came of a world: a line of text for whoever has let it run.
package struct WorldResult: Equatable, Sendable {
    package var seed: UInt64
    package var broken: Int64
    package var closest: Double
    /// In s; -1 if no promise was broken.
    package var firstBroken: Double
    /// In s.
    package var withoutNeed: Double
    package var stateChanges: Int64
    package var unreadable: Int64
    /// Samples while the machine was on, and those in which time was served.
    package var on: Int64
    package var served: Int64
    package var gaveUp: Bool
    /// Whether all could have held; otherwise nothing is held against it.
    package var isFair: Bool

    package init(_ result: ScenarioResult) {
        seed = result.seed
        broken = result.promises.broken
        closest = result.promises.closest
        firstBroken = result.promises.firstBroken?.seconds ?? -1
        withoutNeed = result.promises.withoutNeed.seconds
        stateChanges = result.promises.stateChanges
        unreadable = result.unreadable
        on = result.on
        served = result.served
        gaveUp = result.panic != nil
        isFair = result.promises.isFair
    }

    package var text: String {
        "\(seed) \(broken) \(closest) \(firstBroken) \(withoutNeed) \(stateChanges) \(unreadable) \(on) \(served) "
            + "\(gaveUp ? 1 : 0) \(isFair ? 1 : 0)"
    }

    package init?(_ text: Substring) {
        let fields = text.split(separator: " ")
        guard fields.count == 11, let seed = UInt64(fields[0]) else { return nil }
        var numbers: [Double] = []
        for field in fields.dropFirst() {
            guard let number = Double(String(field)) else { return nil }
            numbers.append(number)
        }
        self.seed = seed
        broken = Int64(numbers[0])
        closest = numbers[1]
        firstBroken = numbers[2]
        withoutNeed = numbers[3]
        stateChanges = Int64(numbers[4])
        unreadable = Int64(numbers[5])
        on = Int64(numbers[6])
        served = Int64(numbers[7])
        gaveUp = numbers[8] != 0
        isFair = numbers[9] != 0
    }

    /// Whether everything has held that must.
    package var isGood: Bool { fault == nil }

    /// What has not held.
    package var fault: Fault? {
        guard isFair else { return nil }
        if gaveUp { return .gaveUp }
        if broken > 0 { return .broken }
        if unreadable > 0 { return .unreadable }
        if withoutNeed > Self.limit(.withoutNeed) { return .withoutNeed }
        if Double(stateChanges) > Self.limit(.stateChanges) { return .stateChanges }
        return nil
    }

    package enum Fault: String, Sendable {
        case gaveUp = "gave up"
        case broken = "bound broken"
        case unreadable = "state file unreadable"
        case withoutNeed = "unsynchronised without need"
        case stateChanges = "too many state changes"

        /// What shows it; nil if no figure does.
        package var figure: Figure? {
            switch self {
            case .gaveUp: nil
            case .broken: .broken
            case .unreadable: .unreadable
            case .withoutNeed: .withoutNeed
            case .stateChanges: .stateChanges
            }
        }
    }

    fileprivate static func limit(_ figure: Figure) -> Double {
        WorldTrial.limits.first { $0.figure == figure }?.value ?? .infinity
    }
}
