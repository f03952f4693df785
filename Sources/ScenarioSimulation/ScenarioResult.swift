import NTPTime

/// What came of one run of a scenario.
package struct ScenarioResult: Equatable, Sendable {
    package var seed: UInt64
    /// The served time in the steady window.
    package var steady: ErrorFigures?
    /// The served time before it, from 210 s on.
    package var settling: ErrorFigures?
    /// Root mean square of the clock's rate error in the steady window, while time was served.
    package var frequencyError: Frequency?
    /// When the clock's error fell below the limit and stayed there for at least a minute.
    package var timeToMillisecond: NTPDuration?
    package var timeToTenthMillisecond: NTPDuration?
    package var packets: Int64
    /// Of the clock, by the engine.
    package var steps: Int64
    /// Samples while the machine was on.
    package var on: Int64
    /// Those of them in which time was served.
    package var served: Int64
    /// What was promised, and kept or not.
    package var promises: PromiseWatch
    /// State files that could not be read although nobody had damaged them.
    package var unreadable: Int64
    /// The median of the bound in the steady window over the rms error.
    package var boundRatio: Double?
    /// When the engine gave up, the offset being beyond the panic limit.
    package var panic: NTPDuration?

    package struct ErrorFigures: Equatable, Sendable {
        package var rms: NTPDuration
        package var maximum: NTPDuration
    }
}

/// Makes the figures of a run out of its samples.
struct Recorder {
    private let steadyWindow: Scenario.Window
    private let settlingWindow: Scenario.Window
    private var steady = ErrorSum()
    private var settling = ErrorSum()
    private var frequencySquares = 0.0
    private var frequencies: Int64 = 0
    private var toMillisecond = SettlingTime(limit: .milliseconds(1))
    private var toTenthMillisecond = SettlingTime(limit: .milliseconds(0.1))
    private var on: Int64 = 0
    private var served: Int64 = 0
    private var bounds: [NTPDuration] = []

    init(_ scenario: Scenario) {
        steadyWindow = scenario.steadyWindow
        settlingWindow = scenario.settlingWindow
    }

    mutating func add(_ sample: ScenarioSample) {
        toMillisecond.add(sample)
        toTenthMillisecond.add(sample)
        guard let error = sample.error else { return }
        on += 1
        guard let bound = sample.bound else { return }
        served += 1
        if settlingWindow.contains(sample.time) { settling.add(error) }
        guard steadyWindow.contains(sample.time) else { return }
        steady.add(error)
        bounds.append(bound)
        if let frequency = sample.frequencyError {
            frequencySquares += frequency.fraction * frequency.fraction
            frequencies += 1
        }
    }

    func result(of world: SimulatedWorld, _ promises: PromiseWatch, seed: UInt64) -> ScenarioResult {
        let figures = steady.figures
        return ScenarioResult(
            seed: seed,
            steady: figures,
            settling: settling.figures,
            frequencyError: frequencies > 0
                ? Frequency(fraction: (frequencySquares / Double(frequencies)).squareRoot()) : nil,
            timeToMillisecond: toMillisecond.result,
            timeToTenthMillisecond: toTenthMillisecond.result,
            packets: Int64(world.servers.reduce(0) { $0 + $1.requests.count }),
            steps: Int64(world.steps.count),
            on: on,
            served: served,
            promises: promises,
            unreadable: world.unreadable,
            boundRatio: figures.flatMap { figures in
                median(bounds).map { $0.seconds / max(figures.rms.seconds, 1e-9) }
            },
            panic: world.panic
        )
    }
}

/// The middle one, the lower of the two middle ones, or nil if there are none.
func median<Value: Comparable>(_ values: [Value]) -> Value? {
    values.isEmpty ? nil : values.sorted()[(values.count - 1) / 2]
}

private struct ErrorSum {
    private var squares = 0.0
    private var count: Int64 = 0
    private var maximum = NTPDuration.zero

    mutating func add(_ error: NTPDuration) {
        squares += error.seconds * error.seconds
        count += 1
        maximum = max(maximum, error.magnitude)
    }

    var figures: ScenarioResult.ErrorFigures? {
        guard count > 0 else { return nil }
        return ScenarioResult.ErrorFigures(rms: .seconds((squares / Double(count)).squareRoot()), maximum: maximum)
    }
}

/// The first time from which the error stays below a limit for a minute.
private struct SettlingTime {
    let limit: NTPDuration
    private(set) var result: NTPDuration?
    private var since: NTPDuration?

    init(limit: NTPDuration) { self.limit = limit }

    private static let patience = NTPDuration.seconds(60)

    mutating func add(_ sample: ScenarioSample) {
        guard result == nil else { return }
        guard let error = sample.error, error.magnitude < limit else {
            since = nil
            return
        }
        let since = since ?? sample.time
        self.since = since
        if sample.time - since >= Self.patience { result = since }
    }
}
