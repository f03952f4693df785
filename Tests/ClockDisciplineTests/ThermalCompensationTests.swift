import HAL
import NTPTime
import Testing

@testable import ClockDiscipline

/// A crystal beside a thermometer, compared with UTC now and then.
private struct Crystal {
    let ppmPerDegree: Double
    var compensation = ThermalCompensation()
    private(set) var elapsed = 0.0
    /// UTC − oscillator.
    private(set) var gained = 0.0
    private let swing: Double
    /// What the compensation has foretold to be gained.
    var foretold: Double { compensation.gain(at: moment).phase.seconds }
    var moment: MonotonicTime { .zero + .seconds(1_000 + elapsed) }
    var reading: ClockReading {
        ClockReading(monotonic: moment, date: NTPDate(unixSeconds: 1_800_000_000) + .seconds(elapsed + gained))
    }

    init(ppmPerDegree: Double, swing: Double = 5) {
        self.ppmPerDegree = ppmPerDegree
        self.swing = swing
    }

    func celsius(at elapsed: Double) -> Double { 30 + swing * Elementary.sine(turns: elapsed / 86_400) }

    /// A reading each minute, a sample each `interval`, with an error of up to 100 µs.
    mutating func run(for seconds: Double, sampling interval: Double? = 960, seed: UInt64 = 1) {
        var random = seed
        let end = elapsed + seconds
        while elapsed < end {
            let quarters = (celsius(at: elapsed) * 4).rounded() / 4
            _ = compensation.note(celsius: quarters, at: moment)
            if let interval, elapsed.truncatingRemainder(dividingBy: interval) == 0 {
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let error = (Double(random >> 40) / 16_777_216 - 0.5) * 2e-4
                var sample = reading
                sample.date += .seconds(error)
                compensation.learn(sample, deviation: .microseconds(58))
            }
            gained += (12e-6 + ppmPerDegree * 1e-6 * (celsius(at: elapsed + 30) - 25)) * 60
            elapsed += 60
        }
    }
}

@Suite struct `The oscillator by the thermometer` {
    @Test(arguments: [-0.8, -0.1, 0.04, 0.4]) func `is learned within two days`(ppmPerDegree: Double) throws {
        var crystal = Crystal(ppmPerDegree: ppmPerDegree)
        crystal.run(for: 2 * 86_400)
        let estimate = try #require(crystal.compensation.estimate)
        #expect(abs(estimate.coefficient.ppm - ppmPerDegree) < 0.01)
        #expect(estimate.deviation < .ppm(0.05))
        // A small dependence may as well be the crystal's wander.
        #expect(crystal.compensation.isUsed == (abs(ppmPerDegree) > 0.3))
    }

    @Test func `is foretold when no sample comes any more`() {
        var crystal = Crystal(ppmPerDegree: 0.4)
        crystal.run(for: 2 * 86_400)
        let gained = crystal.gained
        let foretold = crystal.foretold
        let rate = crystal.compensation.gain(at: crystal.moment).rate
        // At 48 h the sine begins anew; over half a day the temperature adds 55 ms to what the rate alone would.
        let present = 12e-6 + 0.4e-6 * (30 - 25)
        crystal.run(for: 43_200, sampling: nil)
        let byTemperature = crystal.gained - gained - present * 43_200
        let told = crystal.foretold - foretold - rate.fraction * 43_200
        #expect(byTemperature > 0.05 && abs(told - byTemperature) < 0.003)
    }

    @Test func `is left alone if it does not follow`() {
        var crystal = Crystal(ppmPerDegree: 0)
        crystal.run(for: 2 * 86_400)
        #expect(!crystal.compensation.isUsed && crystal.foretold == 0)
    }

    @Test func `is left alone while nothing is known of UTC`() {
        var crystal = Crystal(ppmPerDegree: 0.4)
        crystal.run(for: 86_400, sampling: nil)
        #expect(crystal.compensation.estimate == nil && crystal.foretold == 0)
    }

    @Test func `UTC that jumps costs no more than its phase`() throws {
        var crystal = Crystal(ppmPerDegree: 0.4)
        crystal.run(for: 2 * 86_400)
        var jumped = crystal.reading
        jumped.date += .seconds(5)
        crystal.compensation.learn(jumped, deviation: .microseconds(58))
        crystal.run(for: 86_400)
        let estimate = try #require(crystal.compensation.estimate)
        #expect(abs(estimate.coefficient.ppm - 0.4) < 0.01)
    }

    @Test func `a changed frequency holds from then on, and makes nothing surer`() {
        var estimate = ClockEstimate(
            moment: .zero + .seconds(100),
            date: NTPDate(unixSeconds: 1_800_000_000),
            frequency: .ppm(10),
            phaseError: .microseconds(20),
            frequencyError: .ppm(0.01)
        )
        let before = estimate
        let moment = MonotonicTime.zero + .seconds(1_100)
        estimate.changeFrequency(by: .ppm(2), at: moment)
        #expect((estimate.date(at: moment) - before.date(at: moment)).magnitude < .seconds(1e-9))
        let later = moment + .seconds(500)
        #expect((estimate.date(at: later) - before.date(at: later) - .seconds(0.001)).magnitude < .seconds(1e-9))
        #expect(estimate.phaseError(at: later) == before.phaseError(at: later))
    }
}
