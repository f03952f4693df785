import ClockDiscipline
import NTPEngine
import NTPTime
import Testing

@testable import ScenarioSimulation

private let lan = """
    duration    2h
    steady      30min 2h
    clock       offset 10ms
    oscillator  frequency 10ppm wander 1e-9
    server      lan minpoll 4 maxpoll 6 iburst
    path        lan delay 0.1ms jitter 0.1ms

    """

private func scenario(_ lines: String) throws -> Scenario {
    let (scenario, diagnostics) = parse(lan + lines)
    #expect(diagnostics == [])
    return scenario
}

private func samples(_ scenario: Scenario, seed: UInt64 = 1) -> [ScenarioSample] {
    var samples: [ScenarioSample] = []
    _ = scenario.run(seed: seed) { samples.append($0) }
    return samples
}

@Suite struct `A scenario` {
    @Test func `is the same again with the same seed, and another with another`() throws {
        let scenario = try scenario("rtc offset 2ms frequency 0.4ppm\noutage lan 1h 80min\n")
        #expect(samples(scenario) == samples(scenario))
        #expect(scenario.run(seed: 1) == scenario.run(seed: 1))
        #expect(samples(scenario) != samples(scenario, seed: 2))
    }

    @Test func `takes a sample in every interval`() throws {
        let samples = samples(try scenario("sample 10s\n"))
        #expect(samples.map(\.time) == (0..<720).map { .seconds(Double($0) * 10 + 5) })
    }

    @Test func `shows the offset and the frequency that were given until the clock is corrected`() throws {
        let first = try #require(samples(try scenario("outage lan 0 1h\n")).dropFirst(1_000).first)
        // 10 ms and 10 ppm of 1000.5 s, and what the frequency has wandered.
        #expect(abs((first.error ?? .zero).seconds - 0.020005) < 1e-4)
        #expect(abs((first.frequencyError ?? .zero).ppm - 10) < 0.2)
        #expect(first.bound == nil && first.state == .running(.unsynchronised))
    }

    @Test func `ends with the clock kept and the bound honoured`() throws {
        let result = try scenario("").run(seed: 1)
        let steady = try #require(result.steady)
        #expect(steady.rms < .microseconds(100) && steady.rms > .microseconds(1))
        #expect(steady.maximum > steady.rms)
        #expect(result.promises.broken == 0 && result.served > 7_000 && result.promises.closest <= 1)
        #expect(result.packets > 120 && result.packets < 500)
    }

    @Test func `goes into holdover when the servers are gone`() throws {
        let samples = samples(try scenario("outage lan 1h 2h\n"))
        #expect(samples[3_590].state == .running(.synchronised))
        #expect(samples.last?.state == .running(.holdover))
    }

    @Test func `keeps files and chip through a power cut, but not the clock`() throws {
        let samples = samples(
            try scenario("rtc offset 0 frequency 1ppm\noutage lan 1h 2h\npower-off 1h 90min\n")
        )
        #expect(samples[3_700].state == .off && samples[3_700].error == nil)
        // Half an hour was lost until the chip told the time.
        let last = try #require(samples.last)
        #expect(last.state == .running(.holdover))
        #expect(try #require(last.error).magnitude < .milliseconds(20))
        #expect(last.bound != nil && !last.isBroken)
    }

    @Test func `starts after a power cut with the clock that is given`() throws {
        let samples = samples(
            try scenario("outage lan 1h 2h\npower-off 1h 90min date 2026-11-20T00:00:00Z\n")
        )
        #expect(try #require(samples.last?.error) < .seconds(-40 * 86_400))
    }

    @Test func `lets somebody step the clock`() throws {
        let samples = samples(try scenario("step client 1h 200ms\n"))
        #expect(try #require(samples[3_600].error) > .milliseconds(150))
        #expect(samples[3_600].frequencyError == nil)
    }

    @Test func `shows the error of a server that is believed`() throws {
        let samples = samples(try scenario("step lan 1h -80ms\n"))
        #expect(abs((try #require(samples.last?.error)).seconds + 0.08) < 1e-3)
    }
}

@Suite struct `A world` {
    @Test func `takes what is injected as it takes what the scenario says`() throws {
        let (first, second) = (NTPDuration.seconds(1_800), NTPDuration.seconds(3_600))
        let told = SimulatedWorld(
            try scenario("rtc offset 2ms\nstep lan 30min 50ms\noutage lan 1h 2h\nrtc-fault step 1h -2\n"),
            seed: 1
        )
        told.run(until: .seconds(7_000))
        let driven = SimulatedWorld(try scenario("rtc offset 2ms\n"), seed: 1)
        driven.run(until: first)
        driven.inject(.server(0, .step(.milliseconds(50))))
        driven.run(until: second)
        driven.inject(.server(0, .outageBegins))
        driven.inject(.rtc(.step(.seconds(-2))))
        driven.run(until: .seconds(7_000))
        #expect(driven.now == told.now && driven.events == told.events && driven.engine.state == told.engine.state)
        // The server's jump is in the bound, which has room for an hour without it.
        #expect(driven.engine.state.kind == .synchronised)
        #expect(driven.servers[0].requests == told.servers[0].requests && driven.savedRTC == told.savedRTC)
    }

    @Test func `begins with what the scenario says of its start`() throws {
        let world = SimulatedWorld(try scenario("outage lan 0 1h\noutage lan 30min 90min\n"), seed: 1)
        world.run(until: .seconds(5_300))
        #expect(world.servers[0].requests.isEmpty && world.engine.state.kind == .unsynchronised)
        world.run(until: .seconds(7_200))
        #expect(world.engine.state.kind == .synchronised)
    }

    @Test func `shows itself after everything that happens`() throws {
        let world = SimulatedWorld(try scenario(""), seed: 1)
        var times: [NTPDuration] = []
        world.run(for: .seconds(600)) { times.append($0.time) }
        #expect(times == times.sorted() && world.time == .seconds(600))
        #expect(times.count >= 3 * world.servers[0].requests.count)
    }

    @Test func `has a chip that is silent until it answers again, and keeps its time`() throws {
        let world = SimulatedWorld(try scenario("rtc ideal offset 2ms\n"), seed: 1)
        world.inject(.rtc(.silent))
        world.run(for: .seconds(600))
        #expect(world.engine.rtc?.lastError != nil && world.chip?.writes == 0)
        world.inject(.rtc(.working))
        world.run(for: .seconds(600))
        #expect(world.engine.rtc?.lastError == nil)
        #expect(try #require(world.chip).offset(at: world.time) - .milliseconds(2) == .zero)
    }
}

@Suite struct `A broken discipline` {
    @Test func `that corrects with the wrong sign is caught`() throws {
        let scenario = try scenario("limit rms 100us\nlimit time-to-1ms 60\n")
        let good = ScenarioSummary(scenario, results: [scenario.run(seed: 1)])
        #expect(good.failures == [])
        let result = scenario.run(
            seed: 1,
            tamper: { world in
                world.sabotage = { action, _ in
                    guard case .steer(var steering) = action else { return action }
                    steering.slew = -steering.slew
                    return .steer(steering)
                }
            }
        )
        #expect(Set(ScenarioSummary(scenario, results: [result]).failures.map(\.figure)) == [.rms])
    }

    @Test func `that lets the clock run free is caught`() throws {
        let scenario = try scenario("limit rms 100us\nlimit broken 0\n")
        var isFirst = true
        let result = scenario.run(
            seed: 1,
            tamper: { world in
                world.sabotage = { action, _ in
                    guard case .steer = action, !isFirst else {
                        isFirst = false
                        return action
                    }
                    return .steer(ClockSteering(frequency: .ppm(-40)))
                }
            }
        )
        #expect(ScenarioSummary(scenario, results: [result]).failures.map(\.figure).contains(.rms))
    }
}
