import ClockDiscipline
import HAL
import NTPTime
import PCF85063A
import Simulation
import Support
import Testing

@testable import RTCReference

/// A PCF85063A over its behavioural chip, in virtual time. UTC is the clock's time from `start` on.
private struct ChipBench {
    static let start = NTPDate(unixSeconds: 1_800_000_000)

    let clock = SimulatedClock(now: MonotonicTime(sinceStart: .seconds(100.3)))
    let bus: SimulatedI2CBus
    let chip: SimulatedPCF85063A
    let driver: PCF85063A
    let rtc: RTCReference
    let timescale: Timescale

    init(offset: NTPDuration = .zero, drift: Frequency = .zero, bitRate: Double = 100_000) {
        bus = SimulatedI2CBus(clock: clock, bitRate: bitRate)
        chip = SimulatedPCF85063A(at: clock.now, drift: drift)
        chip.set(to: Self.start + offset, at: clock.now)
        bus.attach(chip, at: PCF85063A.defaultAddress)
        driver = PCF85063A(bus: bus)
        rtc = RTCReference(chip: driver, clock: clock)
        timescale = Timescale(reading: ClockReading(monotonic: clock.now, date: Self.start), frequency: .zero)
    }

    var trueOffset: NTPDuration { chip.date(at: clock.now) - timescale.date(at: clock.now) }

    func error(of sample: EdgeSample) -> NTPDuration {
        let elapsed = clock.now - sample.edge
        return chip.date(at: clock.now) - (elapsed + chip.effectiveDrift * elapsed) - sample.chipTime
    }
}

private struct Operation: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let run: @Sendable (ChipBench) throws -> Void

    static let all = [
        Operation(testDescription: "findEdge") { bench in
            let near = EdgePrediction(moment: bench.clock.now + .milliseconds(5), uncertainty: .milliseconds(1))
            let sample = try bench.rtc.findEdge(expecting: near)
            #expect(bench.error(of: sample).magnitude <= sample.uncertainty)
        },
        Operation(testDescription: "write") { bench in
            let report = try bench.rtc.write(bench.timescale)
            #expect((report.residual - bench.trueOffset).magnitude <= report.uncertainty + .microseconds(20))
            #expect(bench.trueOffset.magnitude < .milliseconds(0.5))
        },
        Operation(testDescription: "setTrim") { bench in
            let report = try bench.rtc.setTrim(TrimOffset(steps: 5))
            #expect(report.after.steps == 5 && abs(bench.chip.effectiveDrift.ppm - 2 + 20.345) < 1e-3)
            // Others count on from an even second.
            _ = try bench.rtc.setTrim(TrimOffset(steps: 0))
        },
    ]

    func bench() -> ChipBench { ChipBench(offset: .milliseconds(-5), drift: .ppm(2), bitRate: 400_000) }
}

@Suite struct `A PCF85063A on a bus with faults` {
    @Test(arguments: Operation.all, [I2CError.notAcknowledged, .timedOut, .arbitrationLost, .busFault])
    fileprivate func `is told and set without loss of truth`(operation: Operation, kind: I2CError) throws {
        let clean = operation.bench()
        try operation.run(clean)
        var strikes = 0
        for transfer in 0..<clean.bus.transfers {
            var octet: Int64 = 0
            while try strike(operation, transfer, octet, kind) {
                octet += 1
                strikes += 1
            }
        }
        #expect(strikes >= 3 * clean.bus.transfers)
    }

    /// - Returns: whether the fault struck.
    private func strike(_ operation: Operation, _ transfer: Int64, _ octet: Int64, _ kind: I2CError) throws -> Bool {
        let bench = operation.bench()
        bench.bus.fail(transfer: transfer, octet: octet, with: kind)
        do { try operation.run(bench) } catch is RTCError {}
        guard bench.bus.faultsMet > 0 else { return false }
        let sample = try bench.rtc.findEdge()
        #expect(bench.error(of: sample).magnitude <= sample.uncertainty, "transfer \(transfer), octet \(octet)")
        #expect(bench.trueOffset.magnitude < .milliseconds(10), "transfer \(transfer), octet \(octet)")
        return true
    }
}

@Suite struct `A PCF85063A` {
    @Test(arguments: 1...20) func `is told and set at any phase, drift and bit rate`(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        let bench = ChipBench(
            offset: .seconds(random.uniform(-500...500)),
            drift: .ppm(random.uniform(-100...100)),
            bitRate: random.uniform(50_000...400_000)
        )
        for _ in 0..<3 {
            let sample = try bench.rtc.findEdge()
            #expect(bench.error(of: sample).magnitude <= sample.uncertainty, "seed \(seed)")
            #expect(sample.temperature == nil && sample.trim?.steps == 0)
            bench.clock.advance(by: .seconds(random.uniform(0...300)))
        }
        let report = try bench.rtc.write(bench.timescale)
        #expect(report.residual.magnitude < .milliseconds(1), "seed \(seed)")
        #expect((report.residual - bench.trueOffset).magnitude <= report.uncertainty + .microseconds(200))
    }

    /// A trimmed chip's single seconds are longer; each of them is within the bound of the line through them.
    @Test(arguments: [-64, -5, 1, 9, 63] as [Int16], [true, false])
    func `is bounded also where its trim lengthens single seconds`(steps: Int16, isFast: Bool) throws {
        let bench = ChipBench(drift: .ppm(3))
        let register = (isFast ? 0x80 : 0) | UInt8(truncatingIfNeeded: steps) & 0x7f
        bench.chip.setRegister(0x02, to: register, at: bench.clock.now)
        let began = bench.clock.now
        let step = isFast ? 1e6 / 1_024 / 240 : 1e6 / 32 / 7_200
        for _ in 0..<60 {
            bench.clock.advance(by: .seconds(isFast ? 17 : 501))
            let sample = try bench.rtc.findEdge()
            let even = Frequency.ppm(3 - step * Double(steps)) * (sample.edge - began)
            let truth = bench.timescale.date(at: sample.edge) + even
            #expect((sample.chipTime - truth).magnitude <= sample.uncertainty + .milliseconds(1))
        }
    }

    @Test func `that stopped, or was left at STOP, has no time until it is set`() throws {
        for (register, value) in [(UInt8(0x04), UInt8(0x85)), (0x00, 0x20)] {
            let bench = ChipBench(offset: .seconds(40))
            if register == 0x04 { bench.chip.stopOscillator(at: bench.clock.now) }
            bench.chip.setRegister(register, to: value, at: bench.clock.now)
            if register == 0x04 { bench.chip.restorePower(at: bench.clock.now) }
            #expect(throws: RTCError.oscillatorStopped) { try bench.rtc.findEdge() }
            let report = try bench.rtc.write(bench.timescale)
            #expect(report.oscillatorHadStopped)
            #expect(try bench.error(of: bench.rtc.findEdge()).magnitude < .milliseconds(0.5))
            #expect(bench.trueOffset.magnitude < .milliseconds(0.5))
        }
    }

    @Test func `does what it can in the self-test, and is left as it was`() {
        let bench = ChipBench(offset: .seconds(3), drift: .ppm(-40))
        bench.chip.setRegister(0x03, to: 0x77, at: bench.clock.now)
        var failed: [SelfTest.Check] = []
        var skipped: [String] = []
        let test = SelfTest(bench.rtc) { check in
            if case .failed = check.outcome { failed.append(check) }
            if case .skipped = check.outcome { skipped.append(check.name) }
        }
        #expect(test.run(), "\(failed)")
        #expect(skipped == ["temperature", "square wave"])
        #expect(bench.chip.register(0x03, at: bench.clock.now) == 0x77)
        #expect((bench.trueOffset - .seconds(3)).magnitude < .milliseconds(10))
    }

    @Test func `is known from a PCF8563 and an EEPROM, and nothing is written to these`() {
        let others: [[UInt8]] = [
            [0, 0, 0x05, 0x34, 0x12, 0x20, 5, 0x11, 0x26, 0x80, 0x80, 0x80, 0x80, 0x80, 3, 0, 0, 0],
            Array("TICKOVER RTC BOARD".utf8),
        ]
        for registers in others {
            let bus = MockI2CBus([.read(PCF85063A.defaultAddress, after: [0], returning: registers)])
            let error = #expect(throws: RTCChipError.self) { try PCF85063A(bus: bus).readSnapshot() }
            #expect(error?.description.contains("likely a PCF8563") == true)
        }
    }

    @Test func `has transfers as long as its kind says`() throws {
        let bench = ChipBench()
        func bits(_ body: (PCF85063A) throws -> Void) rethrows -> Double {
            let before = bench.clock.now
            try body(bench.driver)
            return ((bench.clock.now - before).seconds * 100_000).rounded()
        }
        let transfers = PCF85063A.kind.transfers
        #expect(try bits { _ = try $0.readSeconds() } == transfers.readSeconds)
        #expect(try bits { _ = try $0.readSnapshot() } == transfers.readSnapshot)
        let civil = CivilTime(year: 2027, month: 1, day: 1)
        try bench.driver.prepareTime(civil, hourMode: .twentyFour)
        let began = bench.clock.now
        try bench.driver.startTime(civil, hourMode: .twentyFour)
        let phase = bench.chip.date(at: bench.clock.now) - civil.date
        let started = bench.clock.now - began - (phase - transfers.phase)
        #expect(abs(started.seconds - transfers.start / 100_000) < 0.00007)
    }
}

@Suite struct `The model of a chip without a thermometer` {
    @Test func `has no coefficient, and survives as text of its own kind only`() throws {
        var model = RTCModel(of: PCF85063A.kind)
        for step in 0..<200 {
            model.observe(
                RTCObservation(
                    offset: .seconds(18e-6 * 600 * Double(step)),
                    date: ChipBench.start + .seconds(600 * Double(step)),
                    temperature: nil,
                    trim: TrimOffset(steps: 0),
                    deviation: .microseconds(200),
                    bound: .milliseconds(0.5)
                )
            )
        }
        #expect(model.temperatureCoefficient == nil)
        #expect(abs(model.drift.ppm - 18) < 1 && model.driftUncertainty < .ppm(1))
        let day = model.predict(at: ChipBench.start + .seconds(120_000 + 86_400))
        // A crystal that is 25 °C away from the peak of its parabola loses 24 ppm, and it was not watched for long.
        #expect((2...4).contains(day.uncertainty.seconds))
        let text = model.serialised()
        let read = try #require(RTCModel(parsing: text, of: PCF85063A.kind))
        #expect(read == model)
        let year = ChipBench.start + .seconds(366 * 86_400)
        #expect(read.predict(at: year, temperature: nil).uncertainty > .seconds(60))
    }
}
