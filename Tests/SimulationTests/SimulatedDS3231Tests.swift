import HAL
import NTPTime
import Testing

@testable import Simulation

private func address(_ value: UInt8) -> I2CAddress { I2CAddress(clamping: value) }

private let chipAddress = address(0x68)

private func time(_ seconds: Double) -> MonotonicTime { MonotonicTime(sinceStart: .seconds(seconds)) }

extension I2CBus {
    fileprivate func octets(_ count: Int, after pointer: [UInt8], from address: I2CAddress) throws -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: count)
        var span = octets.mutableSpan
        try read(into: &span, after: pointer.span, from: address)
        return octets
    }

    fileprivate func put(_ octets: [UInt8], to address: I2CAddress) throws { try write(octets.span, to: address) }
}

@Suite struct `The scripted bus is strict` {
    private let other = address(0x57)

    @Test func `a script that is followed is finished`() throws {
        let bus = MockI2CBus([
            .write(chipAddress, [1, 2]), .read(chipAddress, after: [0], returning: [7, 8]),
            .write(other, [3], failing: .busFault),
        ])
        try bus.put([1, 2], to: chipAddress)
        #expect(try bus.octets(2, after: [0], from: chipAddress) == [7, 8])
        #expect(throws: I2CError.busFault) { try bus.put([3], to: other) }
        #expect(bus.finish() == nil)
    }

    @Test func `what is left over is told`() {
        #expect(MockI2CBus([.write(chipAddress, [1])]).finish() == "1 left over, the first: write at 104 of [1]")
    }

    @Test func `other octets, addresses, lengths, directions and one call too many are remembered`() {
        let script: [MockI2CBus.Expectation] = [.read(chipAddress, after: [0], returning: [1])]
        let calls: [(MockI2CBus) throws -> Void] = [
            { _ = try $0.octets(1, after: [1], from: chipAddress) },
            { _ = try $0.octets(1, after: [0], from: address(0x57)) },
            { _ = try $0.octets(2, after: [0], from: chipAddress) },
            { try $0.put([0], to: chipAddress) },
        ]
        for call in calls {
            let bus = MockI2CBus(script)
            #expect(throws: I2CError.unsupported) { try call(bus) }
            #expect(throws: Never.self) { try bus.octets(1, after: [0], from: chipAddress) }
            #expect(bus.finish()?.hasPrefix("transfer 0: expected read of 1 at 104 after [0], got ") == true)
        }
        let empty = MockI2CBus([])
        #expect(throws: I2CError.unsupported) { try empty.put([0], to: chipAddress) }
        #expect(empty.finish() == "transfer 0: expected nothing more, got write at 104 of [0]")
    }
}

@Suite struct `The simulated bus takes its time` {
    private let clock = SimulatedClock()

    private func bus(_ chip: SimulatedDS3231, bitRate: Double = 100_000) -> SimulatedI2CBus {
        let bus = SimulatedI2CBus(clock: clock, bitRate: bitRate)
        bus.attach(chip, at: chipAddress)
        return bus
    }

    @Test(arguments: [(100_000.0, 0.00039), (400_000, 0.0000975)])
    func `a one-octet read is 39 bits`(bitRate: Double, seconds: Double) throws {
        _ = try bus(SimulatedDS3231(), bitRate: bitRate).octets(1, after: [0], from: chipAddress)
        #expect(abs(clock.now.sinceStart.seconds - seconds) < 1e-9)
    }

    @Test func `overhead comes before and after`() throws {
        let chip = SimulatedDS3231()
        let bus = bus(chip)
        bus.overhead = { (.milliseconds(3), .milliseconds(5)) }
        try bus.put([0, 0], to: chipAddress)
        // START, 27 bits to the middle of the seconds' acknowledge; then the rest, STOP and the overhead.
        #expect(abs(clock.now.sinceStart.seconds - 0.00829) < 1e-9)
        chip.setRegister(0x0e, to: 0, at: clock.now)
        let edge = try #require(chip.nextFallingEdge(after: clock.now))
        #expect(abs(edge.sinceStart.seconds - 1.003275) < 1e-9)
    }

    @Test func `an absent device, a fault, a hang and a short fail as they are told to`() throws {
        let bus = bus(SimulatedDS3231())
        #expect(throws: I2CError.notAcknowledged) { try bus.put([0], to: address(0x57)) }
        bus.fail(transfer: 1, octet: 1, with: .arbitrationLost)
        #expect(throws: I2CError.arbitrationLost) { try bus.put([0], to: chipAddress) }
        try bus.put([0], to: chipAddress)
        let before = clock.now
        bus.condition = .hung(.seconds(1))
        #expect(throws: I2CError.timedOut) { try bus.put([0], to: chipAddress) }
        #expect(clock.now - before == .seconds(1))
        bus.condition = .heldLow
        #expect(throws: I2CError.busFault) { try bus.put([0], to: chipAddress) }
        #expect(clock.now - before == .seconds(1))
        #expect(bus.transfers == 5)
    }

    @Test func `the devices may live on another time than the clock`() throws {
        let chip = SimulatedDS3231(at: time(100))
        chip.set(to: NTPDate(unixSeconds: 1_800_000_000), at: time(100))
        let bus = bus(chip)
        bus.deviceTime = { MonotonicTime(sinceStart: $0.sinceStart * 2 + .seconds(100)) }
        clock.advance(by: .seconds(4))
        #expect(try bus.octets(1, after: [0], from: chipAddress) == [0x08])
    }

    @Test func `sleepers wake late if they are told to, and time never goes back`() {
        clock.lateness = { .milliseconds(2) }
        clock.sleep(until: time(1))
        #expect(clock.now == time(1) + .milliseconds(2))
        clock.sleep(until: time(0.5))
        clock.advance(by: .seconds(-1))
        #expect(clock.now == time(1) + .milliseconds(2))
    }
}

@Suite struct `The simulated chip keeps time as the datasheet says` {
    private static let start = NTPDate(unixSeconds: 1_800_000_000)

    @Test(arguments: [0.0, 3.5, -3.5, 40, -120])
    func `its phase is exact over a year of accesses`(ppm: Double) {
        let chip = SimulatedDS3231(drift: .ppm(ppm))
        chip.set(to: Self.start + .seconds(0.25), at: .zero)
        var moment = MonotonicTime.zero
        for step in 0..<200_000 {
            moment += .microseconds(157_788_000 + Double(step % 7))
            // The same rate again: a new segment each time.
            chip.setDrift(.ppm(ppm), at: moment)
        }
        let elapsed = moment.sinceStart
        let expected = Self.start + .seconds(0.25) + elapsed + Frequency.ppm(ppm) * elapsed
        #expect((chip.date(at: moment) - expected).magnitude < .nanoseconds(50))
    }

    @Test func `rates add up over segments`() {
        let chip = SimulatedDS3231(drift: .ppm(2))
        chip.set(to: Self.start, at: .zero)
        chip.setDrift(.ppm(-3), at: time(1e5))
        chip.setDrift(.ppm(1), at: time(3e5))
        #expect((chip.date(at: time(4e5)) - Self.start - .seconds(4e5 + 0.2 - 0.6 + 0.1)).magnitude < .nanoseconds(5))
    }

    @Test(arguments: Array(stride(from: Int32(2000), to: 2200, by: 10)))
    func `it counts as the calendar does, but for 2100's leap day`(decade: Int32) {
        let chip = SimulatedDS3231()
        let start = CivilTime(year: decade, month: 1, day: 1, hour: 23, minute: 59, second: 58)
        chip.set(to: start.date, at: .zero)
        for day in 0..<3_652 {
            let moment = time(Double(day) * 86_400)
            let expected = CivilTime(start.date + moment.sinceStart)
            let registers = chip.timeRegisters(at: moment)
            guard expected < CivilTime(year: 2100, month: 3, day: 1) || decade > 2100 else {
                #expect(registers == [0x58, 0x59, 0x23, 1, 0x29, 0x82, 0x00])
                return
            }
            guard chip.date(at: moment) == expected.date, registers[3] == expected.weekday else {
                Issue.record("\(CivilTime(chip.date(at: moment)).iso8601) instead of \(expected.iso8601)")
                return
            }
        }
    }

    @Test func `the century bit toggles, and a twelve-hour chip goes on counting so`() {
        let chip = SimulatedDS3231()
        chip.set(
            to: CivilTime(year: 2099, month: 12, day: 31, hour: 23, minute: 59, second: 59).date,
            at: .zero,
            countingTwelveHours: true
        )
        #expect(chip.timeRegisters(at: time(0.9)) == [0x59, 0x59, 0x71, 4, 0x31, 0x12, 0x99])
        #expect(chip.timeRegisters(at: time(1)) == [0, 0, 0x52, 5, 0x01, 0x81, 0x00])
        #expect(chip.timeRegisters(at: time(1 + 12 * 3600)) == [0, 0, 0x72, 5, 0x01, 0x81, 0x00])
    }
}

@Suite struct `The simulated chip's registers` {
    private let clock = SimulatedClock()
    private let chip = SimulatedDS3231()
    private let bus: SimulatedI2CBus

    init() {
        bus = SimulatedI2CBus(clock: clock)
        bus.attach(chip, at: chipAddress)
    }

    @Test func `at first power they are the datasheet's`() throws {
        clock.advance(by: .milliseconds(500))
        let registers = try bus.octets(19, after: [0], from: chipAddress)
        #expect(registers == [0, 0, 0, 1, 1, 1, 0] + [0, 0, 0, 0, 0, 0, 0] + [0x1c, 0x88, 0, 0x19, 0])
    }

    @Test func `the pointer wraps from 12h to 00h, and the time is latched anew there`() throws {
        chip.set(to: NTPDate(unixSeconds: 1_800_000_000), at: .zero)
        // The second begins while the burst of 19 + 4 octets is under way, after its START.
        clock.advance(by: .milliseconds(999))
        let registers = try bus.octets(23, after: [0x00], from: chipAddress)
        #expect(registers[0] == 0x00)
        #expect(registers[19] == 0x01)
        let fromAging = try bus.octets(4, after: [0x10], from: chipAddress)
        #expect(fromAging == [0, 0x19, 0, 0x01])
    }

    @Test func `a burst that a second begins in shows the time at its START`() throws {
        chip.set(to: CivilTime(year: 2026, month: 12, day: 31, hour: 23, minute: 59, second: 59).date, at: .zero)
        clock.advance(by: .milliseconds(999.5))
        #expect(try bus.octets(7, after: [0], from: chipAddress) == [0x59, 0x59, 0x23, 4, 0x31, 0x12, 0x26])
        #expect(try bus.octets(7, after: [0], from: chipAddress) == [0, 0, 0, 5, 1, 1, 0x27])
    }

    @Test func `a write of the seconds restarts the second, others do not`() throws {
        try bus.put([0x0e, 0x00], to: chipAddress)
        chip.set(to: NTPDate(unixSeconds: 1_800_000_000) + .seconds(0.7), at: clock.now)
        let edge = clock.now + .seconds(0.3)
        try bus.put([1, 0x30], to: chipAddress)
        #expect(try #require(chip.nextFallingEdge(after: clock.now)) == edge)
        let before = clock.now
        try bus.put([0, 0x10], to: chipAddress)
        let restarted = try #require(chip.nextFallingEdge(after: clock.now))
        #expect((restarted - before - .seconds(1.000275)).magnitude < .nanoseconds(2))
    }

    @Test func `OSF and the alarm flags can be written to 0 only`() throws {
        clock.advance(by: .seconds(1))
        chip.setRegister(0x0f, to: 0x8b, at: clock.now)
        try bus.put([0x0f, 0xff], to: chipAddress)
        #expect(chip.register(0x0f, at: clock.now) == 0x8b)
        try bus.put([0x0f, 0x81], to: chipAddress)
        #expect(chip.register(0x0f, at: clock.now) == 0x81)
        try bus.put([0x0f, 0x00], to: chipAddress)
        try bus.put([0x0f, 0x83], to: chipAddress)
        #expect(chip.register(0x0f, at: clock.now) == 0x00)
    }

    @Test func `the temperature is shown every 64 s, in two's complement`() throws {
        clock.advance(by: .seconds(1))
        chip.setTemperature(-0.3, at: clock.now)
        try bus.put([0x11, 0x55, 0x55], to: chipAddress)
        #expect(try bus.octets(2, after: [0x11], from: chipAddress) == [0x19, 0])
        clock.sleep(until: time(64.1))
        #expect(chip.register(0x0f, at: clock.now) & 0x04 != 0)
        #expect(chip.register(0x11, at: clock.now) == 0x19)
        clock.sleep(until: time(64.13))
        #expect(try bus.octets(2, after: [0x11], from: chipAddress) == [0xff, 0xc0])
        #expect(chip.register(0x0f, at: clock.now) & 0x04 == 0)
    }

    @Test func `aging waits for another temperature or for a conversion that is asked for`() throws {
        clock.advance(by: .seconds(1))
        try bus.put([0x10, 0xf6], to: chipAddress)
        _ = chip.date(at: time(200))
        #expect(chip.effectiveDrift == .zero)
        chip.setTemperature(26, at: time(200))
        _ = chip.date(at: time(260))
        #expect(abs(chip.effectiveDrift.ppm - 1) < 1e-9)
        clock.sleep(until: time(300))
        try bus.put([0x10, 20], to: chipAddress)
        try bus.put([0x0e, 0x3c], to: chipAddress)
        #expect(chip.register(0x0e, at: clock.now) == 0x3c)
        #expect(chip.register(0x0f, at: clock.now) & 0x04 == 0)
        clock.advance(by: .milliseconds(3))
        #expect(chip.register(0x0f, at: clock.now) & 0x04 != 0)
        clock.advance(by: .milliseconds(122))
        #expect(chip.register(0x0e, at: clock.now) == 0x1c)
        #expect(abs(chip.effectiveDrift.ppm + 2) < 1e-9)
    }

    @Test func `the square wave falls on the second, and only if it is on`() throws {
        chip.setDrift(.ppm(100), at: .zero)
        #expect(chip.nextFallingEdge(after: time(0.5)) == nil)
        try bus.put([0x0e, 0x00], to: chipAddress)
        chip.set(to: NTPDate(unixSeconds: 1_800_000_000) + .seconds(0.25), at: time(1))
        var edge = time(1)
        for count in 1...1000 {
            edge = try #require(chip.nextFallingEdge(after: edge))
            let expected = 1 + (Double(count) - 0.25) / 1.0001
            #expect(abs(edge.sinceStart.seconds - expected) < 1e-6)
        }
        #expect(chip.date(at: edge).fraction < 10)
    }
}

@Suite struct `The simulated chip and its supply` {
    private let chip = SimulatedDS3231()
    private let date = NTPDate(unixSeconds: 1_800_000_000)

    init() { chip.set(to: date, at: .zero) }

    @Test func `time runs on from the battery, and the chip is silent meanwhile`() {
        chip.losePower(at: time(10))
        #expect(!chip.start(reading: true, at: time(11)))
        chip.restorePower(at: time(1000))
        #expect(chip.start(reading: true, at: time(1000)))
        #expect(chip.date(at: time(1001)) == date + .seconds(1001))
        #expect(chip.register(0x0f, at: time(1001)) & 0x80 == 0)
    }

    @Test func `with EOSC set it stands still on the battery and sets OSF`() {
        chip.setRegister(0x0e, to: 0x9c, at: .zero)
        chip.losePower(at: time(10))
        chip.restorePower(at: time(1000))
        #expect(chip.date(at: time(1001)) == date + .seconds(11))
        #expect(chip.register(0x0f, at: time(1001)) & 0x80 != 0)
    }

    @Test func `without a battery everything is lost`() {
        chip.setBattery(present: false, at: time(5))
        #expect(chip.date(at: time(6)) == date + .seconds(6))
        chip.losePower(at: time(10))
        chip.setBattery(present: true, at: time(20))
        chip.restorePower(at: time(1000))
        #expect(CivilTime(chip.date(at: time(1001))).iso8601 == "2000-01-01T00:00:01Z")
        #expect(chip.register(0x0f, at: time(1001)) & 0x80 != 0)
    }

    @Test func `OSF lasts when the oscillator runs again`() {
        chip.stopOscillator(at: time(10))
        chip.losePower(at: time(11))
        chip.restorePower(at: time(12))
        #expect(chip.date(at: time(20)) == date + .seconds(18))
        #expect(chip.register(0x0f, at: time(20)) & 0x80 != 0)
    }
}

extension CivilTime {
    fileprivate static func < (left: CivilTime, right: CivilTime) -> Bool { left.date < right.date }
}
