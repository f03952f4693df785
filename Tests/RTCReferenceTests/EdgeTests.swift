import ClockDiscipline
import DS3231
import HAL
import NTPTime
import Simulation
import Support
import Testing

@testable import RTCReference

@Suite struct `The second's edge` {
    @Test(arguments: 1...60)
    func `is found within its bound at any phase, drift and bit rate`(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        let bitRate = random.uniform(10_000...400_000)
        let bench = Bench(
            offset: .seconds(random.uniform(-5...5)),
            drift: .ppm(random.uniform(-20...20)),
            bitRate: bitRate
        )
        let jitter = random.uniform(0...0.0005)
        var draws = random
        bench.bus.overhead = {
            (.seconds(draws.uniform(0...jitter)), .seconds(draws.uniform(0...jitter)))
        }
        var late = random
        bench.clock.lateness = { .seconds(late.uniform(0...0.001)) }
        var sample = try bench.rtc.findEdge()
        #expect(bench.error(of: sample).magnitude <= sample.uncertainty, "seed \(seed)")
        for _ in 0..<5 {
            bench.clock.advance(by: .seconds(random.uniform(0...300)))
            let began = bench.clock.now
            sample = try bench.rtc.findEdge(expecting: sample.prediction(at: began))
            #expect(bench.error(of: sample).magnitude <= sample.uncertainty, "seed \(seed)")
            // A bracket is two polls wide, and a poll ends late by as much as a sleeper wakes.
            #expect(sample.uncertainty <= .seconds(39 / bitRate + 2 * jitter + 0.001 + 1e-6), "seed \(seed)")
            #expect(sample.chipTime.fraction == 0)
            #expect(bench.clock.now - began < .seconds(1.2), "seed \(seed)")
        }
    }

    @Test(arguments: [(100_000.0, 0.0004), (400_000, 0.0001)])
    func `is found to the width of two polls`(bitRate: Double, uncertainty: Double) throws {
        let bench = Bench(offset: .milliseconds(217), bitRate: bitRate)
        let sample = try bench.rtc.findEdge()
        #expect(sample.uncertainty <= .seconds(uncertainty))
        #expect((sample.offset(from: bench.timescale) - .milliseconds(217)).magnitude <= sample.uncertainty)
        #expect(sample.temperature?.celsius == 25)
        #expect(sample.trim?.steps == 0)
    }

    @Test func `is found also when it is not where it was predicted`() throws {
        let bench = Bench(offset: .milliseconds(400))
        let wrong = EdgePrediction(moment: bench.clock.now, uncertainty: .milliseconds(1))
        let sample = try bench.rtc.findEdge(expecting: wrong)
        #expect(bench.error(of: sample).magnitude <= sample.uncertainty)
        #expect(sample.uncertainty <= .milliseconds(0.4))
    }

    @Test func `a prediction saves bus traffic`() throws {
        let bench = Bench(offset: .milliseconds(400))
        let first = try bench.rtc.findEdge()
        let searched = bench.bus.transfers
        _ = try bench.rtc.findEdge(expecting: first.prediction(at: bench.clock.now))
        #expect(bench.bus.transfers - searched < 30)
    }

    @Test func `a poll that is held up widens the bound, and does not falsify it`() throws {
        for held in 0..<40 {
            let bench = Bench(offset: .milliseconds(-312))
            let first = try bench.rtc.findEdge()
            let transfer = bench.bus.transfers + Int64(held)
            let bus = bench.bus
            bus.overhead = { [unowned bus] in
                bus.transfers == transfer + 1 ? (.milliseconds(2.5), .milliseconds(1.5)) : (.zero, .zero)
            }
            let sample = try bench.rtc.findEdge(expecting: first.prediction(at: bench.clock.now))
            #expect(bench.error(of: sample).magnitude <= sample.uncertainty, "held up: \(held)")
        }
    }

    @Test(arguments: 1...60)
    func `is found also by a machine that wakes up late, though less finely`(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        let bench = Bench(offset: .seconds(random.uniform(-5...5)))
        let latest = random.uniform(0...0.05)
        var late = random
        bench.clock.lateness = { .seconds(late.uniform(0...latest)) }
        var prediction: EdgePrediction?
        for _ in 0..<5 {
            bench.clock.advance(by: .seconds(random.uniform(0...300)))
            let sample = try bench.rtc.findEdge(expecting: prediction)
            #expect(bench.error(of: sample).magnitude <= sample.uncertainty, "seed \(seed)")
            // A bracket is two polls wide, and a poll sleeps twice.
            #expect(sample.uncertainty <= .seconds(2 * latest + 0.002), "seed \(seed)")
            prediction = sample.prediction(at: bench.clock.now)
        }
    }

    @Test func `of a chip that stopped, of an early date and of a chip that stands still are refused`() {
        let stopped = Bench()
        stopped.chip.setRegister(0x0f, to: 0x80, at: stopped.clock.now)
        #expect(throws: RTCError.oscillatorStopped) { try stopped.rtc.findEdge() }
        let still = Bench()
        still.chip.stopOscillator(at: still.clock.now)
        #expect(throws: RTCError.oscillatorStopped) { try still.rtc.findEdge() }
        still.chip.setRegister(0x0f, to: 0, at: still.clock.now)
        #expect(throws: RTCError.noEdge) { try still.rtc.findEdge() }
        for years in [-1.0, 20] {
            let implausible = Bench(offset: .seconds(years * 366 * 86_400))
            let error = #expect(throws: RTCError.self) { try implausible.rtc.findEdge() }
            guard case .implausible(_, NTPDate.plausible) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func `seconds that jump and a time that does not fit them are refused`() {
        let address = DS3231.defaultAddress
        let seconds: (UInt8) -> MockI2CBus.Expectation = { .read(address, after: [0], returning: [$0]) }
        func rtc(_ bus: MockI2CBus) -> RTCReference {
            RTCReference(
                chip: DS3231(bus: bus),
                clock: SimulatedClock()
            )
        }
        let jumping = MockI2CBus([seconds(0x59), seconds(0x01)])
        #expect(throws: RTCError.incoherentSeconds(from: 59, to: 1)) { try rtc(jumping).findEdge() }
        #expect(jumping.finish() == nil)
        let registers: [UInt8] = [0x07, 0, 0, 1, 1, 1, 0x27, 0, 0, 0, 0, 0, 0, 0, 0x1c, 0x00, 0, 0x19, 0]
        let prediction = EdgePrediction(moment: MonotonicTime(sinceStart: .seconds(5)), uncertainty: .zero)
        let other = MockI2CBus([seconds(0x59), seconds(0x00), .read(address, after: [0], returning: registers)])
        #expect(
            throws: RTCError.incoherentTime(expectedSecond: 0, read: CivilTime(year: 2027, month: 1, day: 1, second: 7))
        ) { try rtc(other).findEdge(expecting: prediction) }
        #expect(other.finish() == nil)
    }

    @Test func `no bus error is swallowed, whichever transfer it strikes`() throws {
        let clean = Bench()
        _ = try clean.rtc.findEdge()
        for transfer in 0..<clean.bus.transfers {
            let bench = Bench()
            bench.bus.fail(transfer: transfer, octet: transfer % 4, with: .system(code: 7))
            #expect(throws: RTCError.chip(RTCChipError("DS3231", .bus(.system(code: 7))))) { try bench.rtc.findEdge() }
        }
        let hung = Bench()
        hung.bus.condition = .hung(.seconds(1))
        #expect(throws: RTCError.chip(RTCChipError("DS3231", .bus(.timedOut)))) { try hung.rtc.findEdge() }
    }

    @Test func `a snapshot shows the registers whether or not there is an edge`() throws {
        let bench = Bench()
        #expect(try bench.rtc.snapshot().edge.get().chipTime.fraction == 0)
        bench.chip.stopOscillator(at: bench.clock.now)
        let snapshot = try bench.rtc.snapshot()
        #expect(snapshot.registers.oscillatorStopped)
        #expect(snapshot.edge == .failure(.oscillatorStopped))
        bench.bus.condition = .heldLow
        #expect(throws: RTCError.chip(RTCChipError("DS3231", .bus(.busFault)))) { try bench.rtc.snapshot() }
    }
}

@Suite struct `Setting the chip` {
    @Test(arguments: 1...40)
    func `leaves a residual below half a millisecond, and reports it within its bound`(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        let bench = Bench(
            offset: .seconds(random.uniform(-40...40)),
            drift: .ppm(random.uniform(-5...5)),
            bitRate: seed % 2 == 0 ? 100_000 : 400_000,
            twelveHours: seed % 3 == 0
        )
        bench.clock.advance(by: .seconds(random.uniform(0...2)))
        let before = random.uniform(0...0.0003)
        let after = random.uniform(0...0.0003)
        bench.bus.overhead = { (.seconds(before), .seconds(after)) }
        let report = try bench.rtc.write(bench.timescale)
        let residual = bench.trueOffset
        #expect(residual.magnitude < .milliseconds(0.5), "seed \(seed)")
        // A second or two of drift lie between the report and now.
        #expect((report.residual - residual).magnitude <= report.uncertainty + .microseconds(20), "seed \(seed)")
        #expect(!report.oscillatorHadStopped && !report.wasOffOnBattery)
        #expect((bench.chip.timeRegisters(at: bench.clock.now)[2] & 0x40 != 0) == (seed % 3 == 0))
    }

    @Test(arguments: [7_200, -7_200, 0.004, -86_400.7, 1.2e9])
    func `tells by how much the chip was moved`(offset: Double) throws {
        let bench = Bench(offset: .seconds(offset))
        let moved = try #require(try bench.rtc.write(bench.timescale).moved)
        #expect((Double(moved) + offset).magnitude < 1)
        #expect(bench.trueOffset.magnitude < .milliseconds(0.5))
    }

    @Test func `clears OSF and EOSC, and says so`() throws {
        let bench = Bench()
        bench.chip.setRegister(0x0e, to: 0x9d, at: bench.clock.now)
        bench.chip.setRegister(0x0f, to: 0x8b, at: bench.clock.now)
        let report = try bench.rtc.write(bench.timescale)
        #expect(report.oscillatorHadStopped && report.wasOffOnBattery)
        #expect(bench.chip.register(0x0e, at: bench.clock.now) == 0x1d)
        #expect(bench.chip.register(0x0f, at: bench.clock.now) & ~0x04 == 0x0b)
        #expect(throws: Never.self) { try bench.rtc.findEdge() }
    }

    @Test func `works on a chip that holds nonsense`() throws {
        let bench = Bench()
        for register in UInt8(0)..<7 { bench.chip.setRegister(register, to: 0x00, at: bench.clock.now) }
        bench.chip.setRegister(0x0f, to: 0x88, at: bench.clock.now)
        let report = try bench.rtc.write(bench.timescale)
        #expect(report.oscillatorHadStopped && report.moved == nil)
        #expect(bench.trueOffset.magnitude < .milliseconds(0.5))
    }

    @Test func `follows a clock that runs at another rate`() throws {
        let bench = Bench()
        let timescale = Timescale(
            reading: ClockReading(
                monotonic: bench.clock.now - .seconds(1_000),
                date: Bench.start + .seconds(50)
            ),
            frequency: .ppm(80)
        )
        let report = try bench.rtc.write(timescale)
        let truth = bench.chip.date(at: bench.clock.now) - timescale.date(at: bench.clock.now)
        #expect((report.residual - truth).magnitude <= report.uncertainty + .milliseconds(0.3))
        #expect(truth.magnitude < .milliseconds(0.5))
    }

    @Test func `waits for another second when it is woken late`() throws {
        let bench = Bench(offset: .seconds(3))
        var sleeps = 0
        bench.clock.lateness = {
            // Ten transfers come before, each of which sleeps; then comes the sleep until the second.
            sleeps += 1
            return sleeps == 11 ? .milliseconds(30) : .zero
        }
        let report = try bench.rtc.write(bench.timescale)
        #expect(report.written == Bench.start + .seconds(2))
        #expect(bench.trueOffset.magnitude < .milliseconds(0.5))
    }

    @Test(arguments: 1...40)
    func `comes late on a machine that always wakes up late, and the residual says so`(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        let bench = Bench(offset: .seconds(random.uniform(-40...40)))
        let least = random.uniform(0...0.005)
        var late = random
        bench.clock.lateness = { .seconds(late.uniform(least...least + 0.003)) }
        let report = try bench.rtc.write(bench.timescale)
        #expect(bench.trueOffset.magnitude < .milliseconds(10), "seed \(seed)")
        #expect((report.residual - bench.trueOffset).magnitude <= report.uncertainty, "seed \(seed)")
    }

    @Test func `a clock that is always far too late ends in an error`() {
        let bench = Bench()
        bench.clock.lateness = { .milliseconds(20) }
        #expect(throws: RTCError.tooSlow) { try bench.rtc.write(bench.timescale) }
    }

    @Test func `times that the chip cannot hold or that cannot be are refused before anything is written`() {
        let bench = Bench()
        let before = bench.trueOffset
        for year in [1980, 2047, 2100] as [Int32] {
            let timescale = Timescale(
                reading: ClockReading(
                    monotonic: bench.clock.now,
                    date: CivilTime(year: year, month: 6, day: 1).date
                ),
                frequency: .zero
            )
            let error = #expect(throws: RTCError.self) { try bench.rtc.write(timescale) }
            #expect(error?.description.contains("\(year)") == true)
        }
        #expect(bench.trueOffset == before)
    }

    @Test func `an interrupted write is begun anew`() throws {
        let clean = Bench()
        _ = try clean.rtc.write(clean.timescale)
        // Eight timed reads, a snapshot and the control register come before the write.
        for octet in Int64(0)..<9 {
            let bench = Bench(offset: .seconds(-7))
            bench.bus.fail(transfer: 10, octet: octet, with: .arbitrationLost)
            _ = try bench.rtc.write(bench.timescale)
            #expect(bench.trueOffset.magnitude < .milliseconds(0.5))
        }
    }

    @Test func `a write that fails again and again says that the chip is not to be believed`() {
        let bench = Bench()
        bench.chip.setRegister(0x0f, to: 0x88, at: bench.clock.now)
        for attempt in Int64(0)..<5 { bench.bus.fail(transfer: 10 + attempt, octet: 4, with: .timedOut) }
        #expect(throws: RTCError.writeIncomplete(RTCChipError("DS3231", .bus(.timedOut)))) {
            try bench.rtc.write(bench.timescale)
        }
        #expect(bench.chip.register(0x0f, at: bench.clock.now) & 0x80 != 0)
    }

    @Test func `any other transfer's failure surfaces, and leaves OSF set`() throws {
        let clean = Bench()
        clean.chip.setRegister(0x0f, to: 0x88, at: clean.clock.now)
        _ = try clean.rtc.write(clean.timescale)
        // The last two transfers are the write that clears OSF and the read that checks it.
        for transfer in 0..<(clean.bus.transfers - 1) where transfer != 10 {
            let bench = Bench()
            bench.chip.setRegister(0x0f, to: 0x88, at: bench.clock.now)
            bench.bus.fail(transfer: transfer, octet: 1, with: .busFault)
            #expect(throws: RTCError.chip(RTCChipError("DS3231", .bus(.busFault)))) {
                try bench.rtc.write(bench.timescale)
            }
            #expect(bench.chip.register(0x0f, at: bench.clock.now) & 0x80 != 0)
        }
    }

    @Test func `an oscillator that stands still is not declared good`() {
        let bench = Bench()
        bench.chip.stopOscillator(at: bench.clock.now)
        #expect(throws: RTCError.oscillatorStopped) { try bench.rtc.write(bench.timescale) }
        #expect(bench.chip.register(0x0f, at: bench.clock.now) & 0x80 != 0)
    }
}

@Suite struct `RTC errors speak to people` {
    @Test(
        arguments: [
            (RTCError.chip(RTCChipError("DS3231", .bus(.notAcknowledged))), "wiring"), (.oscillatorStopped, "OSF"),
            (.implausible(NTPDate(unixSeconds: 0), plausible: NTPDate.plausible), "1970-01-01"),
            (.noEdge, "do not advance"),
            (.incoherentSeconds(from: 1, to: 9), "from 1 to 9"),
            (.incoherentTime(expectedSecond: 5, read: CivilTime(year: 2026, month: 1, day: 1)), "2026-01-01"),
            (.tooSlow, "too slow"),
            (
                .notVerified(
                    written: CivilTime(year: 2026, month: 1, day: 1),
                    read: CivilTime(year: 2027, month: 1, day: 1)
                ),
                "2027-01-01"
            ),
            (.writeIncomplete(RTCChipError("DS3231", .bus(.timedOut))), "timed out"),
            (.oscillatorStopFlagStays, "could not be cleared"),
            (.conversionStuck, "does not end"),
            (.trimNotVerified(written: TrimOffset(steps: 4), read: TrimOffset(steps: -1)), "+4 was written but -1"),
        ] as [(RTCError, String)]
    )
    func `each says what is wrong`(error: RTCError, part: String) {
        #expect(error.description.contains(part))
    }
}

@Suite struct `A time scale` {
    @Test(arguments: [-500.0, -1, 0, 0.1, 80, 500])
    func `gives a date for a moment and that moment for the date`(ppm: Double) {
        let scale = Timescale(
            reading: ClockReading(monotonic: MonotonicTime(sinceStart: .seconds(7)), date: Bench.start),
            frequency: .ppm(ppm)
        )
        #expect(scale.date(at: scale.reading.monotonic) == Bench.start)
        for seconds in [-86_400.0, -1, 0.25, 1, 3_600] {
            let moment = scale.reading.monotonic + .seconds(seconds)
            let date = scale.date(at: moment)
            #expect((date - Bench.start - .seconds(seconds * (1 + ppm * 1e-6))).magnitude < .nanoseconds(5))
            #expect((scale.moment(of: date) - moment).magnitude < .nanoseconds(5))
        }
    }
}
