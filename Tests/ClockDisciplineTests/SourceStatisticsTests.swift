import Foundation
import NTPTime
import Support
import Testing

@testable import ClockDiscipline

/// Samples of a perfect server over paths with exponential queueing delay each way, by an oscillator that is off by
/// `frequency` (positive: the oscillator is slow).
struct Path {
    var frequency: Double
    var base: Double
    var jitter: Double
    var generator: SplitMix

    static let epoch = NTPDate(unixSeconds: 1_800_000_000)

    private mutating func queueing() -> Double {
        -jitter * log(1 - Double.random(in: 0..<1, using: &generator))
    }

    /// UTC when the oscillator shows `moment`.
    func date(at moment: MonotonicTime) -> NTPDate {
        Self.epoch + moment.sinceStart + Frequency(fraction: frequency) * moment.sinceStart
    }

    mutating func sample(at seconds: Double) -> ClockSample {
        let forth = base + queueing()
        let back = base + queueing()
        let sent = MonotonicTime.zero + .seconds(seconds)
        let serverDate = date(at: sent + .seconds(forth))
        return ClockSample(
            moment: sent + .seconds((forth + back) / 2),
            date: serverDate,
            delay: .seconds(forth + back),
            dispersion: .microseconds(1)
        )
    }
}

@Suite struct `Statistics of a source` {
    @Test func `nothing is estimated from nothing`() {
        #expect(SourceStatistics(prior: .unknown).estimate == nil)
    }

    @Test func `one sample is believed, with the frequency known before`() throws {
        var path = Path(frequency: 0, base: 1e-3, jitter: 0, generator: SplitMix(state: 1))
        var statistics = SourceStatistics(prior: .remembered(.ppm(-12)))
        let sample = path.sample(at: 0)
        statistics.add(sample)
        let estimate = try #require(statistics.estimate)
        #expect(estimate.date == sample.date && abs(estimate.frequency.ppm + 12) < 1e-9)
        #expect((statistics.delay - sample.delay).magnitude < .microseconds(1))
    }

    @Test func `a short burst does not upset a known frequency`() throws {
        var path = Path(frequency: 20e-6, base: 1e-3, jitter: 1e-3, generator: SplitMix(state: 7))
        var statistics = SourceStatistics(prior: .remembered(.ppm(20)))
        for second in stride(from: 0.0, to: 8, by: 2) { statistics.add(path.sample(at: second)) }
        #expect(abs(try #require(statistics.estimate).frequency.ppm - 20) < 5)
    }

    @Test(arguments: [-100e-6, -1e-6, 43e-6]) func `the frequency is found`(frequency: Double) throws {
        var path = Path(frequency: frequency, base: 1e-4, jitter: 1e-4, generator: SplitMix(state: 3))
        var statistics = SourceStatistics(prior: .unknown)
        for poll in 0..<40 { statistics.add(path.sample(at: Double(poll) * 64)) }
        let estimate = try #require(statistics.estimate)
        #expect(abs(estimate.frequency.fraction - frequency) < 0.2e-6)
    }

    @Test func `estimates stay within their bound, and near enough to it to be useful`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SplitMix(state: seed)
        var errors = 0.0
        var bounds = 0.0
        for _ in 0..<200 {
            var path = Path(
                frequency: Double.random(in: -100e-6...100e-6, using: &generator),
                base: Double.random(in: 1e-5...1e-2, using: &generator),
                jitter: Double.random(in: 1e-6...1e-3, using: &generator),
                generator: SplitMix(state: generator.next())
            )
            var statistics = SourceStatistics(prior: .unknown)
            for poll in 0..<Int.random(in: 1...80, using: &generator) {
                statistics.add(path.sample(at: Double(poll) * 16))
            }
            let estimate = try #require(statistics.estimate)
            let bound = TimeReference(
                estimate: estimate,
                rootDelay: statistics.delay,
                rootDispersion: statistics.dispersion,
                leap: .none
            )
            let moment = estimate.moment + .seconds(Double.random(in: 0...64, using: &generator))
            let error = (estimate.date(at: moment) - path.date(at: moment)).magnitude
            #expect(error <= bound.rootDistance(at: moment), "seed \(seed)")
            errors += error.seconds
            bounds += bound.rootDistance(at: moment).seconds
        }
        #expect(bounds < 200 * errors, "seed \(seed)")
    }

    @Test func `old samples do not count when the oscillator has changed its rate`() throws {
        var slow = Path(frequency: 10e-6, base: 1e-4, jitter: 1e-5, generator: SplitMix(state: 5))
        var statistics = SourceStatistics(prior: .unknown)
        for poll in 0..<40 { statistics.add(slow.sample(at: Double(poll) * 64)) }
        let turn = MonotonicTime.zero + .seconds(39 * 64)
        let shift = 2e-6
        for poll in 40..<70 {
            var sample = slow.sample(at: Double(poll) * 64)
            sample.date += Frequency(fraction: shift) * (sample.moment - turn)
            statistics.add(sample)
        }
        #expect(abs(try #require(statistics.estimate).frequency.ppm - 12) < 0.3)
    }

    @Test func `a jump of the source contradicts the line, its noise does not`() {
        var path = Path(frequency: 0, base: 1e-3, jitter: 1e-4, generator: SplitMix(state: 9))
        var statistics = SourceStatistics(prior: .remembered(.zero))
        for poll in 0..<10 { statistics.add(path.sample(at: Double(poll) * 16)) }
        var sample = path.sample(at: 160)
        #expect(statistics.contradiction(of: sample, allowance: .cautious) == nil)
        sample.date += .seconds(0.05)
        #expect((statistics.contradiction(of: sample, allowance: .cautious) ?? .zero) > .seconds(0.04))
    }

    @Test func `samples out of order and more than fit do no harm`() {
        var path = Path(frequency: 0, base: 1e-3, jitter: 0, generator: SplitMix(state: 2))
        var statistics = SourceStatistics(prior: .unknown)
        for poll in 0..<200 { statistics.add(path.sample(at: Double(poll))) }
        let newest = statistics.newest
        statistics.add(path.sample(at: 5))
        #expect(statistics.newest == newest && statistics.count <= SourceStatistics.capacity)
    }
}
