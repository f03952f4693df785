import NTPTime

/// A figure of a run that tables show and limits are set on, by its name in a scenario.
package enum Figure: String, CaseIterable, Sendable {
    /// Of the served time in the steady window, in s.
    case rms
    case maximum = "max"
    /// The same from 210 s to the steady window.
    case settlingRMS = "settling-rms"
    case settlingMaximum = "settling-max"
    /// Of the clock's rate in the steady window, root mean square.
    case frequencyError = "frequency-error"
    /// In s from the start.
    case timeToMillisecond = "time-to-1ms"
    case timeToTenthMillisecond = "time-to-0.1ms"
    case packets
    case steps
    /// Moments at which the error was beyond the served bound.
    case broken
    /// Largest share of the bound that an error took.
    case closest
    /// Median of the bound over the rms error, in the steady window.
    case boundRatio = "bound-ratio"
    /// The longest time without any to serve while an honest majority of servers answered.
    case withoutNeed = "without-need"
    case stateChanges = "state-changes"
    /// State files.
    case unreadable

    enum Unit {
        case time
        case frequency
        case count
        case ratio
    }

    var unit: Unit {
        switch self {
        case .rms, .maximum, .settlingRMS, .settlingMaximum, .timeToMillisecond, .timeToTenthMillisecond, .withoutNeed:
            .time
        case .frequencyError: .frequency
        case .packets, .steps, .broken, .stateChanges, .unreadable: .count
        case .closest, .boundRatio: .ratio
        }
    }

    /// Whether no run may break it.
    var isPromise: Bool {
        switch self {
        case .broken, .closest, .withoutNeed, .unreadable: true
        default: false
        }
    }

    /// In s, as a fraction or as a number; nil if the run has none.
    package func value(in result: ScenarioResult) -> Double? {
        switch self {
        case .rms: result.steady?.rms.seconds
        case .maximum: result.steady?.maximum.seconds
        case .settlingRMS: result.settling?.rms.seconds
        case .settlingMaximum: result.settling?.maximum.seconds
        case .frequencyError: result.frequencyError?.fraction
        case .timeToMillisecond: result.timeToMillisecond?.seconds
        case .timeToTenthMillisecond: result.timeToTenthMillisecond?.seconds
        case .packets: Double(result.packets)
        case .steps: Double(result.steps)
        case .broken: Double(result.promises.broken)
        case .closest: result.promises.closest
        case .withoutNeed: result.promises.withoutNeed.seconds
        case .stateChanges: Double(result.promises.stateChanges)
        case .unreadable: Double(result.unreadable)
        case .boundRatio: result.boundRatio
        }
    }
}

/// The most that a figure may be.
package struct Limit: Equatable, Sendable {
    package var figure: Figure
    package var value: Double
}

/// What came of a scenario with several seeds.
package struct ScenarioSummary: Sendable {
    package let scenario: Scenario
    /// One for each seed.
    package let results: [ScenarioResult]

    package init(_ scenario: Scenario, seeds: [UInt64]) {
        self.scenario = scenario
        results = seeds.map { scenario.run(seed: $0) }
    }

    package init(_ scenario: Scenario, results: [ScenarioResult]) {
        self.scenario = scenario
        self.results = results
    }

    /// The median over the seeds, where a run without the figure counts as worse than any; the worst of promises that
    /// no run may break.
    package func value(_ figure: Figure) -> Double? {
        let values = results.map { figure.value(in: $0) ?? .infinity }
        let value = figure.isPromise ? values.max() : median(values)
        return value.flatMap { $0.isFinite ? $0 : nil }
    }

    /// Whether every limit holds and no run ended before its time.
    package var isGood: Bool { failures.isEmpty && results.allSatisfy { $0.panic == nil } }

    /// The limits that do not hold.
    package var failures: [Limit] {
        scenario.limits.filter { limit in value(limit.figure).map { $0 > limit.value } ?? true }
    }
}
