import ClockDiscipline
import DS3231
import HAL
import NTPTime
import Simulation
import Testing

@testable import RTCReference

/// What the daemon does with the chip, and whether what came of it is true.
private struct Operation: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var hasSquareWave = false
    let run: @Sendable (Bench) throws -> Void

    private static func find(_ bench: Bench) throws {
        let near = EdgePrediction(moment: bench.clock.now + .milliseconds(5), uncertainty: .milliseconds(1))
        let sample = try bench.rtc.findEdge(expecting: near)
        #expect(bench.error(of: sample).magnitude <= sample.uncertainty)
    }

    static let all = [
        // The second begins some milliseconds after the bench's start.
        Operation(testDescription: "findEdge", run: find),
        Operation(testDescription: "findEdge by the square wave", hasSquareWave: true, run: find),
        Operation(testDescription: "write") { bench in
            let report = try bench.rtc.write(bench.timescale)
            #expect((report.residual - bench.trueOffset).magnitude <= report.uncertainty + .microseconds(20))
            #expect(bench.trueOffset.magnitude < .milliseconds(0.5))
        },
        Operation(testDescription: "setTrim") { bench in
            let report = try bench.rtc.setTrim(TrimOffset(steps: -9))
            #expect(report.after.steps == -9 && abs(bench.chip.effectiveDrift.ppm - 2.9) < 1e-9)
        },
    ]

    func bench() -> Bench {
        Bench(offset: .milliseconds(-5), drift: .ppm(2), bitRate: 400_000, hasSquareWave: hasSquareWave)
    }
}

private let kinds: [I2CError] = [
    .notAcknowledged, .timedOut, .arbitrationLost, .busFault, .addressInUse, .unsupported, .system(code: 5),
]

@Suite struct `A fault of the bus` {
    @Test(arguments: Operation.all, kinds)
    fileprivate func `on any octet of any transfer costs no truth, and is got over`(
        operation: Operation,
        kind: I2CError
    ) throws {
        let clean = operation.bench()
        try operation.run(clean)
        var strikes = 0
        for transfer in 0..<clean.bus.transfers {
            var octet: Int64 = 0
            // On until the octet is beyond the transfer's end, where nothing fails.
            while try strike(operation, transfer, octet, kind) {
                octet += 1
                strikes += 1
            }
        }
        #expect(strikes >= 4 * clean.bus.transfers)
    }

    /// - Returns: whether the fault struck.
    private func strike(_ operation: Operation, _ transfer: Int64, _ octet: Int64, _ kind: I2CError) throws -> Bool {
        let bench = operation.bench()
        bench.bus.fail(transfer: transfer, octet: octet, with: kind)
        do { try operation.run(bench) } catch is RTCError {}
        guard bench.bus.faultsMet > 0 else { return false }
        // Then all is as ever; a write that was interrupted has left the old time or the new.
        let sample = try bench.rtc.findEdge()
        #expect(bench.error(of: sample).magnitude <= sample.uncertainty, "transfer \(transfer), octet \(octet)")
        #expect(bench.trueOffset.magnitude < .milliseconds(5.1), "transfer \(transfer), octet \(octet)")
        return true
    }

    @Test func `that lasts for minutes is got over`() throws {
        let bench = Bench(offset: .milliseconds(123), drift: .ppm(3))
        let before = try bench.rtc.findEdge()
        bench.bus.condition = .hung(.seconds(1))
        for _ in 0..<200 {
            #expect(throws: RTCError.chip(RTCChipError("DS3231", .bus(.timedOut)))) { try bench.rtc.findEdge() }
            #expect(throws: RTCError.chip(RTCChipError("DS3231", .bus(.timedOut)))) {
                try bench.rtc.write(bench.timescale)
            }
            #expect(throws: RTCError.chip(RTCChipError("DS3231", .bus(.timedOut)))) {
                try bench.rtc.setTrim(TrimOffset(steps: 3))
            }
        }
        bench.bus.condition = .working
        let after = try bench.rtc.findEdge(expecting: before.prediction(at: bench.clock.now))
        #expect(bench.error(of: after).magnitude <= after.uncertainty)
        #expect(after.trim?.steps == 0)
    }
}

@Suite struct `Another state of the chip` {
    @Test func `without supply and battery has no time, until it is written`() throws {
        let bench = Bench(offset: .milliseconds(123), hasSquareWave: true)
        let before = try bench.rtc.findEdge()
        bench.chip.setBattery(present: false, at: bench.clock.now)
        bench.chip.losePower(at: bench.clock.now)
        #expect(throws: RTCError.chip(RTCChipError("DS3231", .bus(.notAcknowledged)))) { try bench.rtc.findEdge() }
        bench.clock.advance(by: .seconds(30))
        bench.chip.restorePower(at: bench.clock.now)
        #expect(throws: RTCError.oscillatorStopped) {
            try bench.rtc.findEdge(expecting: before.prediction(at: bench.clock.now))
        }
        let report = try bench.rtc.write(bench.timescale)
        #expect(report.oscillatorHadStopped && report.edge.isStamped)
        let sample = try bench.rtc.findEdge()
        #expect(sample.isStamped && bench.error(of: sample).magnitude <= sample.uncertainty)
    }

    /// Conversions come every 64 s; the new temperature has the aging register take effect in the middle of it all.
    @Test(arguments: [false, true]) func `by a conversion in the middle of a read costs no truth`(hasSquareWave: Bool)
        throws
    {
        for step in 0..<64 {
            let bench = Bench(offset: .milliseconds(300), bitRate: 20_000, hasSquareWave: hasSquareWave)
            bench.chip.setRegister(0x10, to: 0x80, at: bench.clock.now)
            // The edge comes up to a second or two after the search begins.
            bench.clock.advance(by: .seconds(61.8 + Double(step) * 0.037))
            bench.chip.setTemperature(31, at: bench.clock.now)
            let sample = try bench.rtc.findEdge()
            // The rate has changed by 12.8 ppm since.
            let slack = Frequency.ppm(13) * (bench.clock.now - sample.edge)
            #expect(bench.error(of: sample).magnitude <= sample.uncertainty + slack, "step \(step)")
        }
    }

    @Test func `that is another chip altogether is told by its samples`() throws {
        let bench = Bench(offset: .milliseconds(123), drift: .ppm(1))
        let before = try bench.rtc.findEdge()
        let other = SimulatedDS3231(at: bench.clock.now, drift: .ppm(-4))
        other.set(to: Bench.start + .seconds(77.4), at: bench.clock.now)
        other.setRegister(0x10, to: 12, at: bench.clock.now)
        bench.bus.attach(other, at: DS3231.defaultAddress)
        let after = try bench.rtc.findEdge(expecting: before.prediction(at: bench.clock.now))
        let elapsed = bench.clock.now - after.edge
        let truth = other.date(at: bench.clock.now) - (elapsed + other.effectiveDrift * elapsed)
        #expect((truth - after.chipTime).magnitude <= after.uncertainty)
        #expect(after.trim?.steps == 12)
        _ = try bench.rtc.write(bench.timescale)
        let offset = other.date(at: bench.clock.now) - bench.timescale.date(at: bench.clock.now)
        #expect(offset.magnitude < .milliseconds(0.5))
    }
}
