import HAL
import NTPTime

/// The DS3231 as a device on a simulated bus: it behaves as the datasheet says, also where that is inconvenient.
///
/// Its state is computed when somebody looks; every call says when it happens, and a time before that of an earlier
/// call counts as the earlier call's.
package final class SimulatedDS3231: I2CDevice {
    private static let lastRegister: UInt8 = 0x12
    private static let control: UInt8 = 0x0e
    private static let status: UInt8 = 0x0f
    private static let aging: UInt8 = 0x10

    private static let stopsOnBattery: UInt8 = 0x80
    private static let squareWaveOnBattery: UInt8 = 0x40
    private static let convert: UInt8 = 0x20
    private static let oscillatorStopped: UInt8 = 0x80
    private static let output32kHz: UInt8 = 0x08
    private static let busy: UInt8 = 0x04
    private static let alarmFlags: UInt8 = 0x03

    /// Between automatic conversions.
    private static let conversionInterval = NTPDuration.seconds(64)
    /// The datasheet's typical value; 200 ms at most.
    private static let conversionTime = NTPDuration.milliseconds(125)
    /// By which BSY follows CONV.
    private static let busyDelay = NTPDuration.milliseconds(2)

    private var counters = ChipCounters()
    private var oscillator: ChipOscillator
    /// Whole seconds of the oscillator that are in `counters`.
    private var counted: Int64 = 0
    /// Registers 07h–12h at their addresses; 00h–06h are not used.
    private var registers = [UInt8](repeating: 0, count: 19)

    private var pointer: UInt8 = 0
    private var expectsPointer = false
    private var userBuffer = [UInt8](repeating: 0, count: 7)

    private var lastSeen: MonotonicTime
    private var poweredUp: MonotonicTime
    private var hasPower = true
    private var hasBattery = true
    /// Whether all power was gone, so that the registers are lost.
    private var isBlank = false
    private var userConversion: MonotonicTime?
    private var appliedAging: Int8 = 0
    /// What the last conversion has found to correct.
    private var correction = Frequency.zero
    private let silicon: DS3231Silicon
    private var drift: Frequency
    private var ambient: Double

    /// A chip that gets power for the first time: 2000-01-01, with OSF set.
    ///
    /// - Parameters:
    ///   - drift: positive is a fast chip, with the aging register at 0 and nothing corrected.
    ///   - temperature: in °C, at its thermometer.
    package init(
        at moment: MonotonicTime = .zero,
        drift: Frequency = .zero,
        temperature: Double = 25,
        silicon: DS3231Silicon = DS3231Silicon()
    ) {
        self.silicon = silicon
        lastSeen = moment
        poweredUp = moment
        oscillator = ChipOscillator(origin: moment, rate: drift)
        self.drift = drift
        ambient = temperature
        powerUp(at: moment)
    }
}

// MARK: - The world around the chip

extension SimulatedDS3231 {
    /// What the chip takes the time to be, with the fraction of its second.
    package func date(at moment: MonotonicTime) -> NTPDate {
        let moment = advance(to: moment)
        return counters.civil.date + oscillator.fraction(at: moment)
    }

    /// The time registers as they are, without a transfer.
    package func timeRegisters(at moment: MonotonicTime) -> [UInt8] {
        advance(to: moment)
        return (0..<7).map { counters[UInt8($0)] }
    }

    /// Registers 07h–12h as they are, without a transfer.
    package func register(_ address: UInt8, at moment: MonotonicTime) -> UInt8 {
        let moment = advance(to: moment)
        return value(of: address, at: moment)
    }

    /// Makes the chip one that was set at some time: right phase, OSF clear. Years 2000–2199.
    package func set(to date: NTPDate, at moment: MonotonicTime, countingTwelveHours: Bool = false) {
        let moment = advance(to: moment)
        counters.set(CivilTime(date))
        counters.countsTwelveHours = countingTwelveHours
        oscillator.reset(at: moment, to: NTPDuration(units: Int64(date.fraction)))
        counted = 0
        registers[Int(Self.status)] &= ~Self.oscillatorStopped
    }

    /// Writes a register behind the bus's back: an alarm flag that sets itself, a setting that somebody left.
    package func setRegister(_ address: UInt8, to value: UInt8, at moment: MonotonicTime) {
        advance(to: moment)
        if address < 7 {
            counters[address] = value
        } else {
            registers[Int(min(address, Self.lastRegister))] = value
        }
    }

    /// The chip's rate on VCC from now on, but for its aging register and for what it corrects; positive is fast.
    package func setDrift(_ drift: Frequency, at moment: MonotonicTime) {
        let moment = advance(to: moment)
        self.drift = drift
        oscillator.setRate(effectiveDrift, at: moment)
    }

    /// The chip's rate with the aging and the correction that are in effect; positive is fast.
    package var effectiveDrift: Frequency {
        let aging = silicon.agingStep(at: ambient).fraction * Double(appliedAging)
        let supply = hasPower ? .zero : silicon.batteryShift
        return drift + Frequency(fraction: aging) + correction + supply
    }

    /// The temperature at the chip's thermometer in °C. The register shows it after the next conversion.
    package func setTemperature(_ celsius: Double, at moment: MonotonicTime) {
        let moment = advance(to: moment)
        ambient = celsius
        updateRate(at: moment)
    }

    /// The supply goes; the battery takes over if there is one. The chip no longer answers.
    package func losePower(at moment: MonotonicTime) {
        let moment = advance(to: moment)
        hasPower = false
        isBlank = !hasBattery
        updateRate(at: moment)
        if !hasBattery || registers[Int(Self.control)] & Self.stopsOnBattery != 0 {
            stopOscillator(at: moment)
        }
    }

    package func restorePower(at moment: MonotonicTime) {
        let moment = advance(to: moment)
        hasPower = true
        if isBlank {
            powerUp(at: moment)
        } else {
            updateRate(at: moment)
            oscillator.setRunning(true, at: moment)
        }
    }

    /// Takes the battery out or puts one in.
    package func setBattery(present: Bool, at moment: MonotonicTime) {
        let moment = advance(to: moment)
        hasBattery = present
        guard !present, !hasPower else { return }
        isBlank = true
        stopOscillator(at: moment)
    }

    /// The oscillator stands still, and OSF tells so ever after.
    package func stopOscillator(at moment: MonotonicTime) {
        let moment = advance(to: moment)
        oscillator.setRunning(false, at: moment)
        registers[Int(Self.status)] |= Self.oscillatorStopped
    }

    /// The next falling edge of the 1 Hz square wave, which marks the second; nil if the pin does not give it. A
    /// conversion that ends before the edge and changes the rate is not foreseen.
    ///
    /// - Parameter moment: may lie back, unlike in other calls, but less than a second is remembered.
    package func nextFallingEdge(after moment: MonotonicTime) -> MonotonicTime? {
        let now = advance(to: moment)
        let control = registers[Int(Self.control)]
        guard control & 0x1c == 0, hasPower || control & Self.squareWaveOnBattery != 0 else { return nil }
        // Calculated again, with perhaps another rate, an edge is not exactly where it was.
        if let last = oscillator.beginningOfSecond(at: now), last - moment > .milliseconds(1) { return last }
        return oscillator.nextSecond(after: now)
    }
}

// MARK: - Bus

extension SimulatedDS3231 {
    package func start(reading: Bool, at moment: MonotonicTime) -> Bool {
        advance(to: moment)
        guard hasPower else { return false }
        latch()
        expectsPointer = !reading
        return true
    }

    package func receive(_ octet: UInt8, at moment: MonotonicTime) -> Bool {
        let moment = advance(to: moment)
        guard !expectsPointer else {
            expectsPointer = false
            pointer = octet % (Self.lastRegister + 1)
            return true
        }
        write(octet, to: pointer, at: moment)
        pointer = pointer == Self.lastRegister ? 0 : pointer + 1
        return true
    }

    package func send(at moment: MonotonicTime) -> UInt8 {
        let moment = advance(to: moment)
        let octet = pointer < 7 ? userBuffer[Int(pointer)] : value(of: pointer, at: moment)
        if pointer == Self.lastRegister {
            pointer = 0
            latch()
        } else {
            pointer += 1
        }
        return octet
    }

    package func stop(at moment: MonotonicTime) {
        advance(to: moment)
    }

    /// Refreshes the user buffers.
    private func latch() {
        for register in 0..<7 { userBuffer[register] = counters[UInt8(register)] }
    }

    private func value(of register: UInt8, at moment: MonotonicTime) -> UInt8 {
        switch register {
        case 0..<7: counters[register]
        case Self.control: registers[Int(register)] | (userConversion == nil ? 0 : Self.convert)
        case Self.status: registers[Int(register)] | (isBusy(at: moment) ? Self.busy : 0)
        default: registers[Int(min(register, Self.lastRegister))]
        }
    }

    private func write(_ octet: UInt8, to register: UInt8, at moment: MonotonicTime) {
        switch register {
        case 0:
            counters[0] = octet
            oscillator.reset(at: moment)
            counted = 0
        case 1..<7:
            counters[register] = octet
        case Self.control:
            registers[Int(register)] = octet & ~Self.convert
            if octet & Self.convert != 0, userConversion == nil, !isBusy(at: moment) { userConversion = moment }
        case Self.status:
            // The flags can be written to 0 only, BSY not at all.
            let flags = Self.oscillatorStopped | Self.alarmFlags
            registers[Int(register)] = registers[Int(register)] & octet & flags | octet & Self.output32kHz
        case 0x11, 0x12:
            break
        default:
            registers[Int(register)] = octet
        }
    }
}

// MARK: - Passing time

extension SimulatedDS3231 {
    private func powerUp(at moment: MonotonicTime) {
        poweredUp = moment
        isBlank = false
        counters = ChipCounters()
        registers = [UInt8](repeating: 0, count: 19)
        registers[Int(Self.control)] = 0x1c
        registers[Int(Self.status)] = Self.oscillatorStopped | Self.output32kHz
        appliedAging = 0
        userConversion = nil
        oscillator = ChipOscillator(origin: moment, rate: drift)
        counted = 0
        finishConversion(at: moment, appliesAging: true)
    }

    /// Lets everything happen that is due by `moment`.
    ///
    /// - Returns: `moment`, or the time of an earlier call if that is later.
    @discardableResult
    private func advance(to moment: MonotonicTime) -> MonotonicTime {
        let moment = max(moment, lastSeen)
        // Nothing but calls changes what a conversion finds, so of the automatic ones only the first counts.
        let automatic = nextAutomaticConversionEnd(after: lastSeen)
        if let started = userConversion, started + Self.conversionTime <= moment {
            let end = started + Self.conversionTime
            if automatic < end { finishConversion(at: automatic) }
            userConversion = nil
            finishConversion(at: end, appliesAging: true)
        }
        if automatic <= moment { finishConversion(at: automatic) }
        lastSeen = moment
        let seconds = oscillator.seconds(at: moment)
        counters.advance(by: seconds - counted)
        counted = seconds
        return moment
    }

    private func nextAutomaticConversionEnd(after moment: MonotonicTime) -> MonotonicTime {
        let first = poweredUp + Self.conversionTime
        guard moment >= first else { return first }
        let passed = (moment - first).units / Self.conversionInterval.units + 1
        return first + NTPDuration(units: passed * Self.conversionInterval.units)
    }

    private func isBusy(at moment: MonotonicTime) -> Bool {
        if let started = userConversion, moment >= started + Self.busyDelay { return true }
        let phase = (moment - poweredUp).units % Self.conversionInterval.units
        return phase < Self.conversionTime.units
    }

    /// Shows the temperature and corrects by it; a new aging offset takes effect if it is another temperature, or if
    /// `appliesAging`.
    private func finishConversion(at moment: MonotonicTime, appliesAging: Bool = false) {
        let quarters = Int16(max(-512, min(511, (ambient * 4).rounded())))
        let bits = UInt16(bitPattern: quarters << 6)
        let high = UInt8(bits >> 8)
        let low = UInt8(bits & 0xff)
        let isOther = registers[0x11] != high || registers[0x12] != low
        registers[0x11] = high
        registers[0x12] = low
        guard appliesAging || isOther else { return }
        appliedAging = Int8(bitPattern: registers[Int(Self.aging)])
        if let curve = silicon.correctedCurve { correction = -curve.shift(at: Double(quarters) / 4) }
        updateRate(at: moment)
    }

    private func updateRate(at moment: MonotonicTime) {
        let rate = effectiveDrift
        if rate != oscillator.rate { oscillator.setRate(rate, at: moment) }
    }
}
