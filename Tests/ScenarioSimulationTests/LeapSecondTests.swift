import ClockDiscipline
import NTPTime
import Testing

@testable import ScenarioSimulation

@Suite struct `A leap second` {
    private let midnight = CivilTime(year: 2029, month: 1, day: 1).date

    private func truth(_ kind: LeapSecond.Kind) -> TrueTime {
        var scenario = Scenario(name: "leap")
        scenario.start = midnight - .seconds(100_000)
        scenario.leapSecond = LeapSecond(kind, before: midnight)
        return TrueTime(scenario)
    }

    @Test func `comes twice when it is inserted, and is skipped when it is deleted`() {
        let insertion = truth(.insertion)
        #expect(insertion.date(at: .seconds(99_999.5)) == midnight - .seconds(0.5))
        #expect(insertion.date(at: .seconds(100_000.5)) == midnight - .seconds(0.5))
        #expect(insertion.date(at: .seconds(100_001)) == midnight)
        let deletion = truth(.deletion)
        #expect(deletion.date(at: .seconds(99_998.5)) == midnight - .seconds(1.5))
        #expect(deletion.date(at: .seconds(99_999)) == midnight)
    }

    @Test func `is announced on its day`() {
        let truth = truth(.insertion)
        #expect(truth.leapIndicator(at: .seconds(13_599)) == .none)
        #expect(truth.leapIndicator(at: .seconds(13_600)) == .insertion)
        #expect(truth.leapIndicator(at: .seconds(99_999)) == .insertion)
        #expect(truth.leapIndicator(at: .seconds(100_000)) == .none)
    }

    @Test(arguments: [LeapIndicator.insertion, .deletion])
    func `passes the client's clock as it does true time, without a bend in its slew`(kind: LeapIndicator) {
        let start = MonotonicTime.zero
        var clock = ClockTrajectory(from: ClockReading(monotonic: start, date: midnight - .seconds(10)))
        var plain = clock
        let slew = ClockSteering(frequency: .ppm(10), slew: .milliseconds(50), duration: .seconds(20))
        clock.steer(slew, at: start)
        plain.steer(slew, at: start)
        clock.announce(kind, at: start)
        let end = start + .seconds(15)
        let expected = plain.date(at: end) + .seconds(kind == .insertion ? -1 : 1)
        #expect(clock.date(at: end) == expected)
    }

    @Test func `does not come when it is taken back`() {
        var clock = ClockTrajectory(from: ClockReading(monotonic: .zero, date: midnight - .seconds(10)))
        clock.announce(.insertion, at: .zero)
        clock.announce(.none, at: .zero + .seconds(5))
        #expect(clock.date(at: .zero + .seconds(15)) == midnight + .seconds(5))
    }
}
