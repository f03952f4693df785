import HAL
import NTPEngine
import NTPTime
import RTCReference
import Simulation

/// The chip on its bus with the real driver on it, as the daemon's RTC thread has it.
///
/// The chip lives in true time, the driver in the oscillator's. A request is answered at once; the answer says when it
/// is ready.
package final class SimulatedClockChip {
    private let character: RTCCharacter
    private let oscillator: Oscillator
    private let truth: TrueTime
    private let chip: any SimulatedChip
    private let bus: SimulatedI2CBus
    private let clock: SimulatedClock
    private let driver: RTCReference
    /// What the daemon knows of such chips.
    let kind: RTCKind
    private var generator: SeededGenerator
    /// Random walk of the drift.
    private var walk = 0.0
    private var conditions: ChipConditions
    /// How often it was set by the driver.
    package private(set) var writes = 0
    /// Up to which the chip's rate and temperature are set.
    private var setUntil = NTPDuration.zero

    private static let settingInterval = NTPDuration.seconds(32)
    /// What an interrupt is said to take at most, in mean latencies; one in 20,000 takes longer.
    private static let squareWaveBound = 10.0
    /// How long a transfer on a hung bus takes.
    private static let hangTime = NTPDuration.seconds(5)

    init(_ character: RTCCharacter, _ scenario: Scenario, _ oscillator: Oscillator, _ truth: TrueTime, seed: UInt64) {
        self.character = character
        self.oscillator = oscillator
        self.truth = truth
        generator = SeededGenerator(seed: seed, stream: 3)
        var chance = SeededGenerator(seed: seed, stream: 7)
        let nature = character.nature.drawn(&chance)
        conditions = ChipConditions(
            character,
            nature,
            scenario.temperature,
            flicker: SeededGenerator(seed: seed, stream: 6)
        )
        let clock = SimulatedClock(now: oscillator.moment(at: .zero))
        self.clock = clock
        bus = SimulatedI2CBus(clock: clock, bitRate: character.bitRate)
        let chosen = ChosenChip(character, nature, bus, celsius: conditions.shown)
        chip = chosen.chip
        kind = chosen.driver.kind
        chip.set(to: truth.date(at: .zero) + character.offset, at: .zero)
        bus.deviceTime = { MonotonicTime(sinceStart: oscillator.time(of: $0)) }
        let latency = Latency(SeededGenerator(seed: seed, stream: 4), mean: character.latency)
        bus.overhead = { (latency.next(), .zero) }
        clock.lateness = { latency.next() }
        let squareWave = chosen.pin.flatMap { pin in
            character.squareWave.map { _ in SimulatedSquareWave(chip: pin, clock: clock) }
        }
        squareWave?.chipTime = bus.deviceTime
        squareWave?.clockTime = { oscillator.moment(at: $0.sinceStart) }
        let interrupt = Latency(SeededGenerator(seed: seed, stream: 5), mean: character.squareWave ?? .zero)
        squareWave?.latency = { interrupt.next() }
        let jitter = EdgeJitter(SeededGenerator(seed: seed, stream: 8), deviation: nature[.edgeJitter])
        squareWave?.jitter = { jitter.next() }
        squareWave?.uncertainty = (character.squareWave ?? .zero) * Self.squareWaveBound
        driver = RTCReference(chip: chosen.driver, clock: clock, edges: squareWave)
        setConditions(at: .zero)
        if character.isStopped { inject(.stopped, at: .zero) }
    }

    /// What the driver makes of a request at `time`, and when it is done with it.
    func answer(_ request: RTCRequest, at time: NTPDuration) -> (time: NTPDuration, answer: RTCAnswer) {
        advance(to: time)
        if character.noise > 0, generator.uniform() <= character.noise { disturb() }
        let answer = driver.answer(to: request)
        if case .written = answer { writes += 1 }
        return (oscillator.time(of: clock.now), answer)
    }

    /// Lets the chip and the driver's clock come to `time`.
    private func advance(to time: NTPDuration) {
        pass(to: time)
        clock.advance(by: oscillator.moment(at: time) - clock.now)
    }

    /// Begins with `request` and loses the bus in the middle of it.
    func interrupt(_ request: RTCRequest, at time: NTPDuration) {
        advance(to: time)
        let first = bus.transfers + Self.transfersBeforeTime + Int64(generator.next() & 3)
        let octet = Int64(generator.next() & 7)
        for transfer in first..<first + Self.transfersOfWrite {
            bus.fail(transfer: transfer, octet: octet, with: .busFault)
        }
        _ = driver.answer(to: request)
        bus.forgetFaults()
    }

    /// Of a write: those that find out how long transfers take, and the others up to its end.
    private static let transfersBeforeTime: Int64 = 9
    private static let transfersOfWrite: Int64 = 64

    /// One of the next octets on the bus is not acknowledged.
    private func disturb() {
        let transfer = bus.transfers + Int64(generator.next() & 15)
        bus.fail(transfer: transfer, octet: Int64(generator.next() & 3), with: .notAcknowledged)
    }

    func losePower(at time: NTPDuration) {
        pass(to: time)
        chip.losePower(at: MonotonicTime(sinceStart: time))
    }

    func restorePower(at time: NTPDuration) {
        pass(to: time)
        chip.restorePower(at: MonotonicTime(sinceStart: time))
    }

    /// While the power is off, the cell is taken out, which stops the chip, and another put in.
    func changeCell(at time: NTPDuration) { inject(.stopped, at: time) }

    func inject(_ fault: RTCFault, at time: NTPDuration) {
        pass(to: time)
        let moment = MonotonicTime(sinceStart: time)
        switch fault {
        case .hung: bus.condition = .hung(Self.hangTime)
        case .heldLow: bus.condition = .heldLow
        case .silent: bus.condition = .silent
        case .working: bus.condition = .working
        case .stopped:
            chip.stopOscillator(at: moment)
            chip.restorePower(at: moment)
        case .step(let offset): chip.set(to: chip.date(at: moment) + offset, at: moment)
        }
    }

    // MARK: What an observer sees

    /// Its time less true time, when the driver has last looked at it or at `time` if that is later.
    package func offset(at time: NTPDuration) -> NTPDuration {
        pass(to: time)
        // What lies far back is forgotten.
        let time = clock.now > oscillator.moment(at: time) ? oscillator.time(of: clock.now) : time
        return chip.date(at: MonotonicTime(sinceStart: time)) - truth.date(at: time)
    }

    /// Its rate, less one, with the aging register as it is in effect.
    package var drift: Frequency { chip.effectiveDrift }

    /// A DS3231's aging register.
    package var aging: Int8 { Int8(bitPattern: chip.register(0x10, at: .zero)) }

    // MARK: Drift and temperature

    private func pass(to time: NTPDuration) {
        while setUntil + Self.settingInterval <= time {
            setUntil += Self.settingInterval
            if character.oscillator.wander > 0 {
                let deviation = character.oscillator.wander * Self.settingInterval.seconds.squareRoot()
                walk += deviation * generator.normal()
            }
            setConditions(at: setUntil)
        }
    }

    private func setConditions(at time: NTPDuration) {
        let drift = conditions.drift(from: time, for: Self.settingInterval, walk: walk)
        chip.setTemperature(conditions.shown, at: MonotonicTime(sinceStart: time))
        chip.setDrift(drift, at: MonotonicTime(sinceStart: time))
    }
}
