import Foundation
import NTPTime
import Support
import Testing

@testable import ClockDiscipline

/// Uniform within 0..<1, then exponential and normal by it.
private struct Chance {
    var generator: SplitMix
    mutating func exponential(_ mean: Double) -> Double { -mean * log(1 - .random(in: 0..<1, using: &generator)) }
    mutating func normal() -> Double {
        (-2 * log(1 - Double.random(in: 0..<1, using: &generator))).squareRoot()
            * cos(2 * .pi * Double.random(in: 0..<1, using: &generator))
    }
}

@Suite struct `The oscillator's filter` {
    @Test func `knows as much as the samples say, and no more`() {
        // Squared errors in units of the filter's own variance are 1 on average.
        let wander = WanderHypothesis(wander: 1e-8, driftWander: 0)
        var chance = Chance(generator: SplitMix(state: 4))
        var squares = 0.0
        let runs = 400
        for _ in 0..<runs {
            var phase = 0.0
            var frequency = 5e-6 * chance.normal()
            var filter = OscillatorFilter(frequency: 0, frequencyError: 5e-6)
            for _ in 0..<40 {
                for _ in 0..<64 {
                    phase += frequency + 0.5e-8 * chance.normal() / 3.squareRoot()
                    frequency += 1e-8 * chance.normal()
                }
                filter.advance(by: 64, wander)
                let innovation = phase + 50e-6 * chance.normal() - filter.phase
                _ = filter.correct(by: innovation, variance: 2.5e-9)
            }
            let error = filter.phase - phase
            squares += error * error / filter.phaseVariance
        }
        #expect(abs(squares / Double(runs) - 1) < 0.25)
    }

    @Test func `passes time in one step as in many`() {
        let wander = WanderHypothesis(wander: 3e-9, driftWander: 2e-12)
        var once = OscillatorFilter(frequency: 1e-6, frequencyError: 1e-7)
        _ = once.correct(by: 0, variance: 1e-10)
        var often = once
        once.advance(by: 640, wander)
        for _ in 0..<10 { often.advance(by: 64, wander) }
        #expect(abs(once.phaseVariance / often.phaseVariance - 1) < 1e-9)
        #expect(abs(once.frequencyVariance / often.frequencyVariance - 1) < 1e-9)
        #expect(abs(once.phase - often.phase) < 1e-15)
    }
}

@Suite struct `The delays of a path` {
    @Test func `show its base and how the offsets scatter`() {
        var chance = Chance(generator: SplitMix(state: 8))
        let delays = (0..<64).map { _ in 2e-3 + chance.exponential(1e-4) + chance.exponential(1e-4) }
        let path = PathStatistics(delays[...])
        #expect(abs(path.base - 2e-3) < 3e-5)
        // The variance of half the difference of two exponential delays is half of their mean's square.
        #expect((0.5...2).contains(path.spread / 0.5e-8))
    }

    @Test func `tell a longer path from longer queues`() {
        var chance = Chance(generator: SplitMix(state: 8))
        let old = (0..<32).map { _ in 2e-3 + chance.exponential(1e-5) }
        let longer = (0..<8).map { _ in 3e-3 + chance.exponential(1e-5) }
        let queued = (0..<8).map { _ in 2e-3 + chance.exponential(1e-3) + chance.exponential(1e-3) }
        #expect(PathStatistics.newPath(in: (old + longer)[...]) == 8)
        #expect(PathStatistics.newPath(in: (old + queued)[...]) == 0)
        #expect(PathStatistics.newPath(in: (old + longer.dropLast())[...]) == 0)
        #expect(PathStatistics.newPath(in: longer[...]) == 0)
    }
}

@Suite struct `What a delay says of a sample` {
    /// Root mean square error of the estimate after each of many samples, 64 s apart, over an oscillator that wanders by
    /// 1e-9, with `queues` giving the delays of the way there and back.
    private func error(_ queues: (inout Chance) -> (forth: Double, back: Double)) -> Double {
        var chance = Chance(generator: SplitMix(state: 12))
        var statistics = SourceStatistics(prior: .unknown)
        var phase = 0.0
        var frequency = 3e-6
        var squares = 0.0
        for poll in 0..<400 {
            let moment = MonotonicTime.zero + .seconds(Double(poll) * 64)
            let (forth, back) = queues(&chance)
            let truth = Path.epoch + moment.sinceStart + .seconds(phase)
            statistics.add(
                ClockSample(
                    moment: moment,
                    date: truth + .seconds((forth - back) / 2),
                    delay: .seconds(2e-4 + forth + back),
                    dispersion: .microseconds(0.1)
                )
            )
            if poll >= 100, let estimate = statistics.estimate {
                let error = (estimate.date(at: moment) - truth).seconds
                squares += error * error
            }
            phase += frequency * 64
            frequency += 8e-9 * chance.normal()
        }
        return (squares / 300).squareRoot()
    }

    @Test func `makes the estimate far better than the samples`() {
        // A single sample is off by 71 µs; a filter that is told the noise's variance reaches 23 µs.
        #expect(error { ($0.exponential(1e-4), $0.exponential(1e-4)) } < 17e-6)
    }

    @Test(arguments: [true, false]) func `is learned to be one way's alone`(isForth: Bool) {
        // Every sample is off by half of its excess, 50 µs on average: weighing alone would not get below 15 µs.
        let error = error { chance in
            let queue = chance.exponential(1e-4)
            return isForth ? (queue, 0) : (0, queue)
        }
        #expect(error < 10e-6)
    }

    @Test func `is not believed where it says nothing`() {
        // Noise of the stamps: a filter that is told so reaches 24 µs.
        #expect(error { (1e-4 * $0.normal(), 1e-4 * $0.normal()) } < 36e-6)
    }
}
