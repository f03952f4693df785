import NTPTime
import Testing

@testable import ClockDiscipline

@Suite struct `Correction of the clock` {
    private func correction(
        of offset: Double,
        limits: ClockLoop.Limits = ClockLoop.Limits(),
        isFirst: Bool
    ) -> ClockLoop.Action {
        let date = NTPDate(unixSeconds: 1_800_000_000)
        let estimate = ClockEstimate(
            moment: .zero,
            date: date + .seconds(offset),
            frequency: .ppm(7),
            phaseError: .zero,
            frequencyError: .zero
        )
        return ClockLoop(limits: limits).correct(
            ClockReading(monotonic: .zero, date: date),
            to: estimate,
            isFirst: isFirst
        )
    }

    @Test(arguments: [(0.2, true, false), (-0.2, true, false), (0.2, false, true), (-900, false, true)])
    func `steps when the first offset is large, and later if told so`(offset: Double, isFirst: Bool, later: Bool) {
        #expect(
            correction(of: offset, limits: ClockLoop.Limits(stepsLater: later), isFirst: isFirst)
                == .step(by: .seconds(offset), then: ClockSteering(frequency: .ppm(7)))
        )
    }

    @Test(arguments: [(0.1, true), (-0.1, true), (0.9, false), (1e-6, false), (-900, false)])
    func `slews otherwise, no faster than the limit`(offset: Double, isFirst: Bool) throws {
        guard case .steer(let steering) = correction(of: offset, isFirst: isFirst) else {
            Issue.record("not a slew")
            return
        }
        #expect(steering.slew == .seconds(offset) && steering.duration >= .seconds(2))
        #expect((steering.slewingFrequency - .ppm(7)).magnitude.ppm <= ClockLoop.maximumSlew.ppm + 1e-6)
    }

    @Test func `panics beyond the limit, but for the first time with -g`() {
        #expect(correction(of: 1_001, isFirst: true) == .panic(offset: .seconds(1_001)))
        let g = ClockLoop.Limits(allowsFirstPanic: true)
        #expect(correction(of: 1_001, limits: g, isFirst: false) == .panic(offset: .seconds(1_001)))
        guard case .step = correction(of: 1_001, limits: g, isFirst: true) else {
            Issue.record("-g did not allow the first step")
            return
        }
    }

    @Test func `never steps and never panics when told so`() {
        let limits = ClockLoop.Limits(step: .zero, panic: .zero)
        guard case .steer = correction(of: 5_000, limits: limits, isFirst: true) else {
            Issue.record("not a slew")
            return
        }
    }
}
