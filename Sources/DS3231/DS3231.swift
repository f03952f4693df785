import HAL
import NTPTime

/// The DS3231 real-time clock on an I2C bus.
///
/// Nothing is cached: registers that are changed in part are read first, each time. All calls block for their
/// transfers. Every one throws `DS3231Error.bus` with the bus's own error when a transfer fails.
package struct DS3231 {
    private let bus: any I2CBus
    package let address: I2CAddress

    /// 68h, the only address that the chip has.
    package static let defaultAddress = I2CAddress(clamping: 0x68)

    package init(bus: any I2CBus, address: I2CAddress = DS3231.defaultAddress) {
        self.bus = bus
        self.address = address
    }
}

// MARK: - Time

extension DS3231 {
    /// The time, from the same burst as the flag that says whether it may be believed.
    ///
    /// - Throws: `oscillatorStopped` when OSF is set; what is wrong with the registers, or with the bus.
    package func readTime() throws(DS3231Error) -> ChipTime {
        let registers: InlineArray<16, UInt8> = try read(from: .seconds)
        let status = try Self.status(registers[15])
        guard !status.contains(.oscillatorStopped) else { throw .oscillatorStopped }
        return try ChipTime(registers: registers.span)
    }

    /// All registers that have something to say, from one burst; for display also when the time is not to be believed.
    ///
    /// - Throws: `reservedBits` if the status or temperature registers are not a DS3231's, `stuckBus`, `bus`.
    package func readSnapshot() throws(DS3231Error) -> ChipSnapshot {
        let registers: InlineArray<19, UInt8> = try read(from: .seconds)
        let status = try Self.status(registers[15])
        let temperatureLow = registers[18]
        guard temperatureLow & Temperature.reservedLowBits == 0 else {
            throw .reservedBits(
                register: .temperatureLow,
                value: temperatureLow,
                reserved: Temperature.reservedLowBits
            )
        }
        let time: Result<ChipTime, DS3231Error>
        do throws(DS3231Error) {
            time = .success(try ChipTime(registers: registers.span))
        } catch {
            time = .failure(error)
        }
        return ChipSnapshot(
            timeRegisters: (0..<7).map { registers[$0] },
            unverifiedTime: time,
            control: ControlRegister(rawValue: registers[14]),
            status: status,
            aging: AgingOffset(steps: Int8(bitPattern: registers[16])),
            temperature: Temperature(high: registers[17], low: temperatureLow)
        )
    }

    /// The seconds register alone, 0–59: the shortest read there is, for finding the second's edge.
    package func readSeconds() throws(DS3231Error) -> UInt8 {
        try ChipTime.second(readOctet(.seconds))
    }

    /// Sets the time, in one burst that begins with the seconds.
    ///
    /// The chip restarts its countdown chain when it acknowledges the seconds octet
    /// (`TransferTiming.secondsAcknowledged`), so `civil` is the time of that moment. OSF stays as it is: the flag is
    /// cleared only after the time has been read back, with `clearOscillatorStopFlag`.
    ///
    /// - Parameter hourMode: the mode that the chip is in, or is to be in.
    /// - Throws: `invalidTime`, `yearOutOfRange` before anything is written.
    package func writeTime(_ civil: CivilTime, hourMode: HourMode) throws(DS3231Error) {
        let time = try ChipTime.registers(for: civil, hourMode: hourMode)
        var octets = InlineArray<8, UInt8>(repeating: Register.seconds.rawValue)
        for index in 0..<7 { octets[index + 1] = time[index] }
        try write(octets.span)
    }
}

// MARK: - Oscillator

extension DS3231 {
    package func readStatus() throws(DS3231Error) -> StatusRegister {
        try Self.status(readOctet(.status))
    }

    package func readControl() throws(DS3231Error) -> ControlRegister {
        ControlRegister(rawValue: try readOctet(.control))
    }

    /// Clears OSF and leaves everything else in the status register alone.
    ///
    /// The chip ignores a 1 written to the alarm flags, so writing 1 keeps also an alarm that comes between the read
    /// and the write.
    package func clearOscillatorStopFlag() throws(DS3231Error) {
        let kept = try readStatus().intersection(.output32kHz)
        try writeOctet(kept.union([.alarm1, .alarm2]).rawValue, to: .status)
    }

    /// Lets the oscillator go on when the chip runs on its battery (EOSC).
    ///
    /// - Returns: whether it was switched off before, so that the time would have stood still without power.
    @discardableResult
    package func startOscillator() throws(DS3231Error) -> Bool {
        let control = try readControl()
        guard control.contains(.stopsOnBattery) else { return false }
        try writeControl(control.subtracting(.stopsOnBattery))
        return true
    }
}

// MARK: - Temperature and aging

extension DS3231 {
    /// The result of the last conversion; the chip does one every 64 s.
    package func temperature() throws(DS3231Error) -> Temperature {
        let registers: InlineArray<2, UInt8> = try read(from: .temperatureHigh)
        guard registers[1] & Temperature.reservedLowBits == 0 else {
            throw .reservedBits(
                register: .temperatureLow,
                value: registers[1],
                reserved: Temperature.reservedLowBits
            )
        }
        return Temperature(high: registers[0], low: registers[1])
    }

    /// Starts a temperature conversion, which also makes a new aging offset take effect; it takes up to 200 ms.
    ///
    /// - Throws: `conversionInProgress` when one is under way.
    package func startConversion() throws(DS3231Error) {
        let (control, status) = try readControlAndStatus()
        guard !control.contains(.convert), !status.contains(.busy) else { throw .conversionInProgress }
        try write([Register.control.rawValue, control.union(.convert).rawValue])
    }

    /// Whether a conversion is under way. Asks CONV too, since BSY follows with a delay of 2 ms.
    package func isConverting() throws(DS3231Error) -> Bool {
        let (control, status) = try readControlAndStatus()
        return control.contains(.convert) || status.contains(.busy)
    }

    package func readAgingOffset() throws(DS3231Error) -> AgingOffset {
        AgingOffset(steps: Int8(bitPattern: try readRawOctet(.aging)))
    }

    /// Takes effect with the next conversion that finds another temperature, or with `startConversion`.
    package func writeAgingOffset(_ offset: AgingOffset) throws(DS3231Error) {
        try writeOctet(UInt8(bitPattern: offset.steps), to: .aging)
    }
}

// MARK: - Alarms

extension DS3231 {
    /// Registers 07h–0Dh. All their bits can be written, whether or not they make an alarm.
    package func readAlarms() throws(DS3231Error) -> InlineArray<7, UInt8> { try read(from: .alarm1Seconds) }

    package func writeAlarms(_ registers: InlineArray<7, UInt8>) throws(DS3231Error) {
        var octets = InlineArray<8, UInt8>(repeating: Register.alarm1Seconds.rawValue)
        for index in 0..<7 { octets[index + 1] = registers[index] }
        try write(octets.span)
    }

    /// Clears the flags of the alarms that came, but for those in `flags`; OSF stays, since a 1 written to it does
    /// nothing.
    package func clearAlarmFlags(except flags: StatusRegister) throws(DS3231Error) {
        let kept = try readStatus().intersection(.output32kHz).union(.oscillatorStopped)
        try writeOctet(kept.union(flags.intersection([.alarm1, .alarm2])).rawValue, to: .status)
    }
}

// MARK: - Square wave

extension DS3231 {
    /// Puts 1 Hz on the INT/SQW pin; its falling edges mark the second.
    package func switchSquareWaveOn() throws(DS3231Error) {
        try writeControl(readControl().subtracting(.squareWave))
    }

    /// Lets the pin do again what it did according to `control`; what else was changed since then stays.
    package func restoreSquareWave(_ control: ControlRegister) throws(DS3231Error) {
        try writeControl(readControl().subtracting(.squareWave).union(control.intersection(.squareWave)))
    }
}

// MARK: - Transfers

extension DS3231 {
    private func read<let count: Int>(from first: Register) throws(DS3231Error) -> InlineArray<count, UInt8> {
        var octets = InlineArray<count, UInt8>(repeating: 0)
        let pointer: InlineArray<1, UInt8> = [first.rawValue]
        do throws(I2CError) {
            var buffer = octets.mutableSpan
            try bus.read(into: &buffer, after: pointer.span, from: address)
        } catch {
            throw .bus(error)
        }
        // Bursts from 00h hold fields that are neither 00h nor FFh on any DS3231; other reads may be all alike.
        if first == .seconds, count > 2 {
            let value = octets[0]
            var isStuck = value == 0x00 || value == 0xff
            for index in 1..<count where octets[index] != value { isStuck = false }
            if isStuck { throw .stuckBus(octet: value) }
        }
        return octets
    }

    /// A register in which FFh has no meaning.
    private func readOctet(_ register: Register) throws(DS3231Error) -> UInt8 {
        let octet = try readRawOctet(register)
        guard octet != 0xff else { throw .stuckBus(octet: octet) }
        return octet
    }

    private func readRawOctet(_ register: Register) throws(DS3231Error) -> UInt8 {
        let octet: InlineArray<1, UInt8> = try read(from: register)
        return octet[0]
    }

    private func readControlAndStatus() throws(DS3231Error) -> (ControlRegister, StatusRegister) {
        let registers: InlineArray<2, UInt8> = try read(from: .control)
        if registers[0] == 0xff && registers[1] == 0xff { throw .stuckBus(octet: 0xff) }
        return (ControlRegister(rawValue: registers[0]), try Self.status(registers[1]))
    }

    private static func status(_ octet: UInt8) throws(DS3231Error) -> StatusRegister {
        guard octet & StatusRegister.reservedBits == 0 else {
            throw .reservedBits(register: .status, value: octet, reserved: StatusRegister.reservedBits)
        }
        return StatusRegister(rawValue: octet)
    }

    /// Never sets CONV, so that the change of another bit starts no conversion.
    private func writeControl(_ control: ControlRegister) throws(DS3231Error) {
        try writeOctet(control.subtracting(.convert).rawValue, to: .control)
    }

    private func writeOctet(_ octet: UInt8, to register: Register) throws(DS3231Error) {
        try write([register.rawValue, octet])
    }

    private func write(_ octets: InlineArray<2, UInt8>) throws(DS3231Error) {
        try write(octets.span)
    }

    private func write(_ octets: Span<UInt8>) throws(DS3231Error) {
        do throws(I2CError) {
            try bus.write(octets, to: address)
        } catch {
            throw .bus(error)
        }
    }
}
