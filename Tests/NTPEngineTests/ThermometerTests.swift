import ClockDiscipline
import HAL
import NTPTime
import ScenarioSimulation
import Testing

@testable import NTPEngine

/// A processor that works at times beside a crystal of 0.3 ppm/°C, and one server.
private func world(_ lines: String = "", hours: Int = 36) throws -> SimulatedWorld {
    let text = """
        duration \(hours)h
        oscillator frequency 10ppm wander 1e-9 coefficient 0.3ppm
        load 15 every 30min for 30min
        thermometer
        server 192.0.2.1 minpoll 8 maxpoll 8 iburst
        path all delay 0.1ms jitter 20us
        \(lines)

        """
    let parsed = Scenario.parse(bytes: Array(text.utf8), file: "load.scenario")
    try #require(parsed.diagnostics.map { $0.description } == [])
    return SimulatedWorld(parsed.scenario, seed: 1)
}

extension SimulatedWorld {
    fileprivate func count(_ event: EngineEvent) -> Int { events.count { $0 == event } }

    fileprivate var isFollowed: Bool { engine.processorThermometer?.compensation.isUsed == true }
}

@Suite struct `The processor's thermometer` {
    @Test(arguments: [("", 440...460), ("outage all 0 2h", 0...0)])
    func `is read every 8 s while there is a time to steer by`(lines: String, expected: ClosedRange<Int>) throws {
        let world = try world(lines)
        var readings = 0
        world.sabotage = { action, _ in
            if case .readThermometer = action { readings += 1 }
            return action
        }
        world.run(3_600)
        #expect(expected.contains(readings), "\(readings)")
    }

    @Test func `steers the clock at once, before the next sample`() throws {
        let world = try world()
        world.run(86_400)
        #expect(world.isFollowed)
        var rates: Set<Double> = []
        world.run(7_200) { rates.insert($0.steering.frequency.fraction) }
        // 28 samples, and the warming and cooling between them.
        #expect(rates.count > 100)
        let spread = (rates.max() ?? 0) - (rates.min() ?? 0)
        #expect(spread > 1.5e-6 && spread < 5e-6, "\(spread)")
        #expect(world.error.magnitude < .milliseconds(0.2))
    }

    @Test func `that is lost is told of once, and so is its return`() throws {
        let world = try world("thermometer-fault lost 24h 26h")
        world.run(86_300)
        #expect(world.isFollowed && world.engine.processorThermometer?.celsius != nil)
        let before = try #require(world.engine.served.reference).allowance
        world.run(200)
        #expect(world.count(.thermometerLost) == 1 && world.engine.processorThermometer?.celsius == nil)
        let after = try #require(world.engine.served.reference).allowance
        #expect(after.rate > .ppm(3) && after.rate > before.rate && after.ceiling > .ppm(3))
        world.run(7_200)
        #expect(world.count(.thermometerLost) == 1 && world.count(.thermometerFound) == 1)
        #expect(world.engine.processorThermometer?.celsius != nil)
    }

    @Test func `is not there without one`() throws {
        var text = "server 192.0.2.1 minpoll 4 iburst\npath all delay 0.1ms"
        text += "\noscillator frequency 10ppm\n"
        let parsed = Scenario.parse(bytes: Array(text.utf8), file: "plain.scenario")
        let world = SimulatedWorld(parsed.scenario, seed: 1)
        world.run(3_600)
        world.perform { engine, now in engine.thermometerRead(50, at: now.monotonic) }
        #expect(world.engine.processorThermometer == nil)
    }

    @Test func `is not believed in a single reading`() {
        var thermometer = ProcessorThermometer()
        // A crystal of 1 ppm/°C that follows at once, seen for half an hour at each temperature.
        var gained = 0.0
        func moment(_ reading: Int) -> MonotonicTime { .zero + .seconds(Double(reading) * 8) }
        for reading in 0..<5_400 {
            let celsius = reading / 225 % 2 == 0 ? 40.0 : 50
            _ = thermometer.note(celsius, at: moment(reading))
            gained += celsius * 1e-6 * 8
            guard reading % 32 == 0 else { continue }
            let date = NTPDate(unixSeconds: 1_800_000_000) + .seconds(Double(reading) * 8 + gained)
            thermometer.compensation.learn(
                ClockReading(monotonic: moment(reading), date: date),
                deviation: .microseconds(20)
            )
        }
        #expect(thermometer.compensation.isUsed)
        for reading in 5_400..<6_000 { _ = thermometer.note(40, at: moment(reading)) }
        let changes = [120.0, 40, 40, 50, 50].enumerated().map { index, celsius in
            thermometer.note(celsius, at: moment(6_000 + index))
        }
        #expect(changes.prefix(4).allSatisfy { $0.magnitude < .ppm(0.001) })
        #expect(changes[4] > .ppm(1))
    }

    @Test func `asks for no steering that makes no difference`() {
        var thermometer = ProcessorThermometer()
        let steered = (1...100).count { _ in thermometer.needsSteering(after: .ppm(0.0001)) }
        #expect((9...10).contains(steered))
        let needsSteering = thermometer.needsSteering(after: .ppm(-1))
        #expect(needsSteering)
    }
}
