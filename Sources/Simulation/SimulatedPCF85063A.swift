import HAL
import NTPTime

/// The PCF85063A as a device on a simulated bus: it behaves as the data sheet says, also where that is inconvenient.
///
/// Its state is computed when somebody looks; every call says when it happens, and a time before that of an earlier
/// call counts as the earlier call's.
package final class SimulatedPCF85063A: SimulatedChip {
    private static let registerCount: UInt8 = 0x12
    private static let control1: UInt8 = 0x00
    private static let control2: UInt8 = 0x01
    private static let offset: UInt8 = 0x02
    private static let seconds: UInt8 = 0x04
    private static let years: UInt8 = 0x0a

    private static let stop: UInt8 = 0x20
    private static let twelveHours: UInt8 = 0x02
    private static let oscillatorStopped: UInt8 = 0x80
    private static let fastCorrection: UInt8 = 0x80
    private static let alarmFlags: UInt8 = 0x48

    /// Bits that can be written, by register; others read 0. Those of the time are the counters'.
    private static let bits: [UInt8] = [
        0xa7, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xbf, 0xbf, 0x87, 0xff, 0x1f,
    ]

    /// From the release of STOP to the first second, but for the part of the prescaler that STOP does not reset.
    private static let firstSecond = NTPDuration.seconds(0.507813)
    /// One period of 8192 Hz.
    private static let prescaler = NTPDuration.seconds(1 / 8_192.0)

    private var counters = ChipCounters()
    private var oscillator: ChipOscillator
    /// Whole seconds of the oscillator that are in `counters`.
    private var counted: Int64 = 0
    private var registers = [UInt8](repeating: 0, count: Int(registerCount))
    /// OS.
    private var hasStopped = true
    /// Whether the crystal swings.
    private var isSwinging = true

    private var pointer: UInt8 = 0
    private var expectsPointer = false
    private var latched = [UInt8](repeating: 0, count: 7)

    private var lastSeen: MonotonicTime
    private var hasPower = true
    private var hasBattery = true
    private var isBlank = false
    private var drift: Frequency
    private let batteryShift: Frequency

    /// A chip that gets power for the first time: 2000-01-01, with OS set.
    ///
    /// - Parameters:
    ///   - drift: positive is a fast chip, with the offset register at 0.
    ///   - batteryShift: the rate on the backup cell less that on the supply.
    package init(at moment: MonotonicTime = .zero, drift: Frequency = .zero, batteryShift: Frequency = .zero) {
        self.batteryShift = batteryShift
        lastSeen = moment
        oscillator = ChipOscillator(origin: moment, rate: drift)
        self.drift = drift
    }
}

// MARK: - The world around the chip

extension SimulatedPCF85063A {
    package func date(at moment: MonotonicTime) -> NTPDate {
        let moment = advance(to: moment)
        return counters.civil.date + oscillator.fraction(at: moment)
    }

    /// A register as it is, without a transfer.
    package func register(_ address: UInt8, at moment: MonotonicTime) -> UInt8 {
        advance(to: moment)
        return value(of: address)
    }

    /// Writes a register behind the bus's back.
    package func setRegister(_ address: UInt8, to value: UInt8, at moment: MonotonicTime) {
        write(value, to: address, at: advance(to: moment))
    }

    package func set(to date: NTPDate, at moment: MonotonicTime) {
        let moment = advance(to: moment)
        counters.set(CivilTime(date))
        oscillator.reset(at: moment, to: NTPDuration(units: Int64(date.fraction)))
        counted = 0
        hasStopped = false
    }

    package func setDrift(_ drift: Frequency, at moment: MonotonicTime) {
        let moment = advance(to: moment)
        self.drift = drift
        oscillator.setRate(rate(inSecond: counted), at: moment)
    }

    /// The crystal's rate on the supply that the chip has.
    private var crystal: Frequency { hasPower ? drift : drift + batteryShift }

    package var effectiveDrift: Frequency { crystal - .ppm(correction * 1e6 * Double(corrections) / Double(cycle)) }

    /// Its crystal's drift is the caller's to change with the temperature.
    package func setTemperature(_ celsius: Double, at moment: MonotonicTime) { advance(to: moment) }

    package func losePower(at moment: MonotonicTime) {
        let moment = advance(to: moment)
        hasPower = false
        isBlank = !hasBattery
        changeSupply(at: moment)
        if !hasBattery { stopOscillator(at: moment) }
    }

    package func restorePower(at moment: MonotonicTime) {
        let moment = advance(to: moment)
        hasPower = true
        if isBlank {
            isBlank = false
            counters = ChipCounters()
            registers = [UInt8](repeating: 0, count: Int(Self.registerCount))
            oscillator = ChipOscillator(origin: moment, rate: drift)
            counted = 0
            hasStopped = true
        }
        isSwinging = true
        changeSupply(at: moment)
        oscillator.setRunning(!isHeld, at: moment)
    }

    private func changeSupply(at moment: MonotonicTime) {
        if batteryShift != .zero { oscillator.setRate(rate(inSecond: counted), at: moment) }
    }

    package func setBattery(present: Bool, at moment: MonotonicTime) {
        let moment = advance(to: moment)
        hasBattery = present
        guard !present, !hasPower else { return }
        isBlank = true
        stopOscillator(at: moment)
    }

    package func stopOscillator(at moment: MonotonicTime) {
        let moment = advance(to: moment)
        isSwinging = false
        oscillator.setRunning(false, at: moment)
        hasStopped = true
    }

    private var isHeld: Bool { registers[Int(Self.control1)] & Self.stop != 0 }
}

// MARK: - Bus

extension SimulatedPCF85063A {
    package func start(reading: Bool, at moment: MonotonicTime) -> Bool {
        advance(to: moment)
        guard hasPower else { return false }
        for index in latched.indices { latched[index] = value(of: Self.seconds + UInt8(index)) }
        expectsPointer = !reading
        return true
    }

    package func receive(_ octet: UInt8, at moment: MonotonicTime) -> Bool {
        let moment = advance(to: moment)
        guard !expectsPointer else {
            expectsPointer = false
            pointer = octet % Self.registerCount
            return true
        }
        write(octet, to: pointer, at: moment)
        pointer = (pointer + 1) % Self.registerCount
        return true
    }

    package func send(at moment: MonotonicTime) -> UInt8 {
        advance(to: moment)
        defer { pointer = (pointer + 1) % Self.registerCount }
        return (Self.seconds...Self.years).contains(pointer)
            ? latched[Int(pointer - Self.seconds)] : value(of: pointer)
    }

    package func stop(at moment: MonotonicTime) { advance(to: moment) }

    private func value(of register: UInt8) -> UInt8 {
        switch register {
        case 0x04: counters[0] | (hasStopped ? Self.oscillatorStopped : 0)
        case 0x05: counters[1]
        case 0x06: counters[2] & 0x3f
        case 0x07: counters[4]
        case 0x08: counters.weekday % 7
        case 0x09: counters[5] & 0x1f
        case 0x0a: counters[6]
        default: registers[Int(register)]
        }
    }

    private func write(_ octet: UInt8, to register: UInt8, at moment: MonotonicTime) {
        switch register {
        case 0x04:
            counters[0] = octet & 0x7f
            // The flag cannot be cleared while the oscillator does not run.
            if octet & Self.oscillatorStopped == 0, isSwinging { hasStopped = false }
        case 0x05: counters[1] = octet & 0x7f
        case 0x06: counters[2] = octet & 0x3f | (counters.countsTwelveHours ? 0x40 : 0)
        case 0x07: counters[4] = octet & 0x3f
        case 0x08: counters.weekday = octet & 0x07 == 0 ? 7 : octet & 0x07
        case 0x09: counters[5] = octet & 0x1f
        case 0x0a: counters[6] = octet
        case Self.control1:
            let wasHeld = isHeld
            registers[0] = octet & Self.bits[0]
            counters.countsTwelveHours = octet & Self.twelveHours != 0
            if wasHeld != isHeld { hold(isHeld, at: moment) }
        case Self.control2:
            // The flags can be written to 0 only.
            let flags = registers[1] & octet & Self.alarmFlags
            registers[1] = octet & ~Self.alarmFlags | flags
        default:
            registers[Int(register)] = octet & Self.bits[Int(register)]
            if register == Self.offset { oscillator.setRate(rate(inSecond: counted), at: moment) }
        }
    }

    /// STOP resets the prescaler but for its first stages, which go on.
    private func hold(_ isHeld: Bool, at moment: MonotonicTime) {
        if !isHeld {
            let rest = NTPDuration(units: moment.sinceStart.units % Self.prescaler.units)
            oscillator.reset(at: moment, to: .seconds(1) - Self.firstSecond - rest)
            counted = 0
            oscillator.setRate(rate(inSecond: 0), at: moment)
        }
        oscillator.setRunning(!isHeld && isSwinging, at: moment)
    }
}

// MARK: - Passing time

extension SimulatedPCF85063A {
    private var isFast: Bool { registers[Int(Self.offset)] & Self.fastCorrection != 0 }
    /// Steps of the offset register, as many corrections in each cycle.
    private var corrections: Int64 { Int64(Int8(bitPattern: registers[Int(Self.offset)] << 1) >> 1) }
    /// In s: what each correction makes one second longer by.
    private var correction: Double { isFast ? 1 / 1_024.0 : 1 / 32.0 }
    /// In s.
    private var cycle: Int64 { isFast ? 240 : 7_200 }
    /// In s, between corrections. Those beyond 60 in four minutes, which the chip makes together, follow in the next minute.
    private var spacing: Int64 { isFast ? 1 : 60 }

    private func isCorrected(_ second: Int64) -> Bool {
        let position = second % cycle
        return position % spacing == 0 && position / spacing < abs(corrections)
    }

    private func rate(inSecond second: Int64) -> Frequency {
        guard isCorrected(second) else { return crystal }
        let length = 1 + (corrections > 0 ? correction : -correction)
        return Frequency(fraction: (1 + crystal.fraction) / length - 1)
    }

    /// The next second after `second` that may have another length.
    private func change(after second: Int64) -> Int64 {
        let position = second % cycle
        let last = (abs(corrections) - 1) * spacing
        return position > last ? second - position + cycle : second + 1
    }

    /// Lets everything happen that is due by `moment`.
    ///
    /// - Returns: `moment`, or the time of an earlier call if that is later.
    @discardableResult
    private func advance(to moment: MonotonicTime) -> MonotonicTime {
        let moment = max(moment, lastSeen)
        while corrections != 0, let next = oscillator.moment(ofSecond: change(after: counted), after: lastSeen),
            next <= moment
        {
            lastSeen = next
            count(at: next)
            oscillator.setRate(rate(inSecond: counted), at: next)
        }
        lastSeen = moment
        count(at: moment)
        return moment
    }

    private func count(at moment: MonotonicTime) {
        let seconds = oscillator.seconds(at: moment)
        counters.advance(by: seconds - counted)
        counted = seconds
    }
}
