import ClockDiscipline
import DS3231
import HAL
import NTPTime
import Simulation
import Support
import Testing

@testable import RTCReference

@Suite struct `The square wave` {
    @Test(arguments: 1...40)
    func `gives the second's edge to what the interrupt takes, at any phase, drift and bit rate`(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        let bench = Bench(
            offset: .seconds(random.uniform(-5...5)),
            drift: .ppm(random.uniform(-50...50)),
            bitRate: random.uniform(10_000...400_000),
            hasSquareWave: true
        )
        var draws = random
        bench.wave.latency = { .seconds(draws.uniform(0...0.00002)) }
        bench.wave.uncertainty = .microseconds(20)
        var late = random
        bench.clock.lateness = { .seconds(late.uniform(0...0.001)) }
        for _ in 0..<5 {
            let sample = try bench.rtc.findEdge()
            #expect(sample.isStamped && bench.rtc.squareWaveTrouble == nil, "seed \(seed)")
            #expect(bench.error(of: sample).magnitude <= sample.uncertainty, "seed \(seed)")
            #expect(sample.uncertainty < .microseconds(95), "seed \(seed)")
            #expect(sample.chipTime.fraction == 0)
            bench.clock.advance(by: .seconds(random.uniform(0...300)))
        }
    }

    @Test func `is switched on, and off again in the end, with nothing else changed`() throws {
        let bench = Bench(hasSquareWave: true)
        bench.chip.setRegister(0x0e, to: 0xdd, at: bench.clock.now)
        _ = try bench.rtc.findEdge()
        #expect(bench.chip.register(0x0e, at: bench.clock.now) == 0xc1)
        _ = try bench.rtc.write(bench.timescale)
        try bench.rtc.close()
        // EOSC was cleared for good, as the chip was set.
        #expect(bench.chip.register(0x0e, at: bench.clock.now) == 0x5d)
    }

    @Test func `is switched off again also if the transfer that switched it on seemed to fail`() throws {
        let bench = Bench(hasSquareWave: true)
        let bus = LateFailure(bench.bus)
        let rtc = RTCReference(
            chip: DS3231(bus: bus),
            clock: bench.clock,
            edges: bench.wave
        )
        #expect(throws: RTCError.chip(RTCChipError("DS3231", .bus(.timedOut)))) { try rtc.findEdge() }
        #expect(try rtc.findEdge().isStamped)
        try rtc.close()
        #expect(bench.chip.register(0x0e, at: bench.clock.now) == 0x1c)
    }

    @Test func `that was on already is left on`() throws {
        let bench = Bench(hasSquareWave: true)
        bench.chip.setRegister(0x0e, to: 0x40, at: bench.clock.now)
        _ = try bench.rtc.findEdge()
        try bench.rtc.close()
        #expect(bench.chip.register(0x0e, at: bench.clock.now) == 0x40)
    }

    @Test func `is not touched where there is no input for it`() throws {
        let bench = Bench()
        #expect(try !bench.rtc.findEdge().isStamped)
        try bench.rtc.close()
        #expect(bench.chip.register(0x0e, at: bench.clock.now) == 0x1c)
    }

    @Test func `measures what a write left`() throws {
        let bench = Bench(offset: .seconds(-3.3), drift: .ppm(-2), hasSquareWave: true)
        let report = try bench.rtc.write(bench.timescale)
        #expect(report.edge.isStamped)
        #expect((report.residual - bench.trueOffset).magnitude <= report.uncertainty + .microseconds(5))
        #expect(report.uncertainty < .microseconds(60))
    }

    @Test func `that does not come is done without, until it comes`() throws {
        let bench = Bench(offset: .milliseconds(140), hasSquareWave: true)
        bench.wave.isConnected = false
        let polled = try bench.rtc.findEdge()
        #expect(!polled.isStamped && polled.uncertainty < .milliseconds(0.4))
        #expect(bench.error(of: polled).magnitude <= polled.uncertainty)
        #expect(bench.rtc.squareWaveTrouble == .noEdge)
        bench.wave.isConnected = true
        #expect(try bench.rtc.findEdge().isStamped)
        #expect(bench.rtc.squareWaveTrouble == nil)
    }

    @Test func `is switched on again when another chip or program has switched it off`() throws {
        let bench = Bench(hasSquareWave: true)
        _ = try bench.rtc.findEdge()
        bench.chip.setRegister(0x0e, to: 0x1d, at: bench.clock.now)
        #expect(try bench.rtc.findEdge().isStamped)
        try bench.rtc.close()
        #expect(bench.chip.register(0x0e, at: bench.clock.now) == 0x1d)
    }

    @Test(arguments: [0.3, 50, 100, 1_000])
    func `is not mistaken for another one`(frequency: Double) throws {
        let bench = Bench(offset: .milliseconds(77), edges: { OtherWave(frequency, $0) })
        let sample = try bench.rtc.findEdge()
        #expect(!sample.isStamped)
        #expect(bench.error(of: sample).magnitude <= sample.uncertainty)
        #expect(bench.rtc.squareWaveTrouble != nil)
    }

    @Test func `taken for its opposite is noticed`() throws {
        let bench = Bench(offset: .milliseconds(77), hasSquareWave: true)
        bench.wave.isInverted = true
        let sample = try bench.rtc.findEdge()
        #expect(!sample.isStamped)
        #expect(bench.error(of: sample).magnitude <= sample.uncertainty)
        #expect(bench.rtc.squareWaveTrouble == .notOnSecond)
    }

    @Test func `with an interrupt that is late now and then costs time, not truth`() throws {
        for late in 1...7 {
            let bench = Bench(offset: .milliseconds(77), hasSquareWave: true)
            var edges = 0
            bench.wave.latency = {
                edges += 1
                return edges == late ? .milliseconds(Double(late) / 2) : .zero
            }
            for _ in 0..<3 {
                let sample = try bench.rtc.findEdge()
                #expect(bench.error(of: sample).magnitude <= sample.uncertainty, "late: \(late)")
            }
        }
    }

    @Test func `of a chip that stands still says so of the chip`() {
        let bench = Bench(hasSquareWave: true)
        bench.chip.stopOscillator(at: bench.clock.now)
        #expect(throws: RTCError.oscillatorStopped) { try bench.rtc.findEdge() }
        #expect(bench.rtc.squareWaveTrouble == nil)
    }
}

/// Edges of a frequency that is not the chip's.
private final class OtherWave: EdgeInput {
    private let period: NTPDuration
    private let clock: SimulatedClock

    init(_ frequency: Double, _ clock: SimulatedClock) {
        period = .seconds(1 / frequency)
        self.clock = clock
    }

    func fallingEdge(after moment: MonotonicTime, before deadline: MonotonicTime) -> StampedEdge? {
        let count = (moment.sinceStart.units / period.units) + 1
        let edge = MonotonicTime(sinceStart: NTPDuration(units: count * period.units))
        clock.sleep(until: min(edge, deadline))
        return edge <= deadline ? StampedEdge(moment: edge, uncertainty: .microseconds(50)) : nil
    }
}

/// A bus whose first write fails after the chip has taken it.
private final class LateFailure: I2CBus {
    private let bus: SimulatedI2CBus
    private var hasFailed = false

    init(_ bus: SimulatedI2CBus) { self.bus = bus }

    func write(_ bytes: Span<UInt8>, to address: I2CAddress) throws(I2CError) {
        try bus.write(bytes, to: address)
        guard hasFailed else {
            hasFailed = true
            throw .timedOut
        }
    }

    func read(into buffer: inout MutableSpan<UInt8>, after bytes: Span<UInt8>, from address: I2CAddress)
        throws(I2CError)
    {
        try bus.read(into: &buffer, after: bytes, from: address)
    }
}
