import NTPTime
import Testing

@testable import ClockDiscipline

@Suite struct `Correction of the clock` {
    private func correction(
        of offset: Double,
        limits: ClockLoop.Limits = ClockLoop.Limits(),
        on occasion: ClockLoop.Occasion
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
            on: occasion
        )
    }

    @Test(arguments: [
        (0.2, ClockLoop.Occasion.first, false), (-0.2, .first, false), (5_000, .load, false), (0.2, .later, true),
        (-900, .later, true), (20, .later, false), (-20, .later, false), (0.2, .displaced, false),
    ])
    func `steps at first, when the clock was displaced or cannot be served, and always if told so`(
        offset: Double,
        occasion: ClockLoop.Occasion,
        later: Bool
    ) {
        #expect(
            correction(of: offset, limits: ClockLoop.Limits(stepsLater: later), on: occasion)
                == .step(by: ClockStep(.seconds(offset)), then: ClockSteering(frequency: .ppm(7)))
        )
    }

    @Test(arguments: [
        (0.1, ClockLoop.Occasion.first), (-0.1, .load), (0.9, .later), (1e-6, .later), (-15, .later), (0.1, .displaced),
    ])
    func `slews otherwise, no faster than the limit`(offset: Double, occasion: ClockLoop.Occasion) throws {
        guard case .steer(let steering) = correction(of: offset, on: occasion) else {
            Issue.record("not a slew")
            return
        }
        #expect(steering.slew == .seconds(offset) && steering.duration >= .seconds(2))
        #expect((steering.slewingFrequency - .ppm(7)).magnitude.ppm <= ClockLoop.maximumSlew.ppm + 1e-6)
    }

    @Test func `panics beyond the limit, but for the first time with -g, and later only when told so`() {
        #expect(correction(of: 1_001, on: .first) == .panic(offset: .seconds(1_001)))
        for limits in [
            ClockLoop.Limits(allowsFirstPanic: true), ClockLoop.Limits(allowsFirstPanic: true, panicsLater: true),
        ] {
            guard case .step = correction(of: 1_001, limits: limits, on: .first),
                case .step = correction(of: 1_001, limits: limits, on: .load)
            else {
                Issue.record("-g did not allow the first step")
                return
            }
        }
        let ntpd = ClockLoop.Limits(allowsFirstPanic: true, panicsLater: true)
        for occasion in [ClockLoop.Occasion.later, .displaced] {
            #expect(correction(of: 1_001, limits: ntpd, on: occasion) == .panic(offset: .seconds(1_001)))
            guard case .step = correction(of: 1_001, on: occasion) else {
                Issue.record("not a step")
                return
            }
        }
    }

    @Test func `never steps and never panics when told so`() {
        let limits = ClockLoop.Limits(step: .zero, panic: .zero)
        guard case .steer = correction(of: 5_000, limits: limits, on: .first) else {
            Issue.record("not a slew")
            return
        }
    }
}
