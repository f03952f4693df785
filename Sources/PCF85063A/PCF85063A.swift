import HAL
import NTPTime

/// The PCF85063A real-time clock on an I2C bus, with a tuning-fork crystal beside it and no thermometer.
///
/// Sources: NXP's data sheet PCF85063A, revision 6 of 18 November 2015, and where that is silent those of its family
/// (PCF8523, PCA8565); the kernel's `rtc-pcf85063.c`.
package final class PCF85063A: RTCChip {
    let access: RTCRegisterAccess
    /// Control_1 with which the time is to start, from `prepareTime` to `startTime`.
    private var prepared: UInt8 = 0

    package init(bus: any I2CBus, address: I2CAddress = PCF85063A.defaultAddress) {
        access = RTCRegisterAccess(bus: bus, address: address, chip: Self.name)
    }

    package var kind: RTCKind { Self.kind }
    package var thermometer: (any RTCThermometer)? { nil }
    package var trimmer: (any RTCTrimmer)? { self }
    package var oneHertz: (any RTCOneHertz)? { nil }
    package var testRegisters: (any RTCTestRegisters)? { self }
}

// MARK: - What is known of every one

extension PCF85063A {
    private static let name = "PCF85063A"

    /// 51h, the only address that the chip has.
    package static let defaultAddress = I2CAddress(clamping: 0x51)
    /// What else is found at that address.
    private static let neighbours = "PCF8563, RTC-8564 or EEPROM"

    /// Transfers: START, address, pointer, START, address, octets, STOP. `startTime` is START, address, pointer and the
    /// octet that releases STOP, at its acknowledge. The time circuits then count on after 0.507813 s to 0.507935 s
    /// ("STOP bit function"): the chip is 0.492126 s into its second, to 0.06 ms.
    ///
    /// Rate: tuning-fork crystals are within ±20 ppm at 25 °C, some within ±100 ppm, and lose 0.035 ppm/°C² to either side.
    /// Around 7 °C away from there, 5 °C within six hours make 2.5 ppm, a random walk of 1.7e-8 s/s per √s; 5e-9 is a room
    /// that is kept at its temperature.
    ///
    /// Trim: in steps of 4.069 ppm, exact but for the crystal's own error, as the chip's second is lengthened by 1/1024 s.
    package static let kind = RTCKind(
        name: name,
        keepsStopFlag: false,
        transfers: RTCKind.Transfers(readSeconds: 39, readSnapshot: 192, start: 27.5, phase: .seconds(0.492126)),
        rate: RTCKind.Rate(
            drift: .ppm(20),
            largestDrift: .ppm(200),
            coefficient: nil,
            noises: [5e-9, 1e-8, 2e-8, 4e-8, 8e-8].map { RTCKind.Noise(wander: $0) },
            unseen: RTCKind.Unseen(
                compensation: .zero,
                compensationPerDegree: .zero,
                supply: .ppm(0.1),
                temperature: .ppm(8)
            )
        ),
        trim: RTCKind.Trim(step: .ppm(1e6 / 1_024 / 240), deviation: 0.02, range: -64...63)
    )

    func failure(_ reason: RTCChipError.Reason) -> RTCChipError { RTCChipError(Self.name, reason) }
}

// MARK: - Time

extension PCF85063A {
    package func readSeconds() throws(RTCChipError) -> UInt8 {
        let register = Register.seconds.reading(try access.readOctet(Register.seconds.rawValue))
        do throws(RTCChipError.Reason) { return try RTCChipTime.second(register) } catch { throw failure(error) }
    }

    package func readSnapshot() throws(RTCChipError) -> RTCChipSnapshot {
        let octets: InlineArray<18, UInt8> = try access.readBurst(from: Register.control1.rawValue)
        let registers = Register.allCases.map { $0.reading(octets[Int($0.rawValue)]) }
        for register in Register.allCases where registers[register].value & register.zeros != 0 {
            throw failure(.otherKind(registers[register], likely: Self.neighbours))
        }
        let control = Control1(rawValue: registers[Register.control1].value)
        let hourMode: HourMode = control.contains(.twelveHours) ? .twelve : .twentyFour
        let offset = OffsetRegister(rawValue: registers[Register.offset].value)
        return RTCChipSnapshot(
            registers: registers,
            unverifiedTime: time(registers, hourMode),
            hourMode: hourMode,
            oscillatorStopped: control.contains(.stop)
                || registers[Register.seconds].value & Self.oscillatorStopped != 0,
            alarmFlags: registers[Register.control2].value & Self.alarmFlags,
            temperature: nil,
            trim: offset.trim,
            ripple: offset.ripple
        )
    }

    private func time(_ registers: [RTCRegister], _ hourMode: HourMode) -> Result<RTCChipTime, RTCChipError> {
        do throws(RTCChipError.Reason) {
            return .success(
                try RTCChipTime(
                    second: registers[Register.seconds],
                    minute: registers[Register.minutes],
                    hour: registers[Register.hours],
                    day: registers[Register.day],
                    month: registers[Register.month],
                    year: registers[Register.year],
                    hourMode: hourMode
                )
            )
        } catch {
            return .failure(failure(error))
        }
    }

    /// OS, in the seconds register.
    private static let oscillatorStopped: UInt8 = 0x80
    /// AF and TF, in Control_2.
    fileprivate static let alarmFlags: UInt8 = 0x48

    /// Sets STOP, which holds the chip's second, writes the time and reads it back.
    ///
    /// This clears the flag OS. Until STOP is released the chip stands still, and STOP itself says that it has no time.
    ///
    /// - Throws: `notKept` if another time is read back; the chip then stands still.
    package func prepareTime(_ civil: CivilTime, hourMode: HourMode) throws(RTCChipError) {
        do throws(RTCChipError.Reason) { try RTCChipTime.check(civil) } catch { throw failure(error) }
        let control = Control1(rawValue: try access.readOctet(Register.control1.rawValue))
        let kept = control.intersection([.interruptOnCorrection, .largeCapacitor])
        let next = hourMode == .twelve ? kept.union(.twelveHours) : kept
        try access.write(next.union(.stop).rawValue, to: Register.control1.rawValue)
        let octets: InlineArray<8, UInt8> = [
            Register.seconds.rawValue,
            BinaryCodedDecimal.encode(civil.second),
            BinaryCodedDecimal.encode(civil.minute),
            RTCChipTime.hours(civil.hour, hourMode),
            BinaryCodedDecimal.encode(civil.day),
            civil.weekday % 7,
            BinaryCodedDecimal.encode(civil.month),
            BinaryCodedDecimal.encode(UInt8(civil.year % 100)),
        ]
        try access.write(octets.span)
        let read: InlineArray<7, UInt8> = try access.readBurst(from: Register.seconds.rawValue)
        for index in read.indices where read[index] & (index == 0 ? ~Self.oscillatorStopped : 0xff) != octets[index + 1]
        {
            let register = Register(rawValue: Register.seconds.rawValue + UInt8(index)) ?? .seconds
            throw failure(.notKept(register.reading(read[index]), written: octets[index + 1]))
        }
        prepared = next.rawValue
    }

    /// Releases STOP.
    package func startTime(_ civil: CivilTime, hourMode: HourMode) throws(RTCChipError) {
        try access.write(prepared, to: Register.control1.rawValue)
    }

    /// Nothing: the flag goes when the time is written, unless the oscillator does not run.
    package func clearOscillatorStopFlag() throws(RTCChipError) {}

    /// The oscillator cannot be switched off.
    package func startOscillator() throws(RTCChipError) -> Bool { false }
}

extension [RTCRegister] {
    fileprivate subscript(_ register: PCF85063A.Register) -> RTCRegister { self[Int(register.rawValue)] }
}

// MARK: - Trim

extension PCF85063A: RTCTrimmer {
    package var needsConversion: Bool { false }

    package func readTrim() throws(RTCChipError) -> TrimOffset {
        OffsetRegister(rawValue: try access.readRawOctet(Register.offset.rawValue)).trim
    }

    /// In the mode that corrects every four minutes.
    package func writeTrim(_ trim: TrimOffset) throws(RTCChipError) {
        guard let register = OffsetRegister(trim) else { throw failure(.trimOutOfRange(trim, range: -64...63)) }
        try access.write(register.rawValue, to: Register.offset.rawValue)
    }
}

// MARK: - Test

/// The octet of memory, 03h.
extension PCF85063A: RTCTestRegisters {
    package var firstTestRegister: UInt8 { Register.memory.rawValue }

    package func readTestRegisters() throws(RTCChipError) -> [UInt8] {
        [try access.readRawOctet(firstTestRegister)]
    }

    package func writeTestRegisters(_ contents: [UInt8]) throws(RTCChipError) {
        let octets = [firstTestRegister] + contents
        try access.write(octets.span)
    }

    /// A 1 written to a flag leaves it as it is.
    package func clearAlarmFlags(since snapshot: RTCChipSnapshot) throws(RTCChipError) {
        let control = try access.readOctet(Register.control2.rawValue)
        try access.write(control & ~Self.alarmFlags | snapshot.alarmFlags, to: Register.control2.rawValue)
    }
}
