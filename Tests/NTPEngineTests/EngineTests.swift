import ClockDiscipline
import DS3231
import HAL
import NTPTime
import NTPWire
import NetworkAddress
import RTCReference
import Support
import Testing

@testable import NTPEngine

/// Runs `world` and holds every served moment against its own bound.
private func runHonestly(_ world: World, _ seconds: Double, check: (World) -> Void = { _ in }) {
    var broken = 0
    world.run(seconds) { world in
        check(world)
        guard world.engine.served.reference != nil else { return }
        let bound = world.engine.served.rootDistance(at: world.now).seconds
        if abs(world.error) > bound { broken += 1 }
    }
    #expect(broken == 0, "the bound was broken at \(broken) moments")
}

@Suite struct `Synchronisation` {
    @Test func `one server is followed within half a minute, and the bound holds`() {
        let world = World(servers: ["192.0.2.1": World.Server()])
        runHonestly(world, 30)
        #expect(world.engine.state == .synchronised)
        #expect(abs(world.error) < 1e-3)
        #expect(world.steps.isEmpty)
        #expect(world.engine.served.stratum == 2)
        #expect(world.engine.served.referenceID.dottedQuad == "192.0.2.1")
        runHonestly(world, 7_200)
        #expect(abs(world.error) < 0.1e-3)
        let found = world.engine.measuredFrequency
        #expect(found.map { abs($0.fraction - world.frequency) < 0.1e-6 } == true)
    }

    @Test func `the first offset is stepped when it is large`() {
        let world = World(servers: ["192.0.2.1": World.Server()], clockOffset: -40)
        runHonestly(world, 60)
        #expect(world.steps.count == 1 && abs(world.error) < 1e-3)
    }

    @Test func `an offset beyond the panic limit ends the daemon unless -g was given`() {
        let panicking = World(servers: ["192.0.2.1": World.Server()], clockOffset: 2_000)
        panicking.run(60)
        #expect(panicking.hasPanicked && panicking.steps.isEmpty)
        let limits = ClockLoop.Limits(allowsFirstPanic: true)
        let permitted = World(servers: ["192.0.2.1": World.Server()], limits: limits, clockOffset: -2_000_000)
        runHonestly(permitted, 60)
        #expect(!permitted.hasPanicked && abs(permitted.error) < 1e-3)
    }

    @Test func `a falseticker is outvoted, even when it is the first to answer`() {
        let world = World(servers: [
            "192.0.2.1": World.Server(offset: 0.5, delay: 0.1e-3), "192.0.2.2": World.Server(delay: 5e-3),
            "192.0.2.3": World.Server(delay: 3e-3),
        ])
        runHonestly(world, 600)
        #expect(world.engine.state == .synchronised && abs(world.error) < 1e-3)
        #expect(world.engine.truechimers.count == 2 && world.engine.falsetickers.count == 1)
        #expect(world.log.contains { $0.contains("192.0.2.1:123") && $0.contains("falseticker") })
    }

    @Test func `two servers that disagree are both not believed`() {
        let world = World(servers: ["192.0.2.1": World.Server(offset: 1), "192.0.2.2": World.Server()])
        world.run(300)
        #expect(world.engine.state == .unsynchronised && world.engine.served.leap == .unsynchronised)
    }

    @Test func `polling slows down when the oscillator is steady`() {
        let world = World(servers: ["192.0.2.1": World.Server()])
        world.run(7_200)
        #expect(world.engine.associations.first?.poll == PollExponent(6))
        let requests = world.servers[IPAddress(v4: 0xc000_0201)]?.requests ?? []
        #expect((7_200 / 64...250).contains(requests.count))
    }
}

@Suite struct `Trouble with servers and what is remembered` {
    private static let good = ["192.0.2.1": World.Server(), "192.0.2.2": World.Server()]

    @Test(arguments: [World.Server(leap: .unsynchronised), World.Server(kiss: .rate), World.Server(isUp: false)])
    func `one server that is of no use does not keep the others from being followed`(useless: World.Server) {
        let world = World(servers: Self.good.merging(["192.0.2.3": useless]) { $1 })
        runHonestly(world, 60)
        #expect(world.engine.state == .synchronised)
    }

    @Test func `an RTC that is hours off is overruled`() {
        let world = World(servers: Self.good, chip: World.Chip(offset: 7_200), clockOffset: 0.001)
        world.run(120)
        #expect(!world.hasPanicked && world.engine.state == .synchronised && abs(world.error) < 1e-3)
    }

    @Test(arguments: [-40.0, -20, 20, 40]) func `a drift file that is wrong is unlearned`(error: Double) {
        let world = World(
            servers: Self.good,
            savedFrequency: Frequency(fraction: 12e-6) + .ppm(error)
        )
        world.run(3_600)
        runHonestly(world, 86_400)
        #expect(world.engine.state == .synchronised && abs(world.error) < 1e-3)
        #expect(abs((world.engine.measuredFrequency ?? .zero).ppm - 12) < 0.5)
    }

    @Test func `servers that part are followed no longer, and no RTC is set by them`() {
        let world = World(servers: Self.good, chip: World.Chip())
        world.run(20_000)
        for _ in 0..<200 {
            world.servers[IPAddress(v4: 0xc000_0201)]?.offset += 0.2e-3
            runHonestly(world, 64)
        }
        #expect(world.engine.state == .holdover && abs(world.error) < 5e-3)
        let writes = world.writes
        runHonestly(world, 40_000)
        #expect(world.engine.state == .holdover && world.writes == writes && abs(world.error) < 0.1)
    }

    @Test func `of two servers, the one that does not jump is followed`() {
        let world = World(servers: Self.good)
        world.run(20_000)
        world.servers[IPAddress(v4: 0xc000_0201)]?.offset = 1
        runHonestly(world, 40_000)
        #expect(world.engine.state == .synchronised && abs(world.error) < 2e-3)
    }

    @Test func `one reply that is far off changes nothing but the bound`() {
        let world = World(servers: ["192.0.2.1": World.Server()])
        world.run(7_200)
        var isDone = false
        world.tamper = { reply in
            guard !isDone else { return }
            isDone = true
            reply.receiveTimestamp = reply.receiveTimestamp + .seconds(0.5)
            reply.transmitTimestamp = reply.transmitTimestamp + .seconds(0.5)
        }
        runHonestly(world, 600)
        #expect(isDone && world.engine.state == .synchronised && abs(world.error) < 1e-3)
    }

    @Test func `a clock that somebody else sets is known to be off`() {
        let world = World(servers: ["192.0.2.1": World.Server()])
        world.run(7_200)
        world.stepClock(by: 0.7)
        runHonestly(world, 600)
        #expect(abs(world.error) < 1e-3)
    }

    @Test func `the end leaves no slew behind`() {
        let world = World(servers: ["192.0.2.1": World.Server()], clockOffset: 0.1)
        world.run(8)
        #expect((world.steering?.slew.magnitude ?? .zero) > .seconds(0.01))
        world.shutDown()
        #expect(world.steering?.slew == .zero)
    }
}

@Suite struct `Replies from servers` {
    private func refusal(_ tamper: @escaping (inout NTPPacket) -> Void) -> ReplyRefusal? {
        let world = World(servers: ["192.0.2.1": World.Server()])
        world.tamper = tamper
        world.run(60)
        #expect(world.engine.state == .unsynchronised)
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
        let world = World(servers: ["192.0.2.1": World.Server()])
        var copy: NTPPacket?
        world.tamper = { copy = $0 }
        world.run(1.5)
        let octets = copy.map { packet in (0..<48).map { packet.octets[$0] } } ?? []
        #expect(world.engine.associations.first?.statistics.count == 1)
        world.deliver(octets, to: 1)
        #expect(world.engine.associations.first?.lastRefusal == .bogusOrigin)
        #expect(world.engine.associations.first?.statistics.count == 1)
    }

    @Test func `never crash the client, whatever they hold`() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SplitMix(state: seed)
        let world = World(servers: ["192.0.2.1": World.Server()])
        world.tamper = { packet in
            var octets = (0..<48).map { packet.octets[$0] }
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let index = Int.random(in: 0..<48, using: &generator)
                if !(24..<32).contains(index) { octets[index] = UInt8.random(in: 0...255, using: &generator) }
            }
            if let changed = try? NTPPacket(octets.span) { packet = changed }
        }
        world.run(20_000)
        for length in 0..<100 {
            world.deliver((0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }, to: 1)
        }
        #expect(world.time == 20_000 || world.hasPanicked, "seed \(seed)")
    }

    @Test(arguments: [ReferenceID.deny, ReferenceID.restrict])
    func `a kiss that denies service ends the requests for good`(code: ReferenceID) {
        let world = World(servers: ["192.0.2.1": World.Server(kiss: code)])
        world.run(7_200)
        #expect(world.servers[IPAddress(v4: 0xc000_0201)]?.requests.count == 1)
        #expect(world.log.contains { $0.contains("refuses us") })
    }

    @Test func `a kiss that asks for fewer requests is obeyed`() {
        let world = World(servers: ["192.0.2.1": World.Server(kiss: .rate)])
        world.run(600)
        #expect((world.engine.associations.first?.poll ?? PollExponent(0)) >= PollExponent(8))
        #expect((world.servers[IPAddress(v4: 0xc000_0201)]?.requests.count ?? 0) <= 7)
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
        let world = World(
            servers: ["192.0.2.1": World.Server(), "192.0.2.2": World.Server()],
            sources: [source(.server)]
        )
        world.hosts["ntp.example"] = addresses
        world.run(300)
        #expect(world.engine.associations.map(\.address.address) == [addresses[0]])
        world.servers[addresses[0]]?.isUp = false
        world.run(1_200)
        #expect(world.engine.associations.map(\.address.address) == [addresses[1]])
        #expect(world.engine.state == .synchronised)
    }

    @Test func `an address is kept while there is no other, and used again when it is back`() {
        let world = World(servers: ["192.0.2.1": World.Server()], sources: [source(.server)])
        world.hosts["ntp.example"] = [addresses[0]]
        world.run(300)
        world.servers[addresses[0]]?.isUp = false
        world.hosts["ntp.example"] = []
        world.run(3_600)
        #expect(world.engine.state == .holdover)
        world.servers[addresses[0]]?.isUp = true
        world.run(60)
        #expect(world.engine.state == .synchronised)
    }

    @Test func `a pool gives several associations`() {
        let world = World(
            servers: ["192.0.2.1": World.Server(), "192.0.2.2": World.Server()],
            sources: [source(.pool)]
        )
        world.run(60)
        #expect(world.engine.associations.isEmpty)
        world.hosts["ntp.example"] = addresses
        world.run(600)
        #expect(Set(world.engine.associations.map(\.address.address)) == Set(addresses))
        #expect(world.engine.state == .synchronised)
    }
}

@Suite struct `A server that jumps` {
    @Test func `is followed when it is the only one, and the bound covers both for two days`() {
        let world = World(servers: ["192.0.2.1": World.Server()])
        runHonestly(world, 7_200)
        world.servers[IPAddress(v4: 0xc000_0201)]?.offset = 0.05
        runHonestly(world, 86_400)
        #expect(world.steps.isEmpty && abs(world.error - 0.05) < 1e-3)
        let doubtful = world.engine.served.rootDistance(at: world.now)
        #expect(doubtful > .seconds(0.05))
        world.run(90_000)
        #expect(world.engine.served.rootDistance(at: world.now) < .seconds(0.005))
    }

    @Test func `is outvoted by two that do not`() {
        let world = World(servers: [
            "192.0.2.1": World.Server(), "192.0.2.2": World.Server(), "192.0.2.3": World.Server(),
        ])
        runHonestly(world, 7_200)
        world.servers[IPAddress(v4: 0xc000_0201)]?.offset = 0.05
        runHonestly(world, 7_200)
        #expect(abs(world.error) < 0.5e-3)
        #expect(world.engine.falsetickers.count == 1)
        #expect(world.engine.served.rootDistance(at: world.now) < .seconds(0.01))
    }
}

@Suite struct `Holdover` {
    private let server = IPAddress(v4: 0xc000_0201)

    @Test func `without an RTC the last frequency keeps the time, ever less surely`() {
        let world = World(servers: ["192.0.2.1": World.Server()])
        runHonestly(world, 7_200)
        world.servers[server]?.isUp = false
        runHonestly(world, 1_200)
        #expect(world.engine.state == .holdover)
        let early = world.engine.served.rootDispersion(at: world.now)
        runHonestly(world, 36_000)
        #expect(world.engine.served.rootDispersion(at: world.now) > early)
        #expect(world.engine.served.leap == .none && world.engine.served.stratum == 2)
        world.servers[server]?.isUp = true
        runHonestly(world, 300)
        #expect(world.engine.state == .synchronised && world.steps.isEmpty && abs(world.error) < 1e-3)
    }

    @Test func `with an RTC the reply says so, and the time stays near`() {
        let world = World(servers: ["192.0.2.1": World.Server()], chip: World.Chip(offset: 0.003, drift: 0.4e-6))
        runHonestly(world, 43_200)
        world.servers[server]?.isUp = false
        runHonestly(world, 1_200)
        #expect(world.engine.state == .holdover)
        #expect(world.engine.served.referenceID == .rtc && world.engine.served.stratum == 10)
        let early = world.engine.served.rootDispersion(at: world.now)
        runHonestly(world, 86_400)
        #expect(abs(world.error) < 5e-3)
        #expect(world.engine.served.rootDispersion(at: world.now) > early)
        world.servers[server]?.isUp = true
        runHonestly(world, 300)
        #expect(world.engine.state == .synchronised && world.steps.isEmpty && abs(world.error) < 1e-3)
        #expect(world.engine.served.referenceID.dottedQuad == "192.0.2.1")
    }

    @Test func `a chip that jumped before it was needed is not followed, and the bound covers both`() {
        let world = World(servers: ["192.0.2.1": World.Server()], chip: World.Chip(offset: 0.003, drift: 0.4e-6))
        runHonestly(world, 43_200)
        world.servers[server]?.isUp = false
        world.chip?.failure = .unanswered
        runHonestly(world, 7_200)
        world.chip?.failure = nil
        world.chip?.offset += 2
        runHonestly(world, 7_200)
        #expect(world.engine.state == .holdover && abs(world.error) < 0.1)
        #expect(world.engine.served.rootDispersion(at: world.now) > .seconds(1.9))
        #expect(world.log.contains { $0.contains("it is not followed") })
    }

    @Test func `a chip that jumps while there are servers widens no bound`() {
        let world = World(servers: ["192.0.2.1": World.Server()], chip: World.Chip(offset: 0.003, drift: 0.4e-6))
        runHonestly(world, 43_200)
        let before = world.engine.served.rootDistance(at: world.now)
        let writes = world.writes
        world.chip?.offset += 2
        runHonestly(world, 7_200)
        #expect(world.engine.state == .synchronised && world.writes == writes + 1)
        #expect(world.engine.served.rootDistance(at: world.now) < before * 2)
    }

    @Test func `a chip that was moved a little is followed again`() {
        let world = World(servers: ["192.0.2.1": World.Server()], chip: World.Chip())
        runHonestly(world, 43_200)
        let writes = world.writes
        // Too little to be set for.
        world.chip?.offset += 4e-3
        runHonestly(world, 14_400)
        #expect(world.writes == writes && world.engine.rtc?.contradiction == nil)
        world.servers[server]?.isUp = false
        runHonestly(world, 43_200)
        #expect(world.engine.served.referenceID == .rtc && abs(world.error) < 2e-3)
    }

    @Test func `ends when it has lasted as long as is allowed, until servers are back`() {
        let world = World(
            servers: ["192.0.2.1": World.Server()],
            chip: World.Chip(),
            holdover: HoldoverLimits(stratum: 7, duration: .seconds(3_600))
        )
        runHonestly(world, 7_200)
        world.servers[server]?.isUp = false
        runHonestly(world, 3_000)
        #expect(world.engine.state == .holdover && world.engine.served.stratum == 7)
        runHonestly(world, 3_600)
        #expect(world.engine.state == .unsynchronised && world.engine.served.stratum == 0)
        #expect(world.log.count { $0.contains("as long as is allowed") } == 1)
        runHonestly(world, 36_000)
        #expect(world.engine.state == .unsynchronised)
        world.servers[server]?.isUp = true
        runHonestly(world, 600)
        #expect(world.engine.state == .synchronised)
    }

    @Test func `ends when the bound exceeds what is allowed`() {
        let world = World(
            servers: ["192.0.2.1": World.Server()],
            holdover: HoldoverLimits(distance: .seconds(0.05))
        )
        runHonestly(world, 7_200)
        world.servers[server]?.isUp = false
        var worst = NTPDuration.zero
        runHonestly(world, 86_400) { worst = max(worst, $0.engine.served.rootDistance(at: $0.now)) }
        #expect(world.engine.state == .unsynchronised && worst > .seconds(0.04))
        #expect(world.log.count { $0.contains("no better than 0.050 s") } == 1)
    }

    @Test func `what is no better than 16 s is not served`() {
        let world = World(servers: ["192.0.2.1": World.Server()], sources: [], chip: World.Chip())
        world.run(10)
        #expect(world.engine.state == .holdover)
        world.chip?.failure = .unanswered
        world.run(1e7)
        #expect(world.engine.state == .unsynchronised && world.engine.served.leap == .unsynchronised)
    }
}

@Suite struct `The RTC` {
    @Test func `is set when it has stopped and the time is known, and served from no sooner`() {
        let world = World(servers: ["192.0.2.1": World.Server()], chip: World.Chip(offset: 40, isTimeless: true))
        world.servers[IPAddress(v4: 0xc000_0201)]?.isUp = false
        world.run(600)
        #expect(world.engine.state == .unsynchronised && world.writes == 0)
        world.servers[IPAddress(v4: 0xc000_0201)]?.isUp = true
        runHonestly(world, 300)
        #expect(world.engine.state == .synchronised && world.writes == 1)
        #expect(world.engine.rtc?.lastError == nil)
        #expect(abs(world.chip?.offset ?? 40) < 1e-3)
    }

    @Test func `is served from at boot when there is nothing else`() {
        let world = World(servers: [:], chip: World.Chip(offset: 0.2), clockOffset: -50_000_000)
        runHonestly(world, 60)
        #expect(world.engine.state == .holdover && world.engine.served.referenceID == .rtc)
        #expect(abs(world.error - 0.2) < 2e-3 && world.steps.count == 1)
    }

    @Test func `is not served from when its oscillator stopped`() {
        let world = World(servers: [:], chip: World.Chip(failure: .failed(.oscillatorStopped)))
        world.run(600)
        #expect(world.engine.state == .unsynchronised && world.engine.served.referenceID == .initial)
        #expect(world.log.count { $0.contains("oscillator has stopped") } == 1)
    }

    @Test func `that shows another senseless date each time is one trouble, and warned of once`() {
        let world = World(servers: [:], chip: World.Chip())
        for second in Int64(0)..<20 {
            let date = NTPDate(unixSeconds: 946_684_800 + 64 * second)
            world.chip?.failure = .failed(.implausible(date, plausible: NTPDate.plausible))
            world.run(64)
        }
        #expect(world.log.count { $0.contains("which cannot be") } == 1, "\(world.log)")
        world.chip?.failure = .unanswered
        world.run(128)
        #expect(world.log.count { $0.contains("does not answer") } == 1)
    }

    @Test func `is set from the synchronised clock when it is off, at most once an hour`() {
        let world = World(servers: ["192.0.2.1": World.Server()], chip: World.Chip(offset: 0.4, drift: 15e-6))
        runHonestly(world, 36_000)
        #expect((2...10).contains(world.writes))
    }

    @Test func `is never set from a clock that is not synchronised`() {
        let world = World(servers: [:], chip: World.Chip(offset: 0.4))
        world.run(36_000)
        #expect(world.writes == 0 && world.setRTC(to: nil) != nil)
    }

    @Test func `is set before the end if it has stopped, however lately it was set`() {
        let world = World(servers: ["192.0.2.1": World.Server()], chip: World.Chip(isTimeless: true))
        runHonestly(world, 600)
        world.chip?.isTimeless = true
        runHonestly(world, 600)
        #expect(world.writes == 1 && world.setRTCBeforeEnd() && world.engine.isSettingRTC)
        runHonestly(world, 30)
        #expect(world.writes == 2 && !world.engine.isSettingRTC)
        #expect(!world.setRTCBeforeEnd(), "it is right now")
    }

    @Test func `is left alone before the end if it does not answer`() {
        let world = World(
            servers: ["192.0.2.1": World.Server()],
            chip: World.Chip(failure: .unanswered)
        )
        runHonestly(world, 600)
        #expect(world.engine.state == .synchronised && !world.setRTCBeforeEnd())
    }

    @Test func `is not set before the end from a clock that is not synchronised`() {
        let world = World(servers: [:], chip: World.Chip(offset: 0.4))
        world.run(600)
        #expect(!world.setRTCBeforeEnd() && !world.engine.isSettingRTC)
    }

    @Test func `takes a time given by hand and is believed again`() {
        let world = World(servers: [:], chip: World.Chip(failure: .failed(.oscillatorStopped)), clockOffset: 500)
        world.run(10)
        world.chip?.failure = nil
        #expect(world.setRTC(to: world.trueDate) == nil)
        world.run(30)
        #expect(world.writes == 1 && world.engine.state == .holdover && abs(world.error) < 0.01)
    }

    @Test func `that is trimmed has another drift from then on, and is known as well as before`() {
        let world = World(servers: ["192.0.2.1": World.Server()], chip: World.Chip(drift: 1.5e-6))
        runHonestly(world, 43_200)
        #expect(world.trimRTC(to: TrimOffset(steps: 15)) == nil)
        runHonestly(world, 60)
        #expect(abs(world.chip?.drift ?? 1) < 1e-12)
        #expect(abs(world.engine.rtc?.model.drift.ppm ?? 9) < 0.1)
        #expect(world.log.count { $0.contains("from 0 to +15") } == 1)
        world.servers[IPAddress(v4: 0xc000_0201)]?.isUp = false
        runHonestly(world, 43_200)
        #expect(world.trimRTC(to: TrimOffset(steps: 0)) == nil)
        runHonestly(world, 43_200)
    }

    @Test func `of which nothing is known is trusted ever less`() {
        let world = World(servers: [:], chip: World.Chip(offset: 0.5, drift: 3e-6))
        runHonestly(world, 6 * 86_400)
        #expect(world.engine.state == .holdover)
    }

    @Test func `that gains an hour a day is said to be a counterfeit, and neither followed nor set`() {
        let world = World(servers: ["192.0.2.1": World.Server()], chip: World.Chip(drift: 0.04))
        runHonestly(world, 7_200)
        let writes = world.writes
        #expect(world.log.count { $0.contains("counterfeit") } == 1)
        #expect(world.engine.rtc?.isUsable(at: world.monotonic) == false)
        runHonestly(world, 36_000)
        #expect(world.writes == writes && writes <= 2)
    }

    @Test func `that shows a time before the last that was seen is not loaded`() {
        let first = World(servers: ["192.0.2.1": World.Server()], chip: World.Chip())
        first.run(43_200)
        first.shutDown()
        var chip = first.chip
        chip?.offset -= 86_400 + 7_200
        let second = World(
            servers: [:],
            chip: chip,
            savedRTC: first.savedRTC,
            start: first.time + 86_400
        )
        second.run(600)
        #expect(second.engine.state == .unsynchronised)
        #expect(second.log.count { $0.contains("s before the last that was seen of it") } == 1)
    }

    @Test func `is trimmed after a day, and keeps time itself`() {
        let world = World(servers: ["192.0.2.1": World.Server()], chip: World.Chip(drift: 1.24e-6))
        runHonestly(world, 86_000)
        #expect(world.chip?.trim.steps == 0)
        runHonestly(world, 86_400)
        #expect(world.chip?.trim.steps == 12 && abs(world.chip?.drift ?? 1) < 0.1e-6)
        #expect(world.log.count { $0.contains("trimmed, from 0 to +12") } == 1)
    }

    @Test func `is left as it is if it may not be trimmed`() {
        let world = World(
            servers: ["192.0.2.1": World.Server()],
            chip: World.Chip(drift: 1.24e-6),
            trimsRTC: false
        )
        runHonestly(world, 2 * 86_400)
        #expect(world.chip?.trim.steps == 0)
    }

    @Test func `stays as somebody has trimmed it, also after a restart, until it is handed back`() {
        let world = World(servers: ["192.0.2.1": World.Server()], chip: World.Chip(drift: 1.24e-6))
        runHonestly(world, 3_600)
        #expect(world.trimRTC(to: TrimOffset(steps: -3)) == nil)
        runHonestly(world, 2 * 86_400)
        #expect(world.chip?.trim.steps == -3)
        world.shutDown()
        let next = World(
            servers: ["192.0.2.1": World.Server()],
            chip: world.chip,
            clockOffset: world.error,
            savedFrequency: world.savedFrequency,
            savedRTC: world.savedRTC,
            start: world.time
        )
        runHonestly(next, 2 * 86_400)
        #expect(next.chip?.trim.steps == -3)
        #expect(next.trimRTC(to: nil) == nil)
        runHonestly(next, 2 * 86_400)
        #expect(next.chip?.trim.steps == 12)
    }

    @Test func `that jumps in holdover is not followed`() {
        let world = World(servers: [:], chip: World.Chip())
        runHonestly(world, 3_600)
        world.chip?.offset = 3
        runHonestly(world, 600)
        #expect(world.log.count { $0.contains("not followed") } == 1)
    }

    @Test func `takes no time that has certainly passed`() {
        let world = World(servers: [:], chip: World.Chip())
        #expect(world.setRTC(to: CivilTime(year: 2020, month: 1, day: 1).date) != nil)
    }

    @Test func `what was learned survives a restart and a power cut`() {
        let first = World(servers: ["192.0.2.1": World.Server()], chip: World.Chip(offset: 0.003, drift: 1.5e-6))
        first.run(43_200)
        first.shutDown()
        // A day without power.
        let second = World(
            servers: [:],
            chip: first.chip,
            clockOffset: -86_400,
            savedFrequency: first.savedFrequency,
            savedRTC: first.savedRTC,
            start: first.time + 86_400
        )
        runHonestly(second, 600)
        #expect(second.engine.state == .holdover)
        #expect(abs(second.error) < 0.01)
        #expect(second.engine.served.rootDistance(at: second.now) < .seconds(0.5))
    }

    @Test func `a saved state that cannot be read is said and started anew`() {
        let world = World(servers: [:], chip: World.Chip(), savedRTC: "nonsense")
        world.run(10)
        #expect(world.log.contains { $0.contains("cannot be read") })
        #expect(world.engine.state == .holdover)
    }
}
