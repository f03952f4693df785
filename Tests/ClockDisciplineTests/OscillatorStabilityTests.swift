import NTPTime
import Testing

@testable import ClockDiscipline

@Suite struct `What the oscillator may do` {
    private func bound(_ stability: OscillatorStability, over seconds: Double) -> Double {
        stability.allowance.phase(over: .seconds(seconds)).seconds
    }

    private func watched(_ hours: Double, change: Frequency = .zero) -> OscillatorStability {
        var stability = OscillatorStability()
        stability.note(change, at: .zero)
        stability.note(.zero, at: .zero + .seconds(hours * 3_600))
        return stability
    }

    /// A processor's load warms a crystal of 0.2 ppm/°C up by 21 °C in 216 s, as in warm-up.scenario.
    @Test(arguments: [16.0, 64, 216, 1_024]) func `covers a crystal that is warmed up before anything is known`(
        seconds: Double
    ) {
        let ramp = 4.2e-6 / 216
        let truth = seconds < 216 ? ramp * seconds * seconds / 2 : 4.2e-6 * (seconds - 108)
        #expect(bound(OscillatorStability(), over: seconds) > truth)
    }

    @Test func `is little soon after a sample, and less for one that was seen to keep still`() {
        #expect(bound(OscillatorStability(), over: 32) < 60e-6)
        #expect(bound(watched(24), over: 1_024) < bound(OscillatorStability(), over: 1_024) * 0.75)
        #expect(bound(watched(240), over: 1_024) < 3.1e-6 * 1_024)
        #expect(bound(watched(2_400), over: 1_024) > 1e-6 * 1_024)
    }

    @Test func `is what it has done, and more, until that lies long back`() {
        #expect(bound(watched(0, change: .ppm(8)), over: 100) >= 16e-6 * 100)
        #expect(bound(watched(4, change: .ppm(8)), over: 100) >= 7.9e-6 * 100)
        #expect(bound(watched(100, change: .ppm(8)), over: 10) < 2e-6 * 10)
    }

    /// A crystal whose load was predicted for days, and is predicted no longer.
    @Test func `is no less for being predicted than what was predicted`() {
        var stability = watched(240)
        let calm = stability.allowance
        stability.notePredicted(.ppm(4), at: .zero + .seconds(240 * 3_600))
        #expect(stability.allowance.rate == calm.rate && stability.allowance.ceiling == .ppm(8))
        stability.loseThermometer()
        #expect(stability.allowance.rate == .ppm(8) && stability.allowance.ceiling == .ppm(8))
    }

    @Test func `a wider allowance keeps its age, and is never narrowed`() {
        var allowance = OscillatorAllowance(rate: .ppm(3), ceiling: .ppm(4), age: .seconds(300))
        allowance.widen(to: OscillatorAllowance(rate: .ppm(2), ceiling: .ppm(10)))
        #expect(allowance == OscillatorAllowance(rate: .ppm(3), ceiling: .ppm(10), age: .seconds(300)))
    }

    @Test func `goes on where it was when an estimate is made of an older one`() {
        let allowance = OscillatorAllowance.cautious
        var aged = allowance
        aged.age = .seconds(300)
        for seconds in [10.0, 100, 1_000] {
            let whole = allowance.phase(over: .seconds(300 + seconds)) - allowance.phase(over: .seconds(300))
            #expect((aged.phase(over: .seconds(seconds)) - whole).magnitude < .nanoseconds(2))
        }
        #expect(allowance.phase(over: .seconds(-100)) == allowance.phase(over: .seconds(100)))
    }

    @Test func `a change is what neither queue nor noise explain`() {
        var statistics = SourceStatistics(prior: .remembered(.zero))
        func sample(_ seconds: Double, off: Double = 0, delay: Double = 1e-4) -> ClockSample {
            ClockSample(
                moment: .zero + .seconds(seconds),
                date: NTPDate(unixSeconds: 1_800_000_000) + .seconds(seconds + off),
                delay: .seconds(delay),
                dispersion: .microseconds(1)
            )
        }
        #expect(statistics.frequencyChange(before: sample(0)) == .zero)
        for poll in 0..<20 { statistics.add(sample(Double(poll) * 64)) }
        #expect(statistics.frequencyChange(before: sample(1_280)) == .zero)
        #expect(statistics.frequencyChange(before: sample(1_280, off: 1e-3, delay: 3e-3)) == .zero)
        let change = statistics.frequencyChange(before: sample(1_280, off: 640e-6))
        #expect(change > .ppm(8) && change <= .ppm(10))
        #expect(statistics.frequencyChange(before: sample(1_280, off: -640e-6)) == change)
        #expect(statistics.frequencyChange(before: sample(1_000, off: 1)) == .zero)
    }
}
