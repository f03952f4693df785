import DS3231
import HAL
import NTPTime
import Simulation
import Testing

@testable import RTCReference

@Suite struct `Trimming the chip` {
    @Test(arguments: [-128, -5, 0, 3, 127] as [Int16])
    func `takes effect before it returns`(steps: Int16) throws {
        let bench = Bench(drift: .ppm(0.5))
        bench.chip.setRegister(0x10, to: 10, at: bench.clock.now)
        #expect(bench.chip.effectiveDrift == .ppm(0.5))
        let report = try bench.rtc.setTrim(TrimOffset(steps: steps))
        #expect(report.before.steps == 10 && report.after.steps == steps)
        #expect(bench.clock.now - report.effective < .milliseconds(1))
        #expect(abs(bench.chip.effectiveDrift.ppm - (0.5 - 0.1 * Double(steps))) < 1e-9)
        #expect(bench.chip.register(0x10, at: bench.clock.now) == UInt8(truncatingIfNeeded: steps))
    }

    /// The chip's own conversions begin every 64 s after it got power; steps are finer than a transfer is long.
    @Test(arguments: -8...3)
    func `waits for a conversion of the chip's own, and is not fooled by one that comes between`(tenMilliseconds: Int)
        throws
    {
        for step in 0..<40 {
            let bench = Bench()
            bench.clock.advance(by: .seconds(64) + .milliseconds(Double(tenMilliseconds) * 10 + Double(step) / 4))
            let began = bench.clock.now
            _ = try bench.rtc.setTrim(TrimOffset(steps: 7))
            #expect(abs(bench.chip.effectiveDrift.ppm + 0.7) < 1e-9)
            #expect(bench.clock.now - began < .milliseconds(300))
        }
    }

    @Test func `keeps the time, the alarms and the square wave`() throws {
        let bench = Bench(offset: .milliseconds(123))
        bench.chip.setRegister(0x0e, to: 0x43, at: bench.clock.now)
        bench.chip.setRegister(0x0f, to: 0x0b, at: bench.clock.now)
        _ = try bench.rtc.setTrim(TrimOffset(steps: -3))
        #expect(bench.chip.register(0x0e, at: bench.clock.now) == 0x43)
        #expect(bench.chip.register(0x0f, at: bench.clock.now) == 0x0b)
        #expect((bench.trueOffset - .milliseconds(123)).magnitude < .microseconds(1))
    }

    @Test func `gives up on a conversion that does not end`() {
        let bench = Bench()
        bench.chip.setRegister(0x0e, to: 0x20, at: bench.clock.now)
        #expect(throws: RTCError.conversionStuck) { try bench.rtc.setTrim(TrimOffset(steps: 1)) }
        #expect(bench.clock.now < MonotonicTime(sinceStart: .seconds(101)))
    }

    @Test func `tells a chip that has no such register`() {
        let chip = DS3231.defaultAddress
        let idle = MockI2CBus.Expectation.read(chip, after: [0x0e], returning: [0x1c, 0x08])
        let time: [UInt8] = [0x56, 0x34, 0x12, 0x07, 0x29, 0x02, 0x24]
        let bus = MockI2CBus([
            .read(chip, after: [0], returning: time + [0, 0, 0, 0, 0, 0, 0, 0x1c, 0x08, 0, 0x19, 0]),
            .read(chip, after: [0x10], returning: [0]), .write(chip, [0x10, 4]), idle, idle,
            .write(chip, [0x0e, 0x3c]),
            .read(chip, after: [0x0e], returning: [0x3c]), idle, .read(chip, after: [0x10], returning: [0]),
        ])
        let rtc = RTCReference(chip: DS3231(bus: bus), clock: SimulatedClock())
        #expect(throws: RTCError.trimNotVerified(written: TrimOffset(steps: 4), read: TrimOffset(steps: 0))) {
            try rtc.setTrim(TrimOffset(steps: 4))
        }
        #expect(bus.finish() == nil)
    }
}

@Suite struct `The temperature` {
    @Test func `is that of now when a conversion is asked for`() throws {
        let bench = Bench()
        bench.chip.setTemperature(-7.25, at: bench.clock.now)
        #expect(bench.chip.register(0x11, at: bench.clock.now) == 25)
        #expect(try bench.rtc.convertTemperature().celsius == -7.25)
    }
}
