import ClockDiscipline
import DS3231
import HAL
import NTPTime
import Simulation
import Support
import Testing

@testable import RTCReference

/// The checks of one test, by name.
private struct Results {
    var isGood = false
    var checks: [SelfTest.Check] = []

    init(_ rtc: RTCReference, isInterrupted: @escaping () -> Bool = { false }) {
        var checks: [SelfTest.Check] = []
        let test = SelfTest(rtc, isInterrupted: isInterrupted) { checks.append($0) }
        isGood = test.run()
        self.checks = checks
    }

    var failed: [String] { names { if case .failed = $0 { true } else { false } } }
    var skipped: [String] { names { if case .skipped = $0 { true } else { false } } }

    private func names(_ isMeant: (SelfTest.Outcome) -> Bool) -> [String] {
        checks.filter { isMeant($0.outcome) }.map(\.name)
    }
}

/// Alarms, flags and control registers as somebody uses them.
private func prepare(_ bench: Bench) -> [UInt8] {
    for (index, octet) in ([0x80, 0x59, 0x92, 0x47, 0x30, 0x80, 0x01] as [UInt8]).enumerated() {
        bench.chip.setRegister(0x07 + UInt8(index), to: octet, at: bench.clock.now)
    }
    bench.chip.setRegister(0x0e, to: 0x07, at: bench.clock.now)
    bench.chip.setRegister(0x0f, to: 0x0a, at: bench.clock.now)
    bench.chip.setRegister(0x10, to: 0xfb, at: bench.clock.now)
    return registers(bench)
}

private func registers(_ bench: Bench) -> [UInt8] {
    (UInt8(0x07)...0x10).map { bench.chip.register($0, at: bench.clock.now) & ($0 == 0x0f ? ~0x04 : 0xff) }
}

@Suite struct `The self-test` {
    @Test(arguments: 1...12)
    func `of a good chip passes, and leaves all as it was`(seed: Int) {
        var random = SplitMix(state: UInt64(seed))
        let bench = Bench(
            offset: .seconds(random.uniform(-500...500)),
            drift: .ppm(random.uniform(-100...100)),
            bitRate: seed % 2 == 0 ? 100_000 : 400_000,
            twelveHours: seed % 3 == 0,
            hasSquareWave: seed % 4 == 0
        )
        var draws = random
        bench.bus.overhead = { (.seconds(draws.uniform(0...0.0001)), .seconds(draws.uniform(0...0.0001))) }
        let before = prepare(bench)
        let offset = bench.trueOffset
        let began = bench.clock.now
        let results = Results(bench.rtc)
        let gained = bench.chip.effectiveDrift * (bench.clock.now - began)
        #expect(results.isGood && results.failed == [])
        #expect(results.skipped == (seed % 4 == 0 ? [] : ["square wave"]))
        #expect((bench.trueOffset - offset - gained).magnitude < .milliseconds(1), "seed \(seed)")
        #expect(registers(bench) == before)
        #expect(bench.clock.now - began < .seconds(45))
    }

    @Test func `puts back the time of a chip that is not to be believed, and lets it stay so`() {
        let bench = Bench(offset: .milliseconds(250))
        bench.chip.setRegister(0x0f, to: 0x88, at: bench.clock.now)
        #expect(Results(bench.rtc).isGood)
        #expect((bench.trueOffset - .milliseconds(250)).magnitude < .milliseconds(1))
        #expect(bench.chip.register(0x0f, at: bench.clock.now) & 0x80 != 0)
    }

    @Test func `does not touch a time that it could not put back`() {
        let bench = Bench(plausibleDates: CivilTime(year: 2040, month: 1, day: 1).date...NTPDate.latestPlausible)
        let results = Results(bench.rtc)
        #expect(results.isGood && results.skipped == ["square wave", "calendar"])
        #expect(bench.trueOffset.magnitude < .microseconds(1))
    }

    @Test(arguments: 1...14)
    func `that is interrupted leaves all as it was`(calls: Int) {
        let bench = Bench(offset: .seconds(-9.7), hasSquareWave: true)
        let before = prepare(bench)
        var asked = 0
        let results = Results(bench.rtc) {
            asked += 1
            return asked > calls
        }
        #expect(results.failed == [] && !results.skipped.isEmpty)
        #expect((bench.trueOffset + .seconds(9.7)).magnitude < .milliseconds(1))
        #expect(registers(bench) == before)
    }

    /// Each fault strikes one transfer; those from the first rollover on are what the time's return depends on.
    @Test func `leaves all as it was, whichever transfer fails`() {
        let clean = Bench(offset: .seconds(-9.7), hasSquareWave: true)
        _ = prepare(clean)
        _ = Results(clean.rtc)
        for transfer in 0..<clean.bus.transfers {
            let bench = Bench(offset: .seconds(-9.7), hasSquareWave: true)
            let before = prepare(bench)
            bench.bus.fail(transfer: transfer, octet: transfer % 4, with: .timedOut)
            _ = Results(bench.rtc)
            #expect((bench.trueOffset + .seconds(9.7)).magnitude < .milliseconds(1), "transfer \(transfer)")
            #expect(registers(bench) == before, "transfer \(transfer)")
        }
    }

    @Test func `finds a calendar that is wrong, and says how`() {
        let bench = Bench()
        let rtc = RTCReference(
            chip: DS3231(bus: Counterfeit(bench.bus)),
            clock: bench.clock
        )
        let results = Results(rtc)
        #expect(!results.isGood && results.failed == ["2027-12-31T23:59:58Z"])
        #expect(
            results.checks.contains {
                $0.outcome == .failed("followed by 2028-01-02T00:00:00Z, not 2028-01-01T00:00:00Z")
            }
        )
        #expect(bench.trueOffset.magnitude < .milliseconds(1))
    }

    @Test func `finds a chip that stands still, a wrong rate and a square wave that is not wired`() {
        let still = Bench()
        still.chip.stopOscillator(at: still.clock.now)
        #expect(Results(still.rtc).failed == ["seconds"])
        #expect(Results(Bench(drift: .ppm(350)).rtc).failed == ["seconds"])
        let loose = Bench(hasSquareWave: true)
        loose.wave.isConnected = false
        #expect(Results(loose.rtc).failed == ["square wave"])
    }
}

/// A chip that shows 2 January on the first.
private final class Counterfeit: I2CBus {
    private let bus: SimulatedI2CBus

    init(_ bus: SimulatedI2CBus) { self.bus = bus }

    func write(_ bytes: Span<UInt8>, to address: I2CAddress) throws(I2CError) { try bus.write(bytes, to: address) }

    func read(into buffer: inout MutableSpan<UInt8>, after bytes: Span<UInt8>, from address: I2CAddress)
        throws(I2CError)
    {
        try bus.read(into: &buffer, after: bytes, from: address)
        if buffer.count > 6, bytes[0] == 0, buffer[4] == 0x01, buffer[5] == 0x01 { buffer[4] = 0x02 }
    }
}
