import HAL
import NTPTime
import Simulation
import Testing

@testable import DS3231

/// A driver over the behavioural chip.
private struct Bench {
    let clock = SimulatedClock()
    let bus: SimulatedI2CBus
    let chip = SimulatedDS3231()
    let driver: DS3231

    init() {
        bus = SimulatedI2CBus(clock: clock)
        bus.attach(chip, at: DS3231.defaultAddress)
        driver = DS3231(bus: bus)
    }

    func time() throws -> RTCChipTime { try driver.readSnapshot().unverifiedTime.get() }
}

/// An operation of the driver, and how many octets it puts on the bus.
private struct Operation: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let octets: Int
    let run: @Sendable (DS3231) throws(RTCChipError) -> Void

    init(_ name: String, octets: Int, _ run: @escaping @Sendable (DS3231) throws(RTCChipError) -> Void) {
        testDescription = name
        self.octets = octets
        self.run = run
    }

    static let all = [
        Operation("readSnapshot", octets: 22) { driver throws(RTCChipError) in _ = try driver.readSnapshot() },
        Operation("readSeconds", octets: 4) { driver throws(RTCChipError) in _ = try driver.readSeconds() },
        Operation("startTime", octets: 9) { driver throws(RTCChipError) in
            try driver.startTime(CivilTime(year: 2026, month: 1, day: 2), hourMode: .twelve)
        },
        Operation("clearOscillatorStopFlag", octets: 7) { driver throws(RTCChipError) in
            try driver.clearOscillatorStopFlag()
        },
        Operation("startOscillator", octets: 7) { driver throws(RTCChipError) in try driver.startOscillator() },
        Operation("readTemperature", octets: 5) { driver throws(RTCChipError) in _ = try driver.readTemperature() },
        Operation("startConversion", octets: 12) { driver throws(RTCChipError) in _ = try driver.startConversion() },
        Operation("isConverting", octets: 5) { driver throws(RTCChipError) in _ = try driver.isConverting() },
        Operation("readTrim", octets: 4) { driver throws(RTCChipError) in _ = try driver.readTrim() },
        Operation("writeTrim", octets: 3) { driver throws(RTCChipError) in
            try driver.writeTrim(TrimOffset(steps: -5))
        },
        Operation("readTestRegisters", octets: 10) { driver throws(RTCChipError) in
            _ = try driver.readTestRegisters()
        },
        Operation("writeTestRegisters", octets: 9) { driver throws(RTCChipError) in
            try driver.writeTestRegisters(Array(repeating: 0x15, count: 7))
        },
        Operation("readOneHertz", octets: 4) { driver throws(RTCChipError) in _ = try driver.readOneHertz() },
        Operation("switchOneHertzOn", octets: 7) { driver throws(RTCChipError) in try driver.switchOneHertzOn() },
        Operation("restoreOneHertz", octets: 7) { driver throws(RTCChipError) in
            try driver.restoreOneHertz(OneHertzSetting(register: 0x1c, isOn: false))
        },
    ]
}

@Suite struct `No bus error is swallowed` {
    private static let errors: [I2CError] = [
        .notAcknowledged, .timedOut, .arbitrationLost, .busFault, .addressInUse, .unsupported, .system(code: 5),
    ]

    /// A chip with a set time, no conversion under way, and a control register that every operation changes.
    private func bench() -> Bench {
        let bench = Bench()
        bench.clock.advance(by: .seconds(10))
        bench.chip.set(to: CivilTime(year: 2026, month: 6, day: 7, hour: 8).date, at: bench.clock.now)
        bench.chip.setRegister(0x0e, to: 0x9c, at: bench.clock.now)
        return bench
    }

    @Test(arguments: Operation.all)
    fileprivate func `an error on any octet surfaces as it is`(operation: Operation) throws {
        let clean = bench()
        try operation.run(clean.driver)
        var surfaced = 0
        for transfer in 0..<clean.bus.transfers {
            for octet in 0..<Int64(operation.octets) {
                let error = Self.errors[surfaced % Self.errors.count]
                let bench = bench()
                bench.bus.fail(transfer: transfer, octet: octet, with: error)
                do throws(RTCChipError) {
                    try operation.run(bench.driver)
                } catch {
                    #expect(error.reason == .bus(Self.errors[surfaced % Self.errors.count]))
                    surfaced += 1
                }
            }
        }
        #expect(surfaced == operation.octets)
    }

    @Test(arguments: Operation.all)
    fileprivate func `a hung or a shorted bus and a chip without power surface`(operation: Operation) {
        let hung = bench()
        hung.bus.condition = .hung(.seconds(1))
        #expect(throws: RTCChipError("DS3231", .bus(.timedOut))) { try operation.run(hung.driver) }
        #expect(hung.clock.now == MonotonicTime(sinceStart: .seconds(11)))
        let shorted = bench()
        shorted.bus.condition = .heldLow
        #expect(throws: RTCChipError("DS3231", .bus(.busFault))) { try operation.run(shorted.driver) }
        let off = bench()
        off.chip.losePower(at: off.clock.now)
        #expect(throws: RTCChipError("DS3231", .bus(.notAcknowledged))) { try operation.run(off.driver) }
    }
}

@Suite struct `The driver and the chip agree on the calendar` {
    @Test(arguments: [HourMode.twentyFour, .twelve])
    func `every day of the century is written and read back`(hourMode: HourMode) throws {
        let bench = Bench()
        try bench.driver.clearOscillatorStopFlag()
        let first = CivilTime(year: 2000, month: 1, day: 1).date
        let end = CivilTime(year: 2100, month: 1, day: 1).date
        var date = first
        var days = 0
        while date < end {
            let civil = CivilTime(date)
            try bench.driver.startTime(civil, hourMode: hourMode)
            let time = try bench.time()
            guard time == RTCChipTime(civil: civil, hourMode: hourMode) else {
                Issue.record("\(civil.iso8601) was read back as \(time.civil.iso8601)")
                return
            }
            // 86,399 s more each day, so that all times of the day come by, too.
            date += .seconds(86_400 - 1_237)
            days += 1
        }
        #expect(days > 36_500)
    }

    @Test(arguments: [
        (UInt8(0), UInt8(0x52)), (1, 0x41), (9, 0x49), (10, 0x50), (11, 0x51), (12, 0x72), (13, 0x61), (21, 0x69),
        (22, 0x70), (23, 0x71),
    ])
    func `twelve-hour times, midnight and noon included`(hour: UInt8, register: UInt8) throws {
        let bench = Bench()
        try bench.driver.clearOscillatorStopFlag()
        let civil = CivilTime(year: 2026, month: 3, day: 4, hour: hour, minute: 5, second: 6)
        try bench.driver.startTime(civil, hourMode: .twelve)
        #expect(bench.chip.timeRegisters(at: bench.clock.now)[2] == register)
        let time = try bench.time()
        #expect(time.civil == civil && time.hourMode == .twelve)
    }

    @Test(arguments: [
        ("2099-12-31T23:59:59Z", "2000-01-01T00:00:00Z"), ("2024-02-28T23:59:59Z", "2024-02-29T00:00:00Z"),
        ("2023-02-28T23:59:59Z", "2023-03-01T00:00:00Z"), ("2000-02-29T23:59:59Z", "2000-03-01T00:00:00Z"),
        ("2036-02-07T06:28:15Z", "2036-02-07T06:28:16Z"), ("2038-01-19T03:14:07Z", "2038-01-19T03:14:08Z"),
        ("2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"),
    ])
    func `the chip counts on across the ends of things`(before: String, after: String) throws {
        for hourMode in [HourMode.twelve, .twentyFour] {
            let bench = Bench()
            try bench.driver.clearOscillatorStopFlag()
            let date = try #require(NTPDate(iso8601: before))
            try bench.driver.startTime(CivilTime(date), hourMode: hourMode)
            bench.clock.advance(by: .seconds(1))
            let time = try bench.time()
            #expect(time.civil.iso8601 == after)
            #expect(bench.chip.timeRegisters(at: bench.clock.now)[3] == CivilTime(date + .seconds(1)).weekday)
        }
    }

    @Test func `OSF lasts until it is cleared, and alarm flags outlast that`() throws {
        let bench = Bench()
        #expect(try bench.driver.readSnapshot().oscillatorStopped)
        try bench.driver.startTime(CivilTime(year: 2026, month: 1, day: 1), hourMode: .twentyFour)
        #expect(try bench.driver.readSnapshot().oscillatorStopped)
        bench.chip.setRegister(0x0f, to: 0x8b, at: bench.clock.now)
        try bench.driver.clearOscillatorStopFlag()
        #expect(bench.chip.register(0x0f, at: bench.clock.now) & ~0x04 == 0x0b)
        #expect(try !bench.driver.readSnapshot().oscillatorStopped)
        #expect(try bench.time().civil.year == 2026)
    }

    @Test func `a conversion runs its course`() throws {
        let bench = Bench()
        bench.clock.advance(by: .seconds(1))
        bench.chip.setTemperature(-10.3, at: bench.clock.now)
        #expect(try bench.driver.readTemperature().celsius == 25)
        try bench.driver.writeTrim(TrimOffset(steps: 10))
        #expect(try bench.driver.startConversion())
        #expect(try bench.driver.isConverting())
        #expect(try !bench.driver.startConversion())
        bench.clock.advance(by: .milliseconds(130))
        #expect(try !bench.driver.isConverting())
        #expect(try bench.driver.readTemperature().celsius == -10.25)
        #expect(abs(bench.chip.effectiveDrift.ppm + 1) < 1e-9)
    }

    @Test func `the lengths of the transfers are those that the timing table states`() throws {
        let bench = Bench()
        func bits(_ body: (DS3231) throws -> Void) rethrows -> Double {
            let before = bench.clock.now
            try body(bench.driver)
            return ((bench.clock.now - before).seconds * 100_000).rounded()
        }
        let transfers = DS3231.kind.transfers
        #expect(try bits { _ = try $0.readSeconds() } == transfers.readSeconds)
        #expect(try bits { _ = try $0.readSnapshot() } == transfers.readSnapshot)
        let civil = CivilTime(year: 2026, month: 1, day: 1)
        let began = bench.clock.now
        try bench.driver.startTime(civil, hourMode: .twentyFour)
        let phase = bench.chip.date(at: bench.clock.now) - civil.date
        let started = bench.clock.now - began - phase
        #expect(abs(started.seconds * 100_000 - transfers.start) < 0.01)
    }
}
