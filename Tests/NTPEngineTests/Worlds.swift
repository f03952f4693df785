import ClockDiscipline
import DS3231
import HAL
import Monitoring
import NTPEngine
import NTPTime
import NTPWire
import ScenarioSimulation
import Testing

extension ServerCharacter {
    /// 192.0.2.`number`, half a millisecond away, right and asked often but for what `change` makes of it.
    static func server(_ number: Int, change: (inout ServerCharacter) -> Void = { _ in }) -> ServerCharacter {
        var server = ServerCharacter(name: "192.0.2.\(number)")
        server.leap = LeapIndicator.none
        server.rootDelay = .milliseconds(0.1)
        server.rootDispersion = .milliseconds(0.1)
        server.path.delay = .milliseconds(0.5)
        server.path.jitter = .milliseconds(0.02)
        server.source = SourceConfiguration(
            host: server.name,
            initialBurst: true,
            minimumPoll: PollExponent(4),
            maximumPoll: PollExponent(6)
        )
        change(&server)
        return server
    }
}

extension RTCCharacter {
    /// A chip that does nothing but what it is told to: these tests know its drift.
    static func chip(
        offset: NTPDuration = .zero,
        drift: Frequency = .zero,
        isStopped: Bool = false
    ) -> RTCCharacter {
        var chip = RTCCharacter()
        chip.nature = .ideal
        chip.offset = offset
        chip.oscillator.frequency = drift
        chip.isStopped = isStopped
        return chip
    }
}

extension SimulatedWorld {
    /// What the daemon's log would have.
    var log: [String] { events.map { $0.description } }

    /// By which the oscillator of `init(_:)` is to be corrected.
    static let frequency = Frequency.ppm(12)

    /// - Parameter rememberedFrequency: as the drift file has it.
    convenience init(
        _ servers: [ServerCharacter] = [.server(1)],
        chip: RTCCharacter? = nil,
        start: NTPDate = NTPDate(unixSeconds: 1_800_000_000),
        leapSecond: LeapSecond? = nil,
        clockOffset: NTPDuration = .milliseconds(50),
        rememberedFrequency: Frequency? = nil,
        seed: UInt64 = 1,
        configure: (inout EngineConfiguration) -> Void = { _ in }
    ) {
        var scenario = Scenario(name: "test")
        scenario.start = start
        scenario.clockOffset = clockOffset
        scenario.oscillator.frequency = -Self.frequency
        scenario.rememberedFrequency = rememberedFrequency
        scenario.correctionLimits = ClockLoop.Limits()
        scenario.servers = servers
        scenario.rtc = chip
        scenario.leapSecond = leapSecond
        self.init(scenario, seed: seed, configure: configure)
    }

    func run(_ seconds: Double, check: (SimulatedWorld) -> Void = { _ in }) {
        run(for: .seconds(seconds), check: check)
    }

    /// To server 192.0.2.`number`.
    func inject(_ event: ServerEvent, to number: Int = 1) { inject(.server(number - 1, event)) }

    /// Changes each reply on its way, and takes its code off.
    func tamper(_ change: @escaping (inout NTPPacket) -> Void) {
        intercept = { reply in
            guard var packet = try? NTPPacket(reply.span) else { return [] }
            change(&packet)
            return [NTPDatagram(packet)]
        }
    }

    /// How often the chip was set.
    var writes: Int { chip?.writes ?? 0 }

    /// The chip less true time; zero without a chip.
    var chipOffset: NTPDuration { chip?.offset(at: time) ?? .zero }

    /// The chip's rate, less one; zero without a chip.
    var chipDrift: Frequency { chip?.drift ?? .zero }

    /// Delivers octets to an association as if its server had sent them.
    func forge(_ octets: [UInt8], to id: AssociationID) {
        perform { $0.received(id, octets.span, at: $1.monotonic, now: $1) }
    }

    /// The power goes and comes back, and the clock goes on from where it stood.
    func restart(afterBeingOffFor seconds: Double = 0) {
        inject(.powerOff)
        run(seconds)
        inject(.powerOn(date: nil))
    }

    // MARK: What the daemon does for its user

    func setSources(_ sources: [SourceConfiguration]) {
        perform {
            $0.setSources(sources, at: $1.monotonic)
            $0.advance(to: $1)
        }
    }

    func setLeapSeconds(_ table: LeapSecondTable?) { perform { engine, _ in engine.setLeapSeconds(table) } }

    func setRTC(to date: NTPDate?) -> String? { perform { $0.setRTC(to: date, at: $1) } }

    func trimRTC(to aging: TrimOffset?) -> String? { perform { $0.trimRTC(to: aging, at: $1) } }

    func setRTCBeforeEnd() -> Bool { perform { $0.setRTCBeforeEnd(at: $1) } }

    func shutDown() { perform { $0.shutDown(at: $1) } }

    // MARK: Honesty

    /// Whether the clock is within the bound that is served.
    ///
    /// A leap second comes to the clocks one after the other, which takes some milliseconds.
    var keepsBound: Bool {
        guard engine.served.reference != nil else { return true }
        if let leap = scenario.leapSecond, (scenario.start + time - leap.date).magnitude < .milliseconds(10) {
            return true
        }
        return error.magnitude <= engine.served.rootDistance(at: now)
    }
}

/// Runs `world` and holds every moment at which something happened against its own bound.
func runHonestly(_ world: SimulatedWorld, _ seconds: Double, check: (SimulatedWorld) -> Void = { _ in }) {
    var broken = 0
    world.run(seconds) { world in
        check(world)
        if !world.keepsBound { broken += 1 }
    }
    #expect(broken == 0, "the bound was broken at \(broken) moments")
}

extension Engine {
    var truechimers: [AssociationID] {
        associations.map(\.id).filter { [.systemPeer, .truechimer].contains(verdict(on: $0)) }
    }
    var falsetickers: [AssociationID] { associations.map(\.id).filter { verdict(on: $0) == .falseticker } }
}
