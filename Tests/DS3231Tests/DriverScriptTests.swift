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
) -> RTCChipError.Reason? {
    let bus = MockI2CBus(script)
    let error = #expect(throws: (any Error).self) { try body(DS3231(bus: bus)) }
    #expect(bus.finish() == nil)
    return (error as? RTCChipError)?.reason
}

private let goodTime: [UInt8] = [0x56, 0x34, 0x12, 0x07, 0x29, 0x02, 0x24]

/// All registers in one burst.
private func burst(
    time: [UInt8] = goodTime,
    status: UInt8 = 0x08,
    _ last: [UInt8] = [0, 0x19, 0x40]
) -> MockI2CBus.Expectation {
    .read(chip, after: [0], returning: time + [0, 0, 0, 0, 0, 0, 0, 0x1c, status] + last)
}

/// The time of a burst, and why there is none.
private func time(_ script: MockI2CBus.Expectation) throws -> RTCChipTime {
    try follow([script]) { try $0.readSnapshot() }.unverifiedTime.get()
}

private func trouble(_ time: [UInt8]) throws -> RTCChipError.Reason? {
    let snapshot = try follow([burst(time: time)]) { try $0.readSnapshot() }
    guard case .failure(let error) = snapshot.unverifiedTime else { return nil }
    return error.reason
}

@Suite struct `The driver's transfers, octet by octet` {
    @Test func `the time, OSF, temperature and aging come from one burst`() throws {
        let snapshot = try follow([burst(status: 0x88, [0xfe, 0xff, 0x40])]) { try $0.readSnapshot() }
        #expect(
            try snapshot.unverifiedTime.get()
                == RTCChipTime(
                    civil: CivilTime(year: 2024, month: 2, day: 29, hour: 12, minute: 34, second: 56),
                    hourMode: .twentyFour
                )
        )
        #expect(snapshot.oscillatorStopped)
        #expect(snapshot.registers.prefix(7).map(\.value) == goodTime)
        #expect(snapshot.registers[5].description == "month (05h)")
        #expect(snapshot.trim?.steps == -2)
        #expect(snapshot.temperature?.celsius == -0.75)
    }

    @Test func `a snapshot shows what is wrong with the time, and all else`() throws {
        var registers = goodTime
        registers[1] = 0x60
        let snapshot = try follow([burst(time: registers, [0, 0x19, 0xc0])]) { try $0.readSnapshot() }
        let minutes = RTCRegister(name: "minutes", address: 1, value: 0x60)
        #expect(throws: RTCChipError("DS3231", .outOfRange(minutes, expected: 0...59))) {
            try snapshot.unverifiedTime.get()
        }
        #expect(!snapshot.oscillatorStopped && snapshot.temperature?.celsius == 25.75)
    }

    @Test func `seconds are one octet`() throws {
        #expect(try follow([.read(chip, after: [0], returning: [0x59])]) { try $0.readSeconds() } == 59)
    }

    @Test(arguments: [HourMode.twentyFour, .twelve])
    func `setting writes the seconds first and touches no flag`(hourMode: HourMode) throws {
        let civil = CivilTime(year: 2026, month: 12, day: 31, hour: 15, minute: 8, second: 9)
        let hours: UInt8 = hourMode == .twelve ? 0x63 : 0x15
        try follow([.write(chip, [0, 0x09, 0x08, hours, 4, 0x31, 0x12, 0x26])]) {
            try $0.startTime(civil, hourMode: hourMode)
        }
    }

    @Test(arguments: [Int32.min, 1999, 2100, .max])
    func `years beyond the chip's are refused before the bus is touched`(year: Int32) {
        let civil = CivilTime(year: year, month: 1, day: 1)
        #expect(failure([]) { try $0.startTime(civil, hourMode: .twentyFour) } == .yearOutOfRange(year))
    }

    @Test func `a time that does not exist is not written`() {
        let civil = CivilTime(year: 2023, month: 2, day: 29)
        #expect(failure([]) { try $0.startTime(civil, hourMode: .twentyFour) } == .invalidTime(civil))
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
        #expect(try follow(script) { try $0.readTemperature() }.celsius == celsius)
    }

    @Test func `temperatures print with their unit`() {
        #expect(Temperature(quarterDegrees: -1).description == "-0.25 °C")
    }

    @Test func `a conversion is started only when none is under way, and then seen to have been`() throws {
        for (control, hasBegun) in [(UInt8(0x3c), true), (0x1c, false)] {
            let script: [MockI2CBus.Expectation] = [
                .read(chip, after: [0x0e], returning: [0x1c, 0x08]), .write(chip, [0x0e, 0x3c]),
                .read(chip, after: [0x0e], returning: [control]),
            ]
            #expect(try follow(script) { try $0.startConversion() } == hasBegun)
        }
        for registers: [UInt8] in [[0x3c, 0x08], [0x1c, 0x0c]] {
            #expect(try !follow([.read(chip, after: [0x0e], returning: registers)]) { try $0.startConversion() })
            #expect(try follow([.read(chip, after: [0x0e], returning: registers)]) { try $0.isConverting() })
        }
    }

    @Test(arguments: [-128, -1, 0, 1, 127] as [Int16])
    func `aging is two's complement`(steps: Int16) throws {
        let octet = UInt8(truncatingIfNeeded: steps)
        let script: [MockI2CBus.Expectation] = [
            .write(chip, [0x10, octet]), .read(chip, after: [0x10], returning: [octet]),
        ]
        try follow(script) {
            try $0.writeTrim(TrimOffset(steps: steps))
            #expect(try $0.readTrim().steps == steps)
        }
    }

    @Test(arguments: [-129, 128] as [Int16]) func `aging beyond the register is not written`(steps: Int16) {
        let trim = TrimOffset(steps: steps)
        #expect(failure([]) { try $0.writeTrim(trim) } == .trimOutOfRange(trim, range: -128...127))
    }

    @Test func `the square wave goes on and back, without starting a conversion and without undoing other changes`()
        throws
    {
        let script: [MockI2CBus.Expectation] = [
            .read(chip, after: [0x0e], returning: [0x7d]), .read(chip, after: [0x0e], returning: [0x7d]),
            .write(chip, [0x0e, 0x41]),
            .read(chip, after: [0x0e], returning: [0x20]), .write(chip, [0x0e, 0x1c]),
        ]
        try follow(script) {
            let before = try $0.readOneHertz()
            #expect(!before.isOn)
            try $0.switchOneHertzOn()
            try $0.restoreOneHertz(before)
        }
    }
}

@Suite struct `Time registers` {
    private func register(_ index: Int, _ name: String, _ value: UInt8) -> RTCRegister {
        RTCRegister(name: name, address: UInt8(index), value: value)
    }

    @Test(
        arguments: [
            (0, "seconds", UInt8(0x5a), nil), (0, "seconds", 0x60, 0...59), (1, "minutes", 0x0a, nil),
            (1, "minutes", 0x79, 0...59), (2, "hours", 0x24, 0...23), (2, "hours", 0x1f, nil),
            (2, "hours", 0x40, 1...12), (2, "hours", 0x73, 1...12), (2, "hours", 0x4a, nil),
            (4, "date", 0x00, 1...31), (4, "date", 0x32, 1...31), (5, "month", 0x00, 1...12),
            (5, "month", 0x93, 1...12), (5, "month", 0x0b, nil), (6, "year", 0xa0, nil),
        ] as [(Int, String, UInt8, ClosedRange<UInt8>?)]
    )
    func `that hold no time say so`(index: Int, name: String, value: UInt8, expected: ClosedRange<UInt8>?) throws {
        var registers = goodTime
        registers[index] = value
        let register = register(index, name, value)
        #expect(
            try trouble(registers) == (expected.map { .outOfRange(register, expected: $0) } ?? .notDecimal(register))
        )
    }

    @Test func `that hold a day that does not exist say so`() throws {
        var registers = goodTime
        registers[6] = 0x23
        #expect(try trouble(registers) == .impossibleDate(year: 2023, month: 2, day: 29))
    }

    /// Arduino's libraries wrote weekday 0 until 2020; the kernel and others set the century bit, or count it on.
    @Test(arguments: [(3, UInt8(0)), (3, 1), (5, 0x82)])
    func `are right whatever the weekday and the century bit say`(index: Int, value: UInt8) throws {
        var registers = goodTime
        registers[index] = value
        #expect(try time(burst(time: registers)).civil.iso8601 == "2024-02-29T12:34:56Z")
    }
}

@Suite struct `A bus that is stuck` {
    @Test(arguments: [UInt8(0x00), 0xff])
    func `has an error of its own`(octet: UInt8) {
        let script = MockI2CBus.Expectation.read(chip, after: [0], returning: Array(repeating: octet, count: 19))
        #expect(failure([script]) { _ = try $0.readSnapshot() } == .stuckBus(octet: octet))
    }

    @Test func `shows in single registers that read FFh`() {
        func script(_ register: UInt8, _ count: Int = 1) -> [MockI2CBus.Expectation] {
            [.read(chip, after: [register], returning: Array(repeating: 0xff, count: count))]
        }
        #expect(failure(script(0)) { _ = try $0.readSeconds() } == .stuckBus(octet: 0xff))
        #expect(failure(script(0x0e)) { _ = try $0.readOneHertz() } == .stuckBus(octet: 0xff))
        #expect(failure(script(0x0f)) { try $0.clearOscillatorStopFlag() } == .stuckBus(octet: 0xff))
        #expect(failure(script(0x0e, 2)) { _ = try $0.isConverting() } == .stuckBus(octet: 0xff))
    }
}

@Suite struct `Errors speak to people` {
    private static let seconds = RTCRegister(name: "seconds", address: 0, value: 0x0a)

    @Test(arguments: [
        (RTCChipError.Reason.bus(.notAcknowledged), "wiring"), (.bus(.timedOut), "timed out"),
        (.bus(.addressInUse), "dtoverlay=i2c-rtc"), (.bus(.arbitrationLost), "master"),
        (.bus(.busFault), "held low"), (.bus(.unsupported), "adapter"), (.bus(.system(code: 121)), "121"),
        (.stuckBus(octet: 0xff), "powered"), (.stuckBus(octet: 0), "held low"),
        (.otherKind(seconds, likely: "PCF8523 or DS1307"), "likely a PCF8523"),
        (.notDecimal(seconds), "seconds (00h) reads 0Ah"), (.outOfRange(seconds, expected: 0...23), "expected 0 to 23"),
        (.impossibleDate(year: 2023, month: 2, day: 29), "2023-02-29"), (.yearOutOfRange(1999), "2000 to 2099"),
        (.invalidTime(CivilTime(year: 2023, month: 2, day: 29)), "2023-02-29"),
        (.trimOutOfRange(TrimOffset(steps: 200), range: -128...127), "-128 to 127"),
    ])
    func `each says what is wrong`(reason: RTCChipError.Reason, part: String) {
        let text = RTCChipError("DS3231", reason).description
        #expect(text.hasPrefix("DS3231: ") && text.contains(part))
    }

    @Test func `registers are named with their addresses`() {
        #expect(DS3231.Register.allCases.map(\.rawValue) == Array(0x00...0x12))
        #expect(Set(DS3231.Register.allCases.map { $0.reading(0).name }).count == 19)
    }
}
