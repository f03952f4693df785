import NTPTime
import Testing

@testable import ScenarioSimulation

/// Overlapping Allan deviation of phases, in s, that are `interval` s apart, over `count` intervals.
func allanDeviation(_ phases: [[Double]], _ interval: Double, _ count: Int) -> Double {
    var sum = 0.0
    var terms = 0
    for phases in phases {
        for index in 0..<(phases.count - 2 * count) {
            let second = phases[index + 2 * count] - 2 * phases[index + count] + phases[index]
            sum += second * second
            terms += 1
        }
    }
    return (sum / (2 * Double(terms))).squareRoot() / (interval * Double(count))
}

private let interval = 500.0

/// Of noise with a floor of 1, `days` long, for each of the seeds.
private func phases(_ seeds: ClosedRange<UInt64>, days: Double, step: Double) -> [[Double]] {
    seeds.map { seed in
        var noise = FlickerNoise(floor: 1, generator: SeededGenerator(seed: seed, stream: 6))
        var phases = [0.0]
        for _ in 0..<Int(days * 86_400 / interval) {
            var phase = phases[phases.count - 1]
            for _ in 0..<Int(interval / step) { phase += noise.mean(overNext: step) * step }
            phases.append(phase)
        }
        return phases
    }
}

@Suite struct `Flicker noise` {
    private static let long = phases(1...12, days: 60, step: 50)

    /// Seeds 1 to 12. With 12 x 52 independent spans of the longest, an estimate's own scatter is 4 %.
    @Test(arguments: [1_000.0, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000])
    func `has its floor as its Allan deviation, from 1,000 to 100,000 s`(span: Double) {
        let found = allanDeviation(Self.long, interval, Int(span / interval))
        #expect(abs(found - 1) < 0.12, "\(found) over \(span) s")
    }

    @Test(arguments: [(10.0, 3.0), (100, 900), (2e4, 2e6), (1e-3, 5e-3), (1e5, 1e-2)])
    func `is the same however a span is cut`(first: Double, second: Double) {
        for constant in [16.0, 4_096, 4_194_304] {
            let (a, b) = (GaussMarkovStep(part: first / constant), GaussMarkovStep(part: second / constant))
            let whole = GaussMarkovStep(part: (first + second) / constant)
            let (share, rest) = (first / (first + second), second / (first + second))
            #expect(abs(a.kept * b.kept - whole.kept) < 1e-12)
            #expect(abs(share * a.carried + rest * a.kept * b.carried - whole.carried) < 1e-12)
            // What chance adds to the end and to the mean, by the three of the four deviates that have a part in either.
            let end = (b.kept * a.endDeviation, b.endDeviation)
            let mean = (share * a.sharedDeviation + rest * b.carried * a.endDeviation, rest * b.sharedDeviation)
            let own = (share * a.ownDeviation, rest * b.ownDeviation)
            let endVariance = end.0 * end.0 + end.1 * end.1
            let meanVariance = mean.0 * mean.0 + mean.1 * mean.1 + own.0 * own.0 + own.1 * own.1
            let covariance = end.0 * mean.0 + end.1 * mean.1
            let wholeMean = whole.sharedDeviation * whole.sharedDeviation + whole.ownDeviation * whole.ownDeviation
            #expect(abs(endVariance / (whole.endDeviation * whole.endDeviation) - 1) < 1e-6)
            #expect(abs(meanVariance / wholeMean - 1) < 1e-6)
            #expect(abs(covariance / (whole.endDeviation * whole.sharedDeviation) - 1) < 1e-6)
        }
    }

    @Test func `is the seed's alone`() {
        #expect(phases(3...3, days: 1, step: 50) == phases(3...3, days: 1, step: 50))
        #expect(phases(3...3, days: 1, step: 50) != phases(4...4, days: 1, step: 50))
    }

    @Test func `is not there with a floor of 0`() {
        var noise = FlickerNoise(floor: 0, generator: SeededGenerator(seed: 1, stream: 6))
        #expect(noise.mean(overNext: 32) == 0)
    }
}
