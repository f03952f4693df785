import ClockDiscipline
import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress
import RTCReference

/// A host with the real engine on it, its servers across a network and its chip, in virtual time.
///
/// What is to happen is in the scenario, or is injected at the present moment.
package final class SimulatedWorld {
    package let scenario: Scenario
    let truth: TrueTime
    private let oscillator: Oscillator
    /// In the scenario's order.
    package internal(set) var servers: [Upstream]
    package let chip: SimulatedClockChip?
    var thermometer: SimulatedThermometer?
    /// Addresses of names that are no server's own.
    package var hosts: [String: [IPAddress]] = [:]
    /// What arrives in place of each reply: the reply itself unless somebody on the way back tampers with it.
    package var intercept: (NTPDatagram) -> [NTPDatagram] = { [$0] }
    /// Changes what the engine wants done.
    package var sabotage: ((EngineAction, Engine) -> EngineAction)?

    /// True time since the scenario's start.
    package private(set) var time = NTPDuration.zero
    /// As the kernel keeps it.
    var clock: ClockTrajectory
    package var isOn: Bool { stoppedAt == nil }
    /// What the clock showed when the power went; nil while the machine is on.
    private var stoppedAt: NTPDate?
    /// As it was when the power went, while the machine is off.
    package internal(set) var engine: Engine
    /// What the engine starts with, also when the power comes back.
    package var configuration: EngineConfiguration
    private let randomness: EngineRandomness
    /// The drift file.
    package var savedFrequency: Frequency?
    /// What was learned of the chip, as `EngineAction.saveRTC` has it.
    package var savedRTC: String?

    private var scheduled = Agenda<Scenario.Event.Kind>()
    /// In the middle of what the power is going to fail, and for how long.
    var powerFailure: (moment: PowerFailure, duration: NTPDuration)?
    var arrivals = Agenda<Arrival>()

    /// What the engine has told.
    package internal(set) var events: [EngineEvent] = []
    /// Of the clock, by the engine.
    package internal(set) var steps: [ClockStep] = []
    package internal(set) var steering = ClockSteering(frequency: .zero)
    package internal(set) var broadcasts: [(time: NTPDuration, address: SocketAddress, datagram: NTPDatagram)] = []
    /// When the engine gave up, the offset being beyond the panic limit; nothing happens any more.
    package internal(set) var panic: NTPDuration?

    /// State files that could not be read although nobody had damaged them.
    package private(set) var unreadable: Int64 = 0
    var hasTornFiles = false
    /// Whether the chip may be wrong by more than is assumed without anybody being able to tell.
    private(set) var isChipUnknowable = false

    var lastSample: ScenarioSample?
    /// Whether the clock has been stepped since then.
    var isStepped = false

    /// - Parameter configure: changes what the scenario says of the engine's configuration.
    package init(_ scenario: Scenario, seed: UInt64, configure: (inout EngineConfiguration) -> Void = { _ in }) {
        self.scenario = scenario
        let truth = TrueTime(scenario)
        let heat = scenario.load.map {
            ProcessorHeat($0, until: scenario.duration, generator: SeededGenerator(seed: seed, stream: 9))
        }
        let oscillator = Oscillator(
            scenario.oscillator,
            temperature: scenario.temperature,
            heat: heat,
            generator: SeededGenerator(seed: seed, stream: 1)
        )
        self.truth = truth
        self.oscillator = oscillator
        servers = scenario.servers.enumerated().map { Upstream($0.element, index: $0.offset, seed: seed) }
        chip = scenario.rtc.map { SimulatedClockChip($0, scenario, oscillator, truth, seed: seed) }
        thermometer = scenario.thermometer.map {
            SimulatedThermometer(
                $0,
                temperature: scenario.temperature,
                heat: heat,
                generator: SeededGenerator(seed: seed, stream: 10)
            )
        }
        randomness = EngineRandomness(SeededGenerator(seed: seed, stream: 2))
        savedFrequency = scenario.rememberedFrequency
        var configuration = EngineConfiguration(
            sources: scenario.servers.map { $0.source },
            limits: scenario.correctionLimits,
            rtc: chip?.kind,
            hasThermometer: scenario.thermometer != nil
        )
        configure(&configuration)
        self.configuration = configuration
        let reading = ClockReading(
            monotonic: oscillator.moment(at: .zero),
            date: truth.date(at: .zero) + scenario.clockOffset
        )
        clock = ClockTrajectory(from: reading)
        engine = Engine(
            configuration: configuration,
            frequency: scenario.rememberedFrequency,
            savedRTC: nil,
            random: randomness,
            at: reading
        )
        engine.setLeapSeconds(leapSeconds)
        for event in scenario.events { scheduled.add(event.kind, at: event.time) }
    }

    /// What the client's leap second file says.
    private var leapSeconds: LeapSecondTable? {
        guard scenario.hasLeapFile, let leap = scenario.leapSecond else { return nil }
        return LeapSecondTable(
            changes: [
                LeapSecondTable.Change(date: leap.midnight - .seconds(3_650 * 86_400), taiOffset: 37),
                LeapSecondTable.Change(date: leap.midnight, taiOffset: leap.kind == .insertion ? 38 : 36),
            ],
            expiry: leap.midnight + .seconds(365 * 86_400)
        )
    }

    // MARK: Time

    /// What the host's clocks show.
    package var now: ClockReading { ClockReading(monotonic: moment, date: clock.date(at: moment)) }
    var moment: MonotonicTime { oscillator.moment(at: time) }
    package var trueDate: NTPDate { truth.date(at: time) }
    /// The host's clock less true time.
    package var error: NTPDuration { now.date - trueDate }

    package func run(for duration: NTPDuration, check: (SimulatedWorld) -> Void = { _ in }) {
        run(until: time + duration, check: check)
    }

    /// Lets everything happen that is due by `end`, a true time since the start, unless the engine panics.
    ///
    /// - Parameter check: sees the world after everything that has happened.
    package func run(until end: NTPDuration, check: (SimulatedWorld) -> Void = { _ in }) {
        carryOutActions()
        repeat {
            let limit = min(end, time + Self.lookahead)
            while panic == nil, happens(by: limit) { check(self) }
            if panic == nil { time = max(time, limit) }
        } while panic == nil && time < end
    }

    /// How far ahead the oscillator is drawn at most, which would forget the present otherwise.
    private static let lookahead = NTPDuration.seconds(1_000)

    /// Lets the next thing happen that is due by `end`.
    ///
    /// - Returns: false if there is none.
    private func happens(by end: NTPDuration) -> Bool {
        let next = min(scheduled.next, arrivals.next)
        // What is scheduled for the start comes before the engine's first deadline.
        if scheduled.next > time, let deadline = deadline(by: min(next, end)) {
            time = max(time, deadline)
            engine.advance(to: now)
            carryOutActions()
            return true
        }
        guard next <= end else { return false }
        time = max(time, next)
        if next == scheduled.next {
            inject(scheduled.takeFirst())
        } else {
            deliver(arrivals.takeFirst())
        }
        return true
    }

    /// When the engine's deadline is, if it is no later than `limit`.
    private func deadline(by limit: NTPDuration) -> NTPDuration? {
        let deadline = engine.nextDeadline
        guard isOn, deadline <= oscillator.moment(at: limit) else { return nil }
        return deadline > moment ? oscillator.time(of: deadline) : time
    }

    // MARK: The machine

    /// Lets something happen at the present moment, be it said by the scenario or by whoever drives the world.
    package func inject(_ event: Scenario.Event.Kind) {
        switch event {
        case .powerOff: powerOff()
        case .powerOn(let date, let files):
            guard let stoppedAt else { break }
            clock = ClockTrajectory(from: ClockReading(monotonic: moment, date: date ?? stoppedAt))
            self.stoppedAt = nil
            chip?.restorePower(at: time)
            damage(files)
            start()
        case .powerFails(let moment, let duration): powerFailure = (moment, duration)
        case .cellChanged: chip?.changeCell(at: time)
        case .restart:
            guard isOn else { break }
            perform { engine, now in engine.shutDown(at: now) }
            arrivals.removeAll()
            start()
        case .sources(let places):
            configuration.sources = places.map { scenario.servers[$0].source }
            let sources = configuration.sources
            guard isOn else { break }
            perform { engine, now in
                engine.setSources(sources, at: now.monotonic)
                engine.advance(to: now)
            }
        case .clockStep(let offset):
            clock.step(by: ClockStep(offset), at: moment)
            isStepped = true
        case .server(let index, let event): servers[index].inject(event)
        case .rtc(let fault):
            if case .step = fault, !isOn || engine.rtc?.model.hasHistory != true { isChipUnknowable = true }
            chip?.inject(fault, at: time)
        case .thermometer(let condition): thermometer?.condition = condition
        }
    }

    private func powerOff() {
        guard isOn else { return }
        stoppedAt = now.date
        arrivals.removeAll()
        chip?.losePower(at: time)
    }

    /// The power fails in the middle of something.
    func failPower(for duration: NTPDuration) {
        powerFailure = nil
        powerOff()
        scheduled.add(.powerOn(date: nil), at: time + duration)
    }

    private func damage(_ files: SavedFiles) {
        // Of a chip that nothing is known of any more, something is assumed.
        if files != .kept, let chip, chip.offset(at: time).magnitude > .seconds(0.9) { isChipUnknowable = true }
        switch files {
        case .kept: break
        case .missing:
            savedRTC = nil
            savedFrequency = nil
        case .torn:
            hasTornFiles = true
            savedRTC = savedRTC.map { String($0.prefix($0.count / 2)) }
        }
    }

    private func start() {
        engine = Engine(
            configuration: configuration,
            frequency: savedFrequency,
            savedRTC: savedRTC,
            random: randomness,
            at: now
        )
        engine.setLeapSeconds(leapSeconds)
        let known = events.count
        carryOutActions()
        let isUnreadable = events.dropFirst(known).contains { event in
            if case .rtcMemoryUnreadable = event { true } else { false }
        }
        if isUnreadable, !hasTornFiles { unreadable += 1 }
    }

    /// Calls the engine at the present moment, as the daemon does for its user, and does what comes of it.
    package func perform<Result>(_ call: (inout Engine, ClockReading) -> Result) -> Result {
        defer { carryOutActions() }
        return call(&engine, now)
    }
}
