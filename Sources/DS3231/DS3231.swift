import HAL
import NTPTime

/// The DS3231 real-time clock on an I2C bus; the DS3232, which is the same with more memory, passes for one.
package final class DS3231: RTCChip {
    let access: RTCRegisterAccess

    package init(bus: any I2CBus, address: I2CAddress = DS3231.defaultAddress) {
        access = RTCRegisterAccess(bus: bus, address: address, chip: Self.name)
    }

    package var kind: RTCKind { Self.kind }
    package var thermometer: (any RTCThermometer)? { self }
    package var trimmer: (any RTCTrimmer)? { self }
    package var oneHertz: (any RTCOneHertz)? { self }
    package var testRegisters: (any RTCTestRegisters)? { self }
}

// MARK: - What is known of every one

extension DS3231 {
    private static let name = "DS3231"

    /// 68h, the only address that the chip has.
    package static let defaultAddress = I2CAddress(clamping: 0x68)
    /// What else is found at that address.
    static let neighbours = "PCF8523, DS1307 or MPU-6050"

    /// Transfers: START, address, pointer, START, address, octets, STOP. `startTime` is START, address, pointer, seven
    /// octets; the chip restarts its countdown chain in the middle of the seconds octet's acknowledge (datasheet, "Clock and
    /// Calendar").
    ///
    /// Rate: specified are ±2 ppm (0–40 °C), ±3.5 ppm (−40–85 °C), ±5 ppm for the DS3231M, and some ppm of aging: three
    /// deviations are 7.5 ppm; within the temperatures ±0.05 ppm/°C. A DS3231M is within 5 ppm, and the aging register
    /// moves a chip by up to 13 ppm. A trimmed chip moved by 0.27 ppm in three years (3e-11); one that is compensated badly,
    /// or another quartz, moves as an ordinary crystal does. A chip that was measured has flicker noise of 1.1e-8. The
    /// compensation works in steps of 0.1 ppm, and an error within a step has a deviation of 1/√12 of it; likewise one within
    /// the thermometer's step of 0.25 °C, which is the more the further the crystal is from the peak of its parabola
    /// (0.0385 ppm/°C²). That the supply of 3.3 V and the cell's 3.0 V are 0.3 ppm apart is an assumption.
    ///
    /// Trim: the datasheet says 0.1 ppm a step at 25 °C; half of that was seen, so half of it is the deviation.
    package static let kind = RTCKind(
        name: name,
        keepsStopFlag: true,
        transfers: RTCKind.Transfers(readSeconds: 39, readSnapshot: 201, start: 27.5, phase: .zero),
        rate: RTCKind.Rate(
            drift: Frequency(fraction: 2.5e-6),
            largestDrift: Frequency(fraction: 20e-6),
            coefficient: Frequency(fraction: 0.02e-6),
            noises: [1e-11, 1e-10, 1e-9].map { RTCKind.Noise(wander: $0) }
                + [3e-9, 1.1e-8, 4e-8].flatMap { flicker in
                    [0, 1e-7].map { RTCKind.Noise(wander: 1e-11, flicker: flicker, daily: $0) }
                },
            unseen: RTCKind.Unseen(
                compensation: Frequency(fraction: 0.1e-6 / 12.0.squareRoot()),
                compensationPerDegree: Frequency(fraction: 2 * 0.0385e-6 * 0.25 / 12.0.squareRoot()),
                supply: .ppm(0.1),
                temperature: .zero
            )
        ),
        trim: RTCKind.Trim(step: .ppm(0.1), deviation: 0.5, range: -128...127)
    )
}

// MARK: - Time

extension DS3231 {
    static let twelveHourBit: UInt8 = 0x40

    package func readSeconds() throws(RTCChipError) -> UInt8 {
        let register = Register.seconds.reading(try access.readOctet(Register.seconds.rawValue))
        do throws(RTCChipError.Reason) { return try RTCChipTime.second(register) } catch { throw failure(error) }
    }

    package func readSnapshot() throws(RTCChipError) -> RTCChipSnapshot {
        let octets: InlineArray<19, UInt8> = try access.readBurst(from: Register.seconds.rawValue)
        try identify(octets.span)
        let registers = Register.allCases.map { $0.reading(octets[Int($0.rawValue)]) }
        let hourMode: HourMode =
            registers[Register.hours].value & Self.twelveHourBit == 0 ? .twentyFour : .twelve
        let status = StatusRegister(rawValue: registers[Register.status].value)
        return RTCChipSnapshot(
            registers: registers,
            unverifiedTime: time(registers, hourMode),
            hourMode: hourMode,
            oscillatorStopped: status.contains(.oscillatorStopped),
            alarmFlags: status.intersection([.alarm1, .alarm2]).rawValue,
            temperature: Temperature(
                high: registers[Register.temperatureHigh].value,
                low: registers[Register.temperatureLow].value
            ),
            trim: TrimOffset(aging: registers[Register.aging].value)
        )
    }

    /// The century bit is left out of account: the chip toggles it when 99 turns into 00, and others write what they like.
    private func time(_ registers: [RTCRegister], _ hourMode: HourMode) -> Result<RTCChipTime, RTCChipError> {
        do throws(RTCChipError.Reason) {
            return .success(
                try RTCChipTime(
                    second: registers[Register.seconds],
                    minute: registers[Register.minutes],
                    hour: registers[Register.hours],
                    day: registers[Register.date],
                    month: registers[Register.month],
                    year: registers[Register.year],
                    hourMode: hourMode
                )
            )
        } catch {
            return .failure(failure(error))
        }
    }

    /// The chip needs no preparation.
    package func prepareTime(_ civil: CivilTime, hourMode: HourMode) throws(RTCChipError) { try check(civil) }

    /// One burst that begins with the seconds. The weekday is ISO 8601's, and the century bit is clear.
    package func startTime(_ civil: CivilTime, hourMode: HourMode) throws(RTCChipError) {
        try check(civil)
        let octets: InlineArray<8, UInt8> = [
            Register.seconds.rawValue,
            BinaryCodedDecimal.encode(civil.second),
            BinaryCodedDecimal.encode(civil.minute),
            RTCChipTime.hours(civil.hour, hourMode) | (hourMode == .twelve ? Self.twelveHourBit : 0),
            civil.weekday,
            BinaryCodedDecimal.encode(civil.day),
            BinaryCodedDecimal.encode(civil.month),
            BinaryCodedDecimal.encode(UInt8(civil.year % 100)),
        ]
        try access.write(octets.span)
    }

    private func check(_ civil: CivilTime) throws(RTCChipError) {
        do throws(RTCChipError.Reason) { try RTCChipTime.check(civil) } catch { throw failure(error) }
    }

    func failure(_ reason: RTCChipError.Reason) -> RTCChipError { RTCChipError(Self.name, reason) }
}

extension [RTCRegister] {
    fileprivate subscript(_ register: DS3231.Register) -> RTCRegister { self[Int(register.rawValue)] }
}

// MARK: - Oscillator

extension DS3231 {
    /// The chip ignores a 1 written to the alarm flags, so writing 1 keeps also an alarm that comes between the read
    /// and the write.
    package func clearOscillatorStopFlag() throws(RTCChipError) {
        let kept = try readStatus().intersection(.output32kHz)
        try access.write(kept.union([.alarm1, .alarm2]).rawValue, to: Register.status.rawValue)
    }

    /// Clears EOSC.
    @discardableResult
    package func startOscillator() throws(RTCChipError) -> Bool {
        let control = try readControl()
        guard control.contains(.stopsOnBattery) else { return false }
        try writeControl(control.subtracting(.stopsOnBattery))
        return true
    }

    func readStatus() throws(RTCChipError) -> StatusRegister {
        StatusRegister(rawValue: try access.readOctet(Register.status.rawValue))
    }

    func readControl() throws(RTCChipError) -> ControlRegister {
        ControlRegister(rawValue: try access.readOctet(Register.control.rawValue))
    }

    /// Never sets CONV, so that the change of another bit starts no conversion.
    private func writeControl(_ control: ControlRegister) throws(RTCChipError) {
        try access.write(control.subtracting(.convert).rawValue, to: Register.control.rawValue)
    }
}

// MARK: - Temperature

extension DS3231: RTCThermometer {
    package func readTemperature() throws(RTCChipError) -> Temperature {
        let octets: InlineArray<2, UInt8> = try access.read(from: Register.temperatureHigh.rawValue)
        return Temperature(high: octets[0], low: octets[1])
    }

    /// A conversion takes up to 200 ms. One of the chip's own that begins just before makes it ignore the order, and CONV
    /// then reads clear.
    package func startConversion() throws(RTCChipError) -> Bool {
        let (control, status) = try readControlAndStatus()
        guard !control.contains(.convert), !status.contains(.busy) else { return false }
        try access.write(control.union(.convert).rawValue, to: Register.control.rawValue)
        return try readControl().contains(.convert)
    }

    /// Asks CONV too, since BSY follows with a delay of 2 ms.
    package func isConverting() throws(RTCChipError) -> Bool {
        let (control, status) = try readControlAndStatus()
        return control.contains(.convert) || status.contains(.busy)
    }

    private func readControlAndStatus() throws(RTCChipError) -> (ControlRegister, StatusRegister) {
        let registers: InlineArray<2, UInt8> = try access.read(from: Register.control.rawValue)
        if registers[0] == 0xff && registers[1] == 0xff { throw failure(.stuckBus(octet: 0xff)) }
        return (ControlRegister(rawValue: registers[0]), StatusRegister(rawValue: registers[1]))
    }
}

extension Temperature {
    /// Registers 11h, the signed whole degrees, and 12h, the quarters in its upper two bits: a 10-bit two's complement
    /// number, so −0.25 °C is FFh, C0h.
    init(high: UInt8, low: UInt8) {
        self.init(quarterDegrees: Int16(bitPattern: UInt16(high) << 8 | UInt16(low)) >> 6)
    }
}

// MARK: - Aging

/// The aging register, 10h: load capacitance added to or taken from the oscillator; positive slows the chip. A new value
/// takes effect with the next conversion that finds another temperature, or with one that is asked for.
extension DS3231: RTCTrimmer {
    package var needsConversion: Bool { true }

    package func readTrim() throws(RTCChipError) -> TrimOffset {
        TrimOffset(aging: try access.readRawOctet(Register.aging.rawValue))
    }

    package func writeTrim(_ trim: TrimOffset) throws(RTCChipError) {
        guard let steps = Int8(exactly: trim.steps) else {
            throw failure(.trimOutOfRange(trim, range: -128...127))
        }
        try access.write(UInt8(bitPattern: steps), to: Register.aging.rawValue)
    }
}

extension TrimOffset {
    fileprivate init(aging: UInt8) { self.init(steps: Int16(Int8(bitPattern: aging))) }
}

// MARK: - Square wave

extension DS3231: RTCOneHertz {
    package func readOneHertz() throws(RTCChipError) -> OneHertzSetting {
        let control = try readControl()
        return OneHertzSetting(register: control.rawValue, isOn: control.givesOneHertz)
    }

    package func switchOneHertzOn() throws(RTCChipError) {
        try writeControl(readControl().subtracting(.squareWave))
    }

    package func restoreOneHertz(_ setting: OneHertzSetting) throws(RTCChipError) {
        let before = ControlRegister(rawValue: setting.register)
        try writeControl(readControl().subtracting(.squareWave).union(before.intersection(.squareWave)))
    }
}

// MARK: - Alarms

/// Registers 07h–0Dh, those of the alarms. All their bits can be written, whether or not they make an alarm.
extension DS3231: RTCTestRegisters {
    package var firstTestRegister: UInt8 { Register.alarm1Seconds.rawValue }

    package func readTestRegisters() throws(RTCChipError) -> [UInt8] {
        let octets: InlineArray<7, UInt8> = try access.read(from: firstTestRegister)
        return octets.indices.map { octets[$0] }
    }

    package func writeTestRegisters(_ contents: [UInt8]) throws(RTCChipError) {
        let octets = [firstTestRegister] + contents
        try access.write(octets.span)
    }

    /// OSF stays, since a 1 written to it does nothing.
    package func clearAlarmFlags(since snapshot: RTCChipSnapshot) throws(RTCChipError) {
        let kept = try readStatus().intersection(.output32kHz).union(.oscillatorStopped)
        let before = StatusRegister(rawValue: snapshot.alarmFlags)
        try access.write(kept.union(before).rawValue, to: Register.status.rawValue)
    }
}
