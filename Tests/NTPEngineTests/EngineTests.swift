import ClockDiscipline
import DS3231
import HAL
import HAL
import NTPTime
import NTPWire
import NetworkAddress
import RTCReference
import ScenarioSimulation
import Support
import Testing

@testable import NTPEngine

@Suite struct `Synchronisation` {
    @Test func `one server is followed within half a minute, and the bound holds`() {
        let world = SimulatedWorld()
        runHonestly(world, 30)
        #expect(world.engine.state.kind == .synchronised)
        #expect(world.error.magnitude < .milliseconds(1))
        #expect(world.steps.isEmpty)
        #expect(world.engine.served.stratum == 2)
        #expect(world.engine.served.referenceID.dottedQuad == "192.0.2.1")
        runHonestly(world, 7_200)
        #expect(world.error.magnitude < .milliseconds(0.1))
        let found = world.engine.measuredFrequency
        #expect(found.map { ($0 - SimulatedWorld.frequency).magnitude < .ppm(0.1) } == true)
    }

    @Test func `the first offset is stepped when it is large`() {
        let world = SimulatedWorld(clockOffset: .seconds(-40))
        runHonestly(world, 60)
        #expect(world.steps.count == 1 && world.error.magnitude < .milliseconds(1))
    }

    @Test func `an offset beyond the panic limit ends the daemon unless -g was given`() {
        let panicking = SimulatedWorld(clockOffset: .seconds(2_000))
        panicking.run(60)
        #expect(panicking.panic != nil && panicking.steps.isEmpty)
        let permitted = SimulatedWorld(clockOffset: .seconds(-2_000_000)) { $0.limits.allowsFirstPanic = true }
        runHonestly(permitted, 60)
        #expect(permitted.panic == nil && permitted.error.magnitude < .milliseconds(1))
    }

    @Test func `a falseticker is outvoted, even when it is the first to answer`() {
        let world = SimulatedWorld([
            .server(1) {
                $0.offset = .seconds(0.5)
                $0.path.delay = .milliseconds(0.1)
            },
            .server(2) { $0.path.delay = .milliseconds(5) }, .server(3) { $0.path.delay = .milliseconds(3) },
        ])
        runHonestly(world, 600)
        #expect(world.engine.state.kind == .synchronised && world.error.magnitude < .milliseconds(1))
        #expect(world.engine.truechimers.count == 2 && world.engine.falsetickers.count == 1)
        #expect(world.log.contains { $0.contains("192.0.2.1:123") && $0.contains("falseticker") })
    }

    @Test func `two servers that disagree are both not believed`() {
        let world = SimulatedWorld([.server(1) { $0.offset = .seconds(1) }, .server(2)])
        world.run(300)
        #expect(world.engine.state.kind == .unsynchronised && world.engine.served.leap == .unsynchronised)
    }

    @Test func `polling slows down when the oscillator is steady`() {
        let world = SimulatedWorld()
        world.run(7_200)
        #expect(world.engine.associations.first?.poll == PollExponent(6))
        #expect((7_200 / 64...250).contains(world.servers[0].requests.count))
    }
}

@Suite struct `Trouble with servers and what is remembered` {
    private static let good: [ServerCharacter] = [.server(1), .server(2)]

    @Test(arguments: [.leap(.unsynchronised), .kiss(.rate), .outageBegins] as [ServerEvent])
    func `one server that is of no use does not keep the others from being followed`(useless: ServerEvent) {
        let world = SimulatedWorld(Self.good + [.server(3)])
        world.inject(useless, to: 3)
        runHonestly(world, 60)
        #expect(world.engine.state.kind == .synchronised)
    }

    @Test func `an RTC that is hours off is overruled`() {
        let world = SimulatedWorld(Self.good, chip: .chip(offset: .seconds(7_200)), clockOffset: .milliseconds(1))
        world.run(120)
        #expect(
            world.panic == nil && world.engine.state.kind == .synchronised && world.error.magnitude < .milliseconds(1)
        )
    }

    @Test(arguments: [-40.0, -20, 20, 40]) func `a drift file that is wrong is unlearned`(error: Double) {
        let world = SimulatedWorld(Self.good, rememberedFrequency: SimulatedWorld.frequency + .ppm(error))
        world.run(3_600)
        runHonestly(world, 86_400)
        #expect(world.engine.state.kind == .synchronised && world.error.magnitude < .milliseconds(1))
        #expect(abs((world.engine.measuredFrequency ?? .zero).ppm - 12) < 0.5)
    }

    @Test func `servers that part are followed no longer, and no RTC is set by them`() {
        let world = SimulatedWorld(Self.good, chip: .chip())
        world.run(20_000)
        for _ in 0..<200 {
            world.inject(.step(.milliseconds(0.2)))
            runHonestly(world, 64)
        }
        #expect(world.engine.state.kind == .holdover && world.error.magnitude < .milliseconds(5))
        let writes = world.writes
        runHonestly(world, 40_000)
        #expect(world.engine.state.kind == .holdover && world.writes == writes && world.error.magnitude < .seconds(0.1))
    }

    @Test func `of two servers, the one that does not jump is followed`() {
        let world = SimulatedWorld(Self.good)
        world.run(20_000)
        world.inject(.step(.seconds(1)))
        runHonestly(world, 40_000)
        #expect(world.engine.state.kind == .synchronised && world.error.magnitude < .milliseconds(2))
    }

    @Test func `one reply that is far off changes nothing but the bound`() {
        let world = SimulatedWorld()
        world.run(7_200)
        var isDone = false
        world.tamper { reply in
            guard !isDone else { return }
            isDone = true
            reply.receiveTimestamp = reply.receiveTimestamp + .seconds(0.5)
            reply.transmitTimestamp = reply.transmitTimestamp + .seconds(0.5)
        }
        runHonestly(world, 600)
        #expect(isDone && world.engine.state.kind == .synchronised && world.error.magnitude < .milliseconds(1))
    }

    @Test func `a clock that somebody else sets is known to be off`() {
        let world = SimulatedWorld()
        world.run(7_200)
        world.inject(.clockStep(.seconds(0.7)))
        runHonestly(world, 600)
        #expect(world.error.magnitude < .milliseconds(1))
    }

    @Test func `the end leaves no slew behind`() {
        let world = SimulatedWorld(clockOffset: .seconds(0.1))
        world.run(8)
        #expect(world.steering.slew.magnitude > .seconds(0.01))
        world.shutDown()
        #expect(world.steering.slew == .zero)
    }
}

@Suite struct `Replies from servers` {
    private func refusal(_ tamper: @escaping (inout NTPPacket) -> Void) -> ReplyRefusal? {
        let world = SimulatedWorld()
        world.tamper(tamper)
        world.run(60)
        #expect(world.engine.state.kind == .unsynchronised)
        return world.engine.associations.first?.lastRefusal
    }

    @Test func `are refused when they are not what was asked for`() {
        #expect(refusal { $0.originTimestamp.bits ^= 1 } == .bogusOrigin)
        #expect(refusal { $0.originTimestamp = .zero } == .bogusOrigin)
        #expect(refusal { $0.mode = .symmetricPassive } == .wrongMode)
        #expect(refusal { $0.version = 5 } == .wrongMode)
    }

    @Test func `are refused when the server has no time to give`() {
        #expect(refusal { $0.leap = .unsynchronised } == .unsynchronised)
        #expect(refusal { $0.stratum = 16 } == .unsynchronised)
        #expect(
            refusal {
                $0.stratum = 0; $0.referenceID = .initial
            } == .unsynchronised
        )
        #expect(refusal { $0.transmitTimestamp = .zero } == .invalidHeader)
        #expect(refusal { $0.receiveTimestamp = .zero } == .invalidHeader)
        #expect(refusal { $0.transmitTimestamp = $0.transmitTimestamp + .seconds(0.2) } == .invalidHeader)
        #expect(refusal { $0.transmitTimestamp = $0.receiveTimestamp + .seconds(-1) } == .invalidHeader)
        #expect(refusal { $0.rootDispersion = NTPShort(roundingUp: .seconds(16)) } == .tooDistant)
        #expect(
            refusal {
                $0.receiveTimestamp = NTPDate(unixSeconds: 315_532_800).timestamp
                $0.transmitTimestamp = $0.receiveTimestamp
            } == .implausibleDate
        )
    }

    @Test func `a duplicate is refused`() {
        let world = SimulatedWorld()
        var copy: NTPPacket?
        world.tamper { copy = $0 }
        world.run(1.5)
        let octets = copy.map { packet in (0..<48).map { packet.octets[$0] } } ?? []
        #expect(world.engine.associations.first?.statistics.count == 1)
        world.forge(octets, to: 1)
        #expect(world.engine.associations.first?.lastRefusal == .bogusOrigin)
        #expect(world.engine.associations.first?.statistics.count == 1)
    }

    @Test func `never crash the client, whatever they hold`() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SplitMix(state: seed)
        let world = SimulatedWorld()
        world.tamper { packet in
            var octets = (0..<48).map { packet.octets[$0] }
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let index = Int.random(in: 0..<48, using: &generator)
                if !(24..<32).contains(index) { octets[index] = UInt8.random(in: 0...255, using: &generator) }
            }
            if let changed = try? NTPPacket(octets.span) { packet = changed }
        }
        world.run(20_000)
        for length in 0..<100 {
            world.forge((0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }, to: 1)
        }
        #expect(world.time == .seconds(20_000) || world.panic != nil, "seed \(seed)")
    }

    @Test(arguments: [ReferenceID.deny, ReferenceID.restrict])
    func `a kiss that denies service ends the requests for good`(code: ReferenceID) {
        let world = SimulatedWorld([.server(1) { $0.kiss = code }])
        world.run(7_200)
        #expect(world.servers[0].requests.count == 1)
        #expect(world.log.contains { $0.contains("refuses us") })
    }

    @Test func `a kiss that asks for fewer requests is obeyed`() {
        let world = SimulatedWorld([.server(1) { $0.kiss = .rate }])
        world.run(600)
        #expect((world.engine.associations.first?.poll ?? PollExponent(0)) >= PollExponent(8))
        #expect(world.servers[0].requests.count <= 7)
    }
}

@Suite struct `Names` {
    private let addresses = [IPAddress(v4: 0xc000_0201), IPAddress(v4: 0xc000_0202)]

    private func source(_ kind: SourceConfiguration.Kind) -> SourceConfiguration {
        SourceConfiguration(
            host: "ntp.example",
            kind: kind,
            initialBurst: true,
            minimumPoll: PollExponent(4),
            maximumPoll: PollExponent(6)
        )
    }

    @Test func `a server whose address dies is looked up again and replaced`() {
        let world = SimulatedWorld([.server(1), .server(2)]) { $0.sources = [source(.server)] }
        world.hosts["ntp.example"] = addresses
        world.run(300)
        #expect(world.engine.associations.map(\.address.address) == [addresses[0]])
        world.inject(.outageBegins)
        world.run(1_200)
        #expect(world.engine.associations.map(\.address.address) == [addresses[1]])
        #expect(world.engine.state.kind == .synchronised)
    }

    @Test func `an address is kept while there is no other, and used again when it is back`() {
        let world = SimulatedWorld { $0.sources = [source(.server)] }
        world.hosts["ntp.example"] = [addresses[0]]
        world.run(300)
        world.inject(.outageBegins)
        world.hosts["ntp.example"] = []
        world.run(3_600)
        #expect(world.engine.state.kind == .holdover)
        world.inject(.outageEnds)
        world.run(60)
        #expect(world.engine.state.kind == .synchronised)
    }

    @Test func `a pool gives several associations`() {
        let world = SimulatedWorld([.server(1), .server(2)]) { $0.sources = [source(.pool)] }
        world.run(60)
        #expect(world.engine.associations.isEmpty)
        world.hosts["ntp.example"] = addresses
        world.run(600)
        #expect(Set(world.engine.associations.map(\.address.address)) == Set(addresses))
        #expect(world.engine.state.kind == .synchronised)
    }
}

@Suite struct `A server that jumps` {
    @Test func `is followed when it is the only one, and the bound covers both for two days`() {
        let world = SimulatedWorld()
        runHonestly(world, 7_200)
        world.inject(.step(.seconds(0.05)))
        runHonestly(world, 86_400)
        #expect(world.steps.isEmpty && (world.error - .seconds(0.05)).magnitude < .milliseconds(1))
        let doubtful = world.engine.served.rootDistance(at: world.now)
        #expect(doubtful > .seconds(0.05))
        world.run(90_000)
        #expect(world.engine.served.rootDistance(at: world.now) < .seconds(0.005))
    }

    @Test func `is outvoted by two that do not`() {
        let world = SimulatedWorld([.server(1), .server(2), .server(3)])
        runHonestly(world, 7_200)
        world.inject(.step(.seconds(0.05)))
        runHonestly(world, 7_200)
        #expect(world.error.magnitude < .milliseconds(0.5))
        #expect(world.engine.falsetickers.count == 1)
        #expect(world.engine.served.rootDistance(at: world.now) < .seconds(0.01))
    }
}

@Suite struct `Holdover` {
    @Test func `without an RTC the last frequency keeps the time, ever less surely`() {
        let world = SimulatedWorld()
        runHonestly(world, 7_200)
        world.inject(.outageBegins)
        runHonestly(world, 1_200)
        #expect(world.engine.state.kind == .holdover)
        let early = world.engine.served.rootDispersion(at: world.now)
        runHonestly(world, 36_000)
        #expect(world.engine.served.rootDispersion(at: world.now) > early)
        #expect(world.engine.served.leap == .none && world.engine.served.stratum == 2)
        world.inject(.outageEnds)
        runHonestly(world, 300)
        #expect(
            world.engine.state.kind == .synchronised && world.steps.isEmpty && world.error.magnitude < .milliseconds(1)
        )
    }

    @Test func `with an RTC the reply says so, and the time stays near`() {
        let world = SimulatedWorld(chip: .chip(offset: .milliseconds(3), drift: .ppm(0.4)))
        runHonestly(world, 43_200)
        world.inject(.outageBegins)
        runHonestly(world, 1_200)
        #expect(world.engine.state.kind == .holdover)
        #expect(world.engine.served.referenceID == .rtc && world.engine.served.stratum == 10)
        let early = world.engine.served.rootDispersion(at: world.now)
        runHonestly(world, 86_400)
        #expect(world.error.magnitude < .milliseconds(5))
        #expect(world.engine.served.rootDispersion(at: world.now) > early)
        world.inject(.outageEnds)
        runHonestly(world, 300)
        #expect(
            world.engine.state.kind == .synchronised && world.steps.isEmpty && world.error.magnitude < .milliseconds(1)
        )
        #expect(world.engine.served.referenceID.dottedQuad == "192.0.2.1")
    }

    @Test func `a chip that jumped before it was needed is not followed, and its bound covers both`() throws {
        let world = SimulatedWorld(chip: .chip(offset: .milliseconds(3), drift: .ppm(0.4)))
        runHonestly(world, 43_200)
        world.inject(.outageBegins)
        world.inject(.rtc(.silent))
        runHonestly(world, 7_200)
        world.inject(.rtc(.working))
        world.inject(.rtc(.step(.seconds(2))))
        runHonestly(world, 7_200)
        #expect(world.engine.state.kind == .holdover && world.error.magnitude < .seconds(0.1))
        let chip = try #require(world.engine.rtc)
        #expect(chip.doubt > .seconds(1.9) && chip.reference.map { $0.rootDispersion > .seconds(1.9) } == true)
        #expect(world.log.count { $0.contains("away from where it was") } == 1)
    }

    @Test func `a chip that jumps while there are servers widens no bound`() {
        let world = SimulatedWorld(chip: .chip(offset: .milliseconds(3), drift: .ppm(0.4)))
        runHonestly(world, 43_200)
        let before = world.engine.served.rootDistance(at: world.now)
        let writes = world.writes
        world.inject(.rtc(.step(.seconds(2))))
        runHonestly(world, 7_200)
        #expect(world.engine.state.kind == .synchronised && world.writes == writes + 1)
        #expect(world.engine.served.rootDistance(at: world.now) < before * 2)
    }

    @Test func `a chip that was moved a little is followed again`() {
        let world = SimulatedWorld(chip: .chip())
        runHonestly(world, 43_200)
        let writes = world.writes
        // Too little to be set for.
        world.inject(.rtc(.step(.milliseconds(4))))
        runHonestly(world, 14_400)
        #expect(world.writes == writes && world.engine.rtc?.doubt == .zero)
        world.inject(.outageBegins)
        runHonestly(world, 43_200)
        #expect(world.engine.served.referenceID == .rtc && world.error.magnitude < .milliseconds(2))
    }

    @Test func `ends when it has lasted as long as is allowed, until servers are back`() {
        let world = SimulatedWorld(chip: .chip()) {
            $0.holdover = HoldoverLimits(stratum: 7, duration: .seconds(3_600))
        }
        runHonestly(world, 7_200)
        world.inject(.outageBegins)
        runHonestly(world, 3_000)
        #expect(world.engine.state.kind == .holdover && world.engine.served.stratum == 7)
        runHonestly(world, 3_600)
        #expect(world.engine.state.kind == .unsynchronised && world.engine.served.stratum == 0)
        #expect(world.log.count { $0.contains("as long as is allowed") } == 1)
        runHonestly(world, 36_000)
        #expect(world.engine.state.kind == .unsynchronised)
        world.inject(.outageEnds)
        runHonestly(world, 600)
        #expect(world.engine.state.kind == .synchronised)
    }

    @Test func `ends when the bound exceeds what is allowed`() {
        let world = SimulatedWorld { $0.holdover = HoldoverLimits(distance: .seconds(0.05)) }
        runHonestly(world, 7_200)
        world.inject(.outageBegins)
        var worst = NTPDuration.zero
        runHonestly(world, 86_400) { worst = max(worst, $0.engine.served.rootDistance(at: $0.now)) }
        #expect(world.engine.state.kind == .unsynchronised && worst > .seconds(0.04))
        #expect(world.log.count { $0.contains("no better than 0.050 s") } == 1)
    }

    @Test func `what is no better than 16 s is not served`() {
        let world = SimulatedWorld([], chip: .chip())
        world.run(10)
        #expect(world.engine.state.kind == .holdover)
        world.inject(.rtc(.silent))
        world.run(1e7)
        #expect(world.engine.state.kind == .unsynchronised && world.engine.served.leap == .unsynchronised)
    }
}

@Suite struct `The RTC` {
    @Test func `is set when it has stopped and the time is known, and served from no sooner`() {
        let world = SimulatedWorld(chip: .chip(offset: .seconds(40), isStopped: true))
        world.inject(.outageBegins)
        world.run(600)
        #expect(world.engine.state.kind == .unsynchronised && world.writes == 0)
        world.inject(.outageEnds)
        runHonestly(world, 300)
        #expect(world.engine.state.kind == .synchronised && world.writes == 1)
        #expect(world.engine.rtc?.lastError == nil)
        #expect(world.chipOffset.magnitude < .milliseconds(1))
    }

    @Test func `is served from at boot when there is nothing else`() {
        let world = SimulatedWorld([], chip: .chip(offset: .seconds(0.2)), clockOffset: .seconds(-50_000_000))
        runHonestly(world, 60)
        #expect(world.engine.state.kind == .holdover && world.engine.served.referenceID == .rtc)
        #expect((world.error - .seconds(0.2)).magnitude < .milliseconds(2) && world.steps.count == 1)
    }

    @Test func `is not served from when its oscillator stopped`() {
        let world = SimulatedWorld([], chip: .chip(isStopped: true))
        world.run(600)
        #expect(world.engine.state.kind == .unsynchronised && world.engine.served.referenceID == .initial)
        #expect(world.log.count { $0.contains("the oscillator has stopped") } == 1)
    }

    @Test func `is set from the synchronised clock when it is off, at most once an hour`() {
        let world = SimulatedWorld(chip: .chip(offset: .seconds(0.4), drift: .ppm(15)))
        runHonestly(world, 36_000)
        #expect((2...10).contains(world.writes))
    }

    @Test func `is never set from a clock that is not synchronised`() {
        let world = SimulatedWorld([], chip: .chip(offset: .seconds(0.4)))
        world.run(36_000)
        #expect(world.writes == 0 && world.setRTC(to: nil) != nil)
    }

    @Test func `is set before the end if it has stopped, however lately it was set`() {
        let world = SimulatedWorld(chip: .chip(isStopped: true))
        runHonestly(world, 600)
        world.inject(.rtc(.stopped))
        runHonestly(world, 600)
        #expect(world.writes == 1 && world.setRTCBeforeEnd() && world.engine.isSettingRTC)
        runHonestly(world, 30)
        #expect(world.writes == 2 && !world.engine.isSettingRTC)
        #expect(!world.setRTCBeforeEnd(), "it is right now")
    }

    @Test func `is left alone before the end if it does not answer`() {
        let world = SimulatedWorld(chip: .chip())
        world.inject(.rtc(.silent))
        runHonestly(world, 600)
        #expect(world.engine.state.kind == .synchronised && !world.setRTCBeforeEnd())
    }

    @Test func `is not set before the end from a clock that is not synchronised`() {
        let world = SimulatedWorld([], chip: .chip(offset: .seconds(0.4)))
        world.run(600)
        #expect(!world.setRTCBeforeEnd() && !world.engine.isSettingRTC)
    }

    @Test func `takes a time given by hand and is believed again`() {
        let world = SimulatedWorld([], chip: .chip(isStopped: true), clockOffset: .seconds(500))
        world.run(10)
        #expect(world.setRTC(to: world.trueDate) == nil)
        world.run(30)
        #expect(world.writes == 1 && world.engine.state.kind == .holdover && world.error.magnitude < .seconds(0.01))
    }

    @Test func `that is trimmed has another drift from then on, and is known as well as before`() {
        let world = SimulatedWorld(chip: .chip(drift: .ppm(1.5)))
        runHonestly(world, 43_200)
        #expect(world.trimRTC(to: TrimOffset(steps: 15)) == nil)
        runHonestly(world, 60)
        #expect(world.chipDrift.magnitude < .ppm(1e-6))
        #expect(abs(world.engine.rtc?.model.drift.ppm ?? 9) < 0.1)
        #expect(world.log.count { $0.contains("from 0 to +15") } == 1)
        world.inject(.outageBegins)
        runHonestly(world, 43_200)
        #expect(world.trimRTC(to: TrimOffset(steps: 0)) == nil)
        runHonestly(world, 43_200)
    }

    @Test func `of which nothing is known is trusted ever less`() {
        let world = SimulatedWorld([], chip: .chip(offset: .seconds(0.5), drift: .ppm(3)))
        runHonestly(world, 6 * 86_400)
        #expect(world.engine.state.kind == .holdover)
    }

    @Test func `that gains an hour a day is said to be a counterfeit, and neither followed nor set`() {
        let world = SimulatedWorld(chip: .chip(drift: .ppm(40_000)))
        runHonestly(world, 7_200)
        let writes = world.writes
        #expect(world.log.count { $0.contains("counterfeit") } == 1)
        #expect(world.engine.rtc?.isUsable(at: world.now.monotonic) == false)
        runHonestly(world, 36_000)
        #expect(world.writes == writes && writes <= 2)
    }

    @Test func `that shows a time before the last that was seen is not loaded`() {
        let world = SimulatedWorld(chip: .chip())
        world.run(43_200)
        world.shutDown()
        world.inject(.outageBegins)
        world.inject(.rtc(.step(.seconds(-86_400 - 7_200))))
        world.restart(afterBeingOffFor: 86_400)
        world.run(600)
        #expect(world.engine.state.kind == .unsynchronised)
        #expect(world.log.count { $0.contains("s before the last that was seen of it") } == 1)
    }

    @Test func `is trimmed after a day, and keeps time itself`() {
        let world = SimulatedWorld(chip: .chip(drift: .ppm(1.24)))
        runHonestly(world, 86_000)
        #expect(world.chip?.aging == 0)
        runHonestly(world, 86_400)
        #expect(world.chip?.aging == 12 && world.chipDrift.magnitude < .ppm(0.1))
        #expect(world.log.count { $0.contains("trimmed, from 0 to +12") } == 1)
    }

    @Test func `is left as it is if it may not be trimmed`() {
        let world = SimulatedWorld(chip: .chip(drift: .ppm(1.24))) { $0.trimsRTC = false }
        runHonestly(world, 2 * 86_400)
        #expect(world.chip?.aging == 0)
    }

    @Test func `stays as somebody has trimmed it, also after a restart, until it is handed back`() {
        let world = SimulatedWorld(chip: .chip(drift: .ppm(1.24)))
        runHonestly(world, 3_600)
        #expect(world.trimRTC(to: TrimOffset(steps: -3)) == nil)
        runHonestly(world, 2 * 86_400)
        #expect(world.chip?.aging == -3)
        world.shutDown()
        world.restart()
        runHonestly(world, 2 * 86_400)
        #expect(world.chip?.aging == -3)
        #expect(world.trimRTC(to: nil) == nil)
        runHonestly(world, 2 * 86_400)
        #expect(world.chip?.aging == 12)
    }

    @Test func `that jumps in holdover is not followed`() {
        let world = SimulatedWorld([], chip: .chip())
        runHonestly(world, 3_600)
        world.inject(.rtc(.step(.seconds(3))))
        runHonestly(world, 600)
        #expect(world.log.count { $0.contains("away from where it was") } == 1)
    }

    @Test func `takes no time that has certainly passed`() {
        let world = SimulatedWorld([], chip: .chip())
        #expect(world.setRTC(to: CivilTime(year: 2020, month: 1, day: 1).date) != nil)
    }

    @Test func `what was learned survives a restart and a power cut`() {
        let world = SimulatedWorld(chip: .chip(offset: .milliseconds(3), drift: .ppm(1.5)))
        world.run(43_200)
        world.shutDown()
        world.inject(.outageBegins)
        world.restart(afterBeingOffFor: 86_400)
        runHonestly(world, 600)
        #expect(world.engine.state.kind == .holdover)
        #expect(world.error.magnitude < .milliseconds(10))
        #expect(world.engine.served.rootDistance(at: world.now) < .seconds(0.5))
    }

    @Test func `a saved state that cannot be read is said and started anew`() {
        let world = SimulatedWorld([], chip: .chip())
        world.savedRTC = "nonsense"
        world.restart()
        world.run(10)
        #expect(world.log.contains { $0.contains("cannot be read") })
        #expect(world.engine.state.kind == .holdover)
    }
}
