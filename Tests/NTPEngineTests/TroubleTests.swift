import ClockDiscipline
import DS3231
import HAL
import NTPTime
import NTPWire
import RTCReference
import ScenarioSimulation
import Support
import Testing

@testable import NTPEngine

/// How often what clients are told changed in `seconds`: state, stratum and reference identifier.
private func changes(of world: SimulatedWorld, in seconds: Double) -> Int {
    var changes = 0
    var told: (UInt8, ReferenceID)?
    runHonestly(world, seconds) { world in
        let now = (world.engine.served.stratum, world.engine.served.referenceID)
        if let told, told != now { changes += 1 }
        told = now
    }
    return changes
}

@Suite struct `A server that is wrong for a while` {
    @Test(arguments: [1, 2]) func `is used again within a quarter of an hour when nobody contradicts it`(count: Int) {
        let world = SimulatedWorld((1...count).map { .server($0) })
        runHonestly(world, 7_200)
        for number in 1...count { world.inject(.step(.seconds(20)), to: number) }
        world.run(30)
        for number in 1...count { world.inject(.step(.seconds(-20)), to: number) }
        world.run(900)
        #expect(world.engine.state.kind == .synchronised && world.engine.served.leap == .none)
        #expect(world.error.magnitude < .milliseconds(1))
        runHonestly(world, 86_400)
        #expect(world.engine.state.kind == .synchronised && world.error.magnitude < .milliseconds(1))
    }

    @Test func `is followed from the start when it is right after a minute`() {
        let world = SimulatedWorld([.server(1) { $0.offset = .seconds(20) }])
        world.run(30)
        world.inject(.step(.seconds(-20)))
        world.run(930)
        #expect(world.engine.state.kind == .synchronised && world.error.magnitude < .milliseconds(1))
        runHonestly(world, 3_600)
    }

    @Test func `is followed to where it stays put, and the log says what it waits for`() {
        let world = SimulatedWorld()
        runHonestly(world, 7_200)
        world.inject(.step(.seconds(20)))
        world.run(900)
        #expect(world.engine.state.kind == .synchronised && world.engine.served.leap == .none)
        #expect((world.error - .seconds(20)).magnitude < .milliseconds(1))
        #expect(world.log.count { $0.contains("has jumped") } == 1)
    }

    @Test func `is followed with two others that jump alike, and nobody is called a falseticker`() {
        let world = SimulatedWorld([.server(1), .server(2), .server(3)])
        runHonestly(world, 7_200)
        for number in 1...3 { world.inject(.step(.seconds(20)), to: number) }
        world.run(900)
        #expect(world.engine.state.kind == .synchronised && (world.error - .seconds(20)).magnitude < .milliseconds(1))
        #expect(!world.log.contains { $0.contains("falseticker") })
    }
}

@Suite struct `The first to answer` {
    @Test func `is not believed against a chip of known history while others may come up`() throws {
        let servers: [ServerCharacter] = (1...5).map { number in
            .server(number) { if number == 1 { $0.offset = .seconds(0.3) } }
        }
        let world = SimulatedWorld(servers, chip: .chip(offset: .milliseconds(3), drift: .ppm(0.5)))
        runHonestly(world, 43_200)
        for number in 2...5 { world.inject(.outageBegins, to: number) }
        world.restart(afterBeingOffFor: 600)
        runHonestly(world, 20)
        #expect(world.engine.served.referenceID == .rtc && world.error.magnitude < .milliseconds(20))
        for number in 2...5 { world.inject(.outageEnds, to: number) }
        runHonestly(world, 600)
        #expect(world.engine.state.kind == .synchronised && world.error.magnitude < .milliseconds(1))
    }

    @Test func `is believed when nobody else is left to wait for, and the chip is put right`() {
        let world = SimulatedWorld([.server(1)], chip: .chip(offset: .milliseconds(3), drift: .ppm(0.5)))
        runHonestly(world, 43_200)
        world.inject(.powerOff)
        world.run(600)
        world.inject(.rtc(.step(.seconds(-300))))
        world.inject(.powerOn(date: nil))
        world.run(120)
        #expect(world.engine.state.kind == .synchronised && world.error.magnitude < .milliseconds(1))
        runHonestly(world, 7_200)
        #expect(world.chipOffset.magnitude < .milliseconds(10))
    }
}

@Suite struct `A clock that somebody else sets` {
    @Test(arguments: [100.0, -100, 3_600, -3_600, 1e6]) func `is put right by a step, and never served in between`(
        offset: Double
    ) {
        let world = SimulatedWorld([.server(1) { $0.path.delay = .milliseconds(20) }])
        runHonestly(world, 7_200)
        // The next that comes is the reply to a request.
        world.run((world.engine.associations[0].nextPoll - world.now.monotonic).seconds + 0.01)
        let before = world.events.count
        world.inject(.clockStep(.seconds(offset)))
        runHonestly(world, 120) { world in
            let header = world.engine.served.header(mode: .server, at: world.now)
            #expect(header.leap == .unsynchronised || world.error.magnitude < .seconds(16))
        }
        #expect(world.panic == nil && world.engine.state.kind == .synchronised)
        #expect(world.error.magnitude < .milliseconds(1) && world.steps.count == 1)
        guard case .displaced? = world.events.dropFirst(before).first else {
            Issue.record("\(world.events)")
            return
        }
    }

    @Test func `ends the daemon beyond the panic limit if the user wants it so`() {
        let world = SimulatedWorld { $0.limits.panicsLater = true }
        runHonestly(world, 7_200)
        world.inject(.clockStep(.seconds(3_600)))
        world.run(120)
        #expect(world.panic != nil && world.steps.isEmpty)
    }

    @Test func `is put right by the chip in holdover`() {
        let world = SimulatedWorld(chip: .chip(drift: .ppm(0.4)))
        runHonestly(world, 43_200)
        world.inject(.outageBegins)
        runHonestly(world, 43_200)
        world.inject(.clockStep(.seconds(100)))
        runHonestly(world, 60)
        #expect(world.error.magnitude < .milliseconds(5) && world.engine.served.referenceID == .rtc)
    }
}

@Suite struct `Clients are told the same` {
    @Test func `while three of four packets are lost`() {
        let world = SimulatedWorld(
            [
                .server(1) {
                    $0.path.loss = 0.5
                    $0.rootDelay = .milliseconds(7)
                    $0.rootDispersion = .milliseconds(5)
                    $0.source.maximumPoll = PollExponent(10)
                }
            ],
            chip: .chip(offset: .milliseconds(3), drift: .ppm(-0.7))
        )
        world.run(3_600)
        #expect(changes(of: world, in: 86_400) == 0)
    }

    @Test func `through a short outage, and change once in a long one`() {
        let world = SimulatedWorld(chip: .chip(drift: .ppm(0.4)))
        world.run(43_200)
        world.inject(.outageBegins)
        #expect(changes(of: world, in: 7 * 86_400) == 1)
        #expect(world.engine.served.referenceID == .rtc)
        #expect(world.log.count { $0.contains("holdover") } == 1)
    }
}

@Suite struct `What is known against a chip` {
    private func world() -> SimulatedWorld {
        let world = SimulatedWorld(chip: .chip(offset: .milliseconds(3), drift: .ppm(0.4)))
        runHonestly(world, 43_200)
        world.inject(.outageBegins)
        return world
    }

    @Test(arguments: [-2.0, -0.05, 0.05]) func `is not forgotten by a power cut`(step: Double) {
        let world = world()
        runHonestly(world, 3_600)
        world.inject(.rtc(.step(.seconds(step))))
        runHonestly(world, 86_400)
        world.restart(afterBeingOffFor: 36)
        runHonestly(world, 86_400)
        #expect(world.engine.rtc.map { $0.doubt >= .seconds(abs(step) * 0.9) } == true)
        world.inject(.outageEnds)
        runHonestly(world, 7_200)
        #expect(world.engine.rtc?.doubt == .zero && world.chipOffset.magnitude < .milliseconds(10))
    }

    @Test(arguments: [0.0, 600, 1_800]) func `is noticed however soon after the last server it happens`(after: Double) {
        let world = world()
        runHonestly(world, after)
        world.inject(.rtc(.step(.seconds(-0.05))))
        runHonestly(world, 3 * 86_400)
    }

    @Test func `is all that its server is doubted for later`() {
        let world = SimulatedWorld([.server(1) { $0.offset = .seconds(2) }], chip: .chip(isStopped: true))
        world.run(3_600)
        #expect(world.writes == 1)
        world.inject(.step(.seconds(-2)))
        world.run(120)
        world.inject(.outageBegins)
        world.run(7_200)
        // Whoever was right: the chip's bound covers both.
        let reference = world.engine.rtc?.reference
        #expect(reference.map { $0.rootDistance(at: world.now.monotonic) > .seconds(1.9) } == true)
    }

    @Test func `is nothing that a server's time does not have either`() {
        let world = SimulatedWorld(
            [
                .server(1) {
                    $0.rootDelay = .milliseconds(19)
                    $0.rootDispersion = .milliseconds(5)
                    $0.offset = .milliseconds(3.6)
                    $0.path.delay = .milliseconds(5)
                }
            ],
            chip: .chip(isStopped: true)
        )
        runHonestly(world, 7_200)
        #expect(world.writes == 1)
    }
}

@Suite struct `A chip that was never compared` {
    /// Its offset is learned in steps while UTC itself is known to milliseconds only, and is no part of its rate.
    @Test(arguments: 1...40 as ClosedRange<UInt64>) func `does not lead the clock astray at the start`(seed: UInt64) {
        var chip = RTCCharacter.chip(offset: .milliseconds(3), drift: .ppm(0.5))
        chip.squareWave = .microseconds(5)
        let lan = ServerCharacter.server(1) {
            $0.path.delay = .milliseconds(0.1)
            $0.path.jitter = .milliseconds(0.1)
            $0.source.maximumPoll = PollExponent(10)
            $0.source.minimumPoll = PollExponent(6)
        }
        let world = SimulatedWorld([lan], chip: chip, clockOffset: .milliseconds(10), seed: seed)
        runHonestly(world, 300)
        #expect(world.error.magnitude < .milliseconds(1))
    }
}

@Suite struct `A chip that cannot be set` {
    @Test func `is believed as before when it is back`() throws {
        let world = SimulatedWorld(chip: .chip(drift: .ppm(0.4)))
        runHonestly(world, 43_200)
        world.inject(.rtc(.silent))
        #expect(world.perform { engine, now in engine.setRTC(to: nil, at: now) } == nil)
        runHonestly(world, 10)
        #expect(try #require(world.savedRTC).contains("rewriting") == false)
        world.inject(.outageBegins)
        world.inject(.rtc(.working))
        runHonestly(world, 7_200)
        #expect(world.engine.servedClock == .rtc && world.engine.rtc?.refusal == nil)
    }
}

@Suite struct `Dates outside of the plausible window` {
    private static func offset(_ year: Int32) -> NTPDuration {
        CivilTime(year: year, month: 6, day: 1).date - NTPDate(unixSeconds: 1_800_000_000)
    }

    @Test(arguments: [2056, 2093, 2012] as [Int32], [true, false])
    func `are not the time that a chip tells, and the chip is put right`(year: Int32, hasServer: Bool) {
        let world = SimulatedWorld(hasServer ? [.server(1)] : [], chip: .chip(offset: Self.offset(year)))
        runHonestly(world, 7_200)
        #expect(world.engine.state.kind == (hasServer ? .synchronised : .unsynchronised))
        guard hasServer else { return }
        #expect(world.error.magnitude < .milliseconds(1) && world.chipOffset.magnitude < .milliseconds(10))
    }

    @Test func `are fewer where the kernel's clock must not see 2038, and the chip is held to them`() {
        let world = SimulatedWorld([], chip: .chip(offset: Self.offset(2040))) {
            $0.plausibleDates = .earliestPlausible...CivilTime(year: 2038, month: 1, day: 18).date
        }
        world.run(600)
        #expect(world.engine.state.kind == .unsynchronised && world.steps.isEmpty)
        #expect(world.log.count { $0.contains("which cannot be") } == 1)
    }

    @Test func `of the clock are no part of what the kernel and the log are told after the step`() {
        let world = SimulatedWorld([], chip: .chip(), clockOffset: .seconds(-1e9))
        var errors: [NTPDuration] = []
        world.sabotage = { action, _ in
            if case .publish(let status) = action { errors.append(status.maximumError) }
            return action
        }
        world.run(30)
        #expect(errors.first.map { $0 < .seconds(2) } == true)
        #expect(world.log.contains { $0.contains("time loaded from the RTC, ±1.0") }, "\(world.log)")
    }

    @Test func `of the clock are stepped away at once, however far`() {
        let world = SimulatedWorld(clockOffset: .seconds(2e9)) { $0.limits.allowsFirstPanic = true }
        // Sixty years, and sixty more.
        world.inject(.clockStep(.seconds(2e9)))
        world.run(60)
        #expect(world.steps.count == 1 && world.steps[0].inSeconds < -3.9e9)
        #expect(world.engine.state.kind == .synchronised && world.error.magnitude < .milliseconds(1))
    }
}
