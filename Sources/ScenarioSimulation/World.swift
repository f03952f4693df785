import ClockDiscipline
import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress
import RTCReference

/// One run of a scenario: a host with the real engine on it, its servers and its chip, in virtual time.
final class World {
    let scenario: Scenario
    private let seed: UInt64
    let truth: TrueTime
    private let oscillator: Oscillator
    var upstreams: [Upstream]
    private let rtc: SimulatedRTC?
    /// Changes what the engine wants done.
    private let sabotage: (EngineAction, Engine) -> EngineAction

    /// Since the scenario's start, in true time.
    var now = NTPDuration.zero
    /// As the kernel keeps it.
    private var clock: ClockTrajectory
    /// nil while the machine is off.
    var engine: Engine?
    private let randomness: EngineRandomness
    private var savedFrequency: Frequency?
    private var savedRTC: String?
    /// What the clock showed when the power went.
    private var stoppedAt: NTPDate

    private var scheduled = Agenda<Scenario.Event.Kind>()
    var arrivals = Agenda<Arrival>()
    private var nextSample: NTPDuration
    var lastSample: ScenarioSample?
    var isStepped = false
    private var recorder: Recorder
    private var steps: Int64 = 0
    private var panic: NTPDuration?

    /// What the engine waits for.
    enum Arrival {
        case reply(AssociationID, NTPPacket.Octets)
        case addresses(SourceID, [ResolvedAddress])
        case rtc(RTCAnswer)
    }

    init(_ scenario: Scenario, seed: UInt64, sabotage: @escaping (EngineAction, Engine) -> EngineAction) {
        self.scenario = scenario
        self.seed = seed
        self.sabotage = sabotage
        let truth = TrueTime(scenario)
        let oscillator = Oscillator(
            scenario.oscillator,
            temperature: scenario.temperature,
            generator: SeededGenerator(seed: seed, stream: 1)
        )
        self.truth = truth
        self.oscillator = oscillator
        upstreams = scenario.servers.enumerated().map { Upstream($0.element, index: $0.offset, seed: seed) }
        rtc = scenario.rtc.map { SimulatedRTC($0, scenario, oscillator, truth, seed: seed) }
        randomness = EngineRandomness(SeededGenerator(seed: seed, stream: 2))
        savedFrequency = scenario.rememberedFrequency
        stoppedAt = scenario.start
        clock = ClockTrajectory(
            from: ClockReading(
                monotonic: oscillator.moment(at: .zero),
                date: truth.date(at: .zero) + scenario.clockOffset
            )
        )
        // Half-way, since samples on the second would meet leap seconds in the act.
        nextSample = scenario.interval / 2
        recorder = Recorder(scenario)
        for event in scenario.events { scheduled.add(event.kind, at: event.time) }
    }

    /// Runs to the scenario's end.
    func run(_ record: (ScenarioSample) -> Void) -> ScenarioResult {
        start()
        while panic == nil {
            let next = min(nextSample, scheduled.next, arrivals.next)
            if let deadline = deadline(before: min(next, scenario.duration)) {
                now = max(now, deadline)
                let reading = reading
                engine?.advance(to: reading)
                carryOutActions()
                continue
            }
            guard next < scenario.duration else { break }
            now = next
            if next == scheduled.next {
                befall(scheduled.takeFirst())
            } else if next == arrivals.next {
                deliver(arrivals.takeFirst())
            } else {
                let sample = takeSample()
                recorder.add(sample)
                record(sample)
                nextSample += scenario.interval
            }
        }
        let packets = upstreams.reduce(0) { $0 + $1.requests }
        return recorder.result(seed: seed, packets: packets, steps: steps, panic: panic)
    }

    /// When the engine's deadline is, if it is no later than `limit`.
    private func deadline(before limit: NTPDuration) -> NTPDuration? {
        guard let deadline = engine?.nextDeadline, deadline <= oscillator.moment(at: limit) else { return nil }
        return deadline > moment ? oscillator.time(of: deadline) : now
    }

    private var moment: MonotonicTime { oscillator.moment(at: now) }
    var reading: ClockReading { ClockReading(monotonic: moment, date: clock.date(at: moment)) }

    // MARK: The machine

    private func start() {
        engine = Engine(
            configuration: EngineConfiguration(
                sources: scenario.servers.map { $0.source },
                limits: scenario.correctionLimits,
                rtc: rtc?.kind
            ),
            frequency: savedFrequency,
            savedRTC: savedRTC,
            random: randomness,
            at: reading
        )
        carryOutActions()
    }

    private func befall(_ event: Scenario.Event.Kind) {
        switch event {
        case .powerOff:
            engine = nil
            arrivals.removeAll()
            stoppedAt = reading.date
            rtc?.losePower(at: now)
        case .powerOn(let date):
            clock = ClockTrajectory(from: ClockReading(monotonic: moment, date: date ?? stoppedAt))
            rtc?.restorePower(at: now)
            start()
        case .clockStep(let offset):
            clock.step(by: ClockStep(offset), at: moment)
            isStepped = true
        case .rtc(let fault): rtc?.befall(fault, at: now)
        }
    }

    private func deliver(_ arrival: Arrival) {
        let reading = reading
        switch arrival {
        case .reply(let id, let octets): engine?.received(id, octets.span, at: reading.monotonic, now: reading)
        case .addresses(let source, let addresses): engine?.resolved(source, to: addresses, at: reading)
        case .rtc(let answer): engine?.rtcAnswered(answer, at: reading)
        }
        carryOutActions()
    }

    private func carryOutActions() {
        guard let actions = engine?.takeActions(), let engine else { return }
        for action in actions {
            switch sabotage(action, engine) {
            case .send(let id, let address, let datagram): send(datagram, to: address.address, for: id)
            case .resolve(let source, let host): resolve(source, host)
            case .step(let step):
                clock.step(by: step, at: moment)
                steps += 1
                isStepped = true
            case .steer(let steering): clock.steer(steering, at: moment)
            case .publish(let status): clock.announce(status.leap, at: moment)
            case .rtc(let request):
                guard let rtc else { break }
                let answer = rtc.answer(request, at: now)
                arrivals.add(.rtc(answer.answer), at: answer.time)
            case .saveFrequency(let frequency): savedFrequency = frequency
            case .saveRTC(let text): savedRTC = text
            case .associationsChanged, .broadcast, .close, .measured, .corrected, .log: break
            case .panic: panic = now
            }
        }
    }
}
