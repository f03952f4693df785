import NTPTime
import Testing

@testable import ClockDiscipline

@Suite struct `A clock computed over the oscillator` {
    let start = ClockReading(monotonic: .zero + .seconds(1_000), date: NTPDate(unixSeconds: 1_800_000_000))

    private func offset(_ clock: ClockTrajectory, after seconds: Double) -> Double {
        let elapsed = NTPDuration.seconds(seconds)
        return (clock.date(at: start.monotonic + elapsed) - (start.date + elapsed)).seconds
    }

    @Test func `runs with the oscillator until it is steered`() {
        #expect(offset(ClockTrajectory(from: start), after: 86_400) == 0)
    }

    @Test func `spreads a slew evenly and ends it by itself`() {
        var clock = ClockTrajectory(from: start)
        clock.steer(
            ClockSteering(frequency: .ppm(10), slew: .seconds(0.1), duration: .seconds(100)),
            at: start.monotonic
        )
        #expect(abs(offset(clock, after: 50) - 0.0505) < 1e-9)
        #expect(abs(offset(clock, after: 100) - 0.101) < 1e-9)
        #expect(abs(offset(clock, after: 1_000) - 0.11) < 1e-9)
    }

    @Test func `a step ends a slew and keeps the frequency`() {
        var clock = ClockTrajectory(from: start)
        clock.steer(
            ClockSteering(frequency: .ppm(-5), slew: .seconds(1), duration: .seconds(10)),
            at: start.monotonic
        )
        clock.step(by: ClockStep(.seconds(-3)), at: start.monotonic + .seconds(5))
        #expect(abs(offset(clock, after: 5) - (0.5 - 3 - 25e-6)) < 1e-9)
        #expect(abs(offset(clock, after: 1_005) - (0.5 - 3 - 5.025e-3)) < 1e-9)
    }
}
