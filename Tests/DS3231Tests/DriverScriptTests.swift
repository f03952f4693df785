import HAL
import NTPTime
import Simulation
import Testing

@testable import DS3231

private let chip = DS3231.defaultAddress

/// Runs `body` on a driver over `script` and checks that the script was followed to its end.
private func follow<Value>(
    _ script: [MockI2CBus.Expectation],
    _ body: (DS3231) throws -> Value
) throws -> Value {
    let bus = MockI2CBus(script)
    let value = try body(DS3231(bus: bus))
    #expect(bus.finish() == nil)
    return value
}

/// The error that `body` ends with on a driver over `script`.
private func failure(
    _ script: [MockI2CBus.Expectation],
    _ body: (DS3231) throws -> Void
) -> DS3231Error? {
    let bus = MockI2CBus(script)
    let error = #expect(throws: (any Error).self) { try body(DS3231(bus: bus)) }
    #expect(bus.finish() == nil)
    return error as? DS3231Error
}

private let goodTime: [UInt8] = [0x56, 0x34, 0x12, 0x07, 0x29, 0x02, 0x24]

private func burst(time: [UInt8] = goodTime, status: UInt8 = 0x08) -> MockI2CBus.Expectation {
    .read(chip, after: [0], returning: time + [0, 0, 0, 0, 0, 0, 0, 0x1c, status])
}

@Suite struct `The driver's transfers, octet by octet` {
    @Test func `the time and OSF come from one burst`() throws {
        let time = try follow([burst()]) { try $0.readTime() }
        #expect(
            time
                == ChipTime(
                    civil: CivilTime(year: 2024, month: 2, day: 29, hour: 12, minute: 34, second: 56),
                    hourMode: .twentyFour,
                    weekday: 7
                )
        )
    }

    @Test func `a stopped oscillator's time is refused, but shown`() throws {
        #expect(failure([burst(status: 0x88)]) { _ = try $0.readTime() } == .oscillatorStopped)
        let registers = goodTime + [0, 0, 0, 0, 0, 0, 0, 0x1c, 0x88, 0xfe, 0xff, 0x40]
        let snapshot = try follow([.read(chip, after: [0], returning: registers)]) { try $0.readSnapshot() }
        #expect(snapshot.oscillatorStopped)
        #expect(snapshot.timeRegisters == goodTime)
        #expect(try snapshot.unverifiedTime.get().civil.iso8601 == "2024-02-29T12:34:56Z")
        #expect(throws: DS3231Error.oscillatorStopped) { try snapshot.time() }
        #expect(snapshot.aging.steps == -2)
        #expect(snapshot.temperature.celsius == -0.75)
    }

    @Test func `a stopped oscillator outranks senseless registers`() {
        let time: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
        #expect(failure([burst(time: time, status: 0x88)]) { _ = try $0.readTime() } == .oscillatorStopped)
    }

    @Test func `a snapshot shows what is wrong with the time`() throws {
        var registers = goodTime + [0, 0, 0, 0, 0, 0, 0, 0x1c, 0x08, 0, 0x19, 0xc0]
        registers[1] = 0x60
        let snapshot = try follow([.read(chip, after: [0], returning: registers)]) { try $0.readSnapshot() }
        #expect(throws: DS3231Error.outOfRange(register: .minutes, value: 0x60, expected: 0...59)) {
            try snapshot.time()
        }
        #expect(snapshot.temperature.celsius == 25.75)
    }

    @Test func `seconds are one octet`() throws {
        #expect(try follow([.read(chip, after: [0], returning: [0x59])]) { try $0.readSeconds() } == 59)
    }

    @Test(arguments: [HourMode.twentyFour, .twelve])
    func `setting writes the seconds first and touches no flag`(hourMode: HourMode) throws {
        let civil = CivilTime(year: 2126, month: 12, day: 31, hour: 15, minute: 8, second: 9)
        let hours: UInt8 = hourMode == .twelve ? 0x63 : 0x15
        try follow([.write(chip, [0, 0x09, 0x08, hours, 2, 0x31, 0x92, 0x26])]) {
            try $0.writeTime(civil, hourMode: hourMode)
        }
    }

    @Test(arguments: [Int32.min, 1999, 2200, .max])
    func `years beyond the chip's are refused before the bus is touched`(year: Int32) {
        let civil = CivilTime(year: year, month: 1, day: 1)
        #expect(failure([]) { try $0.writeTime(civil, hourMode: .twentyFour) } == .yearOutOfRange(year))
    }

    @Test func `a time that does not exist is not written`() {
        let civil = CivilTime(year: 2100, month: 2, day: 29)
        #expect(failure([]) { try $0.writeTime(civil, hourMode: .twentyFour) } == .invalidTime(civil))
    }

    @Test(arguments: [(UInt8(0x88), UInt8(0x0b)), (0x80, 0x03), (0x8f, 0x0b), (0x08, 0x0b)])
    func `clearing OSF keeps the 32 kHz output and writes no 0 to an alarm flag`(before: UInt8, written: UInt8) throws {
        try follow([.read(chip, after: [0x0f], returning: [before]), .write(chip, [0x0f, written])]) {
            try $0.clearOscillatorStopFlag()
        }
    }

    @Test func `the oscillator is started only if it was off`() throws {
        #expect(try follow([.read(chip, after: [0x0e], returning: [0x1c])]) { try $0.startOscillator() } == false)
        let script: [MockI2CBus.Expectation] = [
            .read(chip, after: [0x0e], returning: [0xbd]), .write(chip, [0x0e, 0x1d]),
        ]
        #expect(try follow(script) { try $0.startOscillator() })
    }

    @Test(arguments: [
        (UInt8(0x19), UInt8(0x40), 25.25), (0x00, 0x00, 0.0), (0xff, 0xc0, -0.25), (0xff, 0x00, -1.0),
        (0xd8, 0x40, -39.75), (0x7f, 0xc0, 127.75), (0x80, 0x00, -128.0),
    ])
    func `temperatures are signed quarter degrees`(high: UInt8, low: UInt8, celsius: Double) throws {
        let script: [MockI2CBus.Expectation] = [.read(chip, after: [0x11], returning: [high, low])]
        #expect(try follow(script) { try $0.temperature() }.celsius == celsius)
    }

    @Test func `temperatures print with their unit`() {
        #expect(Temperature(quarterDegrees: -1).description == "-0.25 °C")
    }

    @Test func `a conversion is started only when none is under way`() throws {
        try follow([.read(chip, after: [0x0e], returning: [0x1c, 0x08]), .write(chip, [0x0e, 0x3c])]) {
            try $0.startConversion()
        }
        for registers: [UInt8] in [[0x3c, 0x08], [0x1c, 0x0c]] {
            #expect(
                failure([.read(chip, after: [0x0e], returning: registers)]) { try $0.startConversion() }
                    == .conversionInProgress
            )
            #expect(try follow([.read(chip, after: [0x0e], returning: registers)]) { try $0.isConverting() })
        }
    }

    @Test(arguments: [Int8.min, -1, 0, 1, .max])
    func `aging is two's complement`(steps: Int8) throws {
        let octet = UInt8(bitPattern: steps)
        let script: [MockI2CBus.Expectation] = [
            .write(chip, [0x10, octet]), .read(chip, after: [0x10], returning: [octet]),
        ]
        try follow(script) {
            try $0.writeAgingOffset(AgingOffset(steps: steps))
            #expect(try $0.readAgingOffset().steps == steps)
        }
    }

    @Test func `the square wave goes on and back, without starting a conversion and without undoing other changes`()
        throws
    {
        let script: [MockI2CBus.Expectation] = [
            .read(chip, after: [0x0e], returning: [0x7d]), .write(chip, [0x0e, 0x41]),
            .read(chip, after: [0x0e], returning: [0x20]), .write(chip, [0x0e, 0x1c]),
        ]
        try follow(script) {
            try $0.switchSquareWaveOn()
            try $0.restoreSquareWave(ControlRegister(rawValue: 0x7d))
        }
    }
}

@Suite struct `Registers that no DS3231 shows are refused` {
    @Test(
        arguments: [
            (0, UInt8(0x80), DS3231Error.reservedBits(register: .seconds, value: 0x80, reserved: 0x80)),
            (0, 0x5a, .notDecimal(register: .seconds, value: 0x5a)),
            (0, 0x60, .outOfRange(register: .seconds, value: 0x60, expected: 0...59)),
            (1, 0x80, .reservedBits(register: .minutes, value: 0x80, reserved: 0x80)),
            (1, 0x0a, .notDecimal(register: .minutes, value: 0x0a)),
            (1, 0x79, .outOfRange(register: .minutes, value: 0x79, expected: 0...59)),
            (2, 0x80, .reservedBits(register: .hours, value: 0x80, reserved: 0xc0)),
            (2, 0xd2, .reservedBits(register: .hours, value: 0xd2, reserved: 0x80)),
            (2, 0x24, .outOfRange(register: .hours, value: 0x24, expected: 0...23)),
            (2, 0x1f, .notDecimal(register: .hours, value: 0x1f)),
            (2, 0x40, .outOfRange(register: .hours, value: 0x40, expected: 1...12)),
            (2, 0x73, .outOfRange(register: .hours, value: 0x73, expected: 1...12)),
            (2, 0x4a, .notDecimal(register: .hours, value: 0x4a)),
            (3, 0x00, .outOfRange(register: .weekday, value: 0x00, expected: 1...7)),
            (3, 0x08, .reservedBits(register: .weekday, value: 0x08, reserved: 0xf8)),
            (4, 0x00, .outOfRange(register: .date, value: 0x00, expected: 1...31)),
            (4, 0x32, .outOfRange(register: .date, value: 0x32, expected: 1...31)),
            (4, 0x41, .reservedBits(register: .date, value: 0x41, reserved: 0xc0)),
            (5, 0x00, .outOfRange(register: .month, value: 0x00, expected: 1...12)),
            (5, 0x93, .outOfRange(register: .month, value: 0x93, expected: 1...12)),
            (5, 0x42, .reservedBits(register: .month, value: 0x42, reserved: 0x60)),
            (5, 0x0b, .notDecimal(register: .month, value: 0x0b)),
            (6, 0xa0, .notDecimal(register: .year, value: 0xa0)),
            (6, 0x23, .impossibleDate(year: 2023, month: 2, day: 29)),
        ] as [(Int, UInt8, DS3231Error)]
    )
    func `each field is checked`(index: Int, value: UInt8, expected: DS3231Error) {
        var registers = goodTime
        registers[index] = value
        #expect(failure([burst(time: registers)]) { _ = try $0.readTime() } == expected)
    }

    @Test(arguments: [UInt8(0x10), 0x20, 0x40])
    func `the status register's fixed zeros are checked`(bit: UInt8) {
        #expect(
            failure([burst(status: 0x08 | bit)]) { _ = try $0.readTime() }
                == .reservedBits(register: .status, value: 0x08 | bit, reserved: 0x70)
        )
    }

    @Test func `the temperature's fixed zeros are checked`() {
        #expect(
            failure([.read(chip, after: [0x11], returning: [0x19, 0x41])]) { _ = try $0.temperature() }
                == .reservedBits(register: .temperatureLow, value: 0x41, reserved: 0x3f)
        )
    }

    @Test func `year 2100's leap day, which the chip counts, is refused`() {
        let registers: [UInt8] = [0, 0, 0, 1, 0x29, 0x82, 0]
        #expect(
            failure([burst(time: registers)]) { _ = try $0.readTime() }
                == .impossibleDate(year: 2100, month: 2, day: 29)
        )
    }

    @Test(arguments: [UInt8(0x00), 0xff])
    func `a stuck bus has an error of its own`(octet: UInt8) {
        func script(_ register: UInt8, _ count: Int) -> [MockI2CBus.Expectation] {
            [.read(chip, after: [register], returning: Array(repeating: octet, count: count))]
        }
        #expect(failure(script(0, 16)) { _ = try $0.readTime() } == .stuckBus(octet: octet))
        #expect(failure(script(0, 19)) { _ = try $0.readSnapshot() } == .stuckBus(octet: octet))
    }

    @Test func `single registers that read FFh show a bus that is stuck`() {
        func script(_ register: UInt8, _ count: Int = 1) -> [MockI2CBus.Expectation] {
            [.read(chip, after: [register], returning: Array(repeating: 0xff, count: count))]
        }
        #expect(failure(script(0)) { _ = try $0.readSeconds() } == .stuckBus(octet: 0xff))
        #expect(failure(script(0x0e)) { _ = try $0.readControl() } == .stuckBus(octet: 0xff))
        #expect(failure(script(0x0f)) { _ = try $0.readStatus() } == .stuckBus(octet: 0xff))
        #expect(failure(script(0x0e, 2)) { _ = try $0.isConverting() } == .stuckBus(octet: 0xff))
    }
}

@Suite struct `Errors speak to people` {
    @Test(arguments: [
        (DS3231Error.bus(.notAcknowledged), "wiring"), (.bus(.timedOut), "timed out"),
        (.bus(.addressInUse), "dtoverlay=i2c-rtc"), (.bus(.arbitrationLost), "master"),
        (.bus(.busFault), "held low"), (.bus(.unsupported), "adapter"), (.bus(.system(code: 121)), "121"),
        (.stuckBus(octet: 0xff), "powered"), (.stuckBus(octet: 0), "held low"),
        (.reservedBits(register: .month, value: 0x42, reserved: 0x60), "month (05h) reads 42h"),
        (.notDecimal(register: .seconds, value: 0x0a), "seconds (00h) reads 0Ah"),
        (.outOfRange(register: .hours, value: 0x24, expected: 0...23), "expected 0 to 23"),
        (.impossibleDate(year: 2023, month: 2, day: 29), "2023-02-29"),
        (.impossibleDate(year: 2100, month: 2, day: 29), "set the time"),
        (.oscillatorStopped, "battery"), (.yearOutOfRange(1999), "2000 to 2199"),
        (.invalidTime(CivilTime(year: 2023, month: 2, day: 29)), "2023-02-29"), (.conversionInProgress, "200 ms"),
    ])
    func `each says what is wrong`(error: DS3231Error, part: String) {
        #expect(error.description.contains(part))
    }

    @Test func `registers are named with their addresses`() {
        #expect(DS3231.Register.allCases.map(\.rawValue) == Array(0x00...0x12))
        #expect(Set(DS3231.Register.allCases.map(\.description)).count == 19)
    }
}
