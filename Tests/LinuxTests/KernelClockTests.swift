import ClockDiscipline
import Foundation
import NTPTime
import Support
import Testing

@testable import Linux

@Suite struct `The kernel's rate is split into tick and frequency` {
    @Test(arguments: [
        (0.0, Int64(100), Int64(10_000), Int64(0)), (1, 100, 10_000, 65_536), (-1, 100, 10_000, -65_536),
        (500, 100, 10_000, 32_768_000), (-500, 100, 10_000, -32_768_000), (501, 100, 10_005, 65_536),
        (-749, 100, 9_993, -3_211_264), (1_050, 100, 10_011, -3_276_800), (100_000, 100, 11_000, 0),
        (-100_000, 100, 9_000, 0), (1e9, 100, 11_000, 0), (-.infinity, 100, 9_000, 0), (.nan, 100, 10_000, 0),
        (600, 250, 4_002, 6_553_600), (700, 1_000, 1_001, -19_660_800), (100, 0, 1_000_000, 6_553_600),
    ])
    func `by table`(ppm: Double, hz: Int64, tick: Int64, frequency: Int64) {
        let split = KernelRate.split(.ppm(ppm), hz: hz)
        #expect(split.tick == tick)
        #expect(split.frequency == frequency)
    }

    @Test func `and joined to the same rate, within the kernel's limits`() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix(state: seed)
        for hz: Int64 in [100, 250, 1_000] {
            for _ in 0..<2_000 {
                let rate = Frequency.ppm(Double.random(in: -100_000...100_000, using: &random))
                let (tick, frequency) = KernelRate.split(rate, hz: hz)
                let nominal = 1_000_000 / hz
                #expect(tick >= nominal * 9 / 10 && tick <= nominal * 11 / 10, "seed \(seed)")
                #expect(frequency.magnitude <= 32_768_000, "seed \(seed)")
                let joined = KernelRate.join(tick: tick, frequency: frequency, hz: hz)
                #expect((joined - rate).magnitude.ppm <= 1.0 / 65_536, "seed \(seed)")
            }
        }
    }
}

@Suite struct `The kernel's clock` {
    @Test func `is taken over with every slew ended`() throws {
        let kernel = FakeKernel()
        kernel.state.frequency = -65_536
        kernel.state.tick = 10_001
        kernel.state.status = .phaseLockedLoop
        let clock = try KernelClock(timex: kernel)
        #expect(abs(clock.frequency.ppm - 99) < 1e-9)
        #expect(kernel.state.status == .unsynchronised)
        #expect(kernel.requests.first?.modes == [])
        let ended = kernel.requests.filter { $0.modes.contains(.offset) }
        #expect(ended.map(\.offset) == [0, 0])
        #expect(kernel.requests.contains { $0.modes == .singleShot })
    }

    @Test(arguments: [0.25, -0.25, 1e-6, -1e-9, -3.75, 31_536_000])
    func `is stepped by the offset, with a subsecond that is never negative`(seconds: Double) throws {
        let kernel = FakeKernel()
        let clock = try KernelClock(timex: kernel)
        let before = kernel.realTime
        try clock.step(by: ClockStep(.seconds(seconds)))
        #expect(((kernel.realTime - before) - .seconds(seconds)).magnitude <= .nanoseconds(2))
        let request = try #require(kernel.requests.first { $0.modes.contains(.setOffset) })
        #expect(request.modes.contains(.nanoseconds))
        #expect((0..<1_000_000_000).contains(request.subseconds))
    }

    @Test func `is set where the kernel refuses the step`() throws {
        let kernel = FakeKernel()
        let clock = try KernelClock(timex: kernel)
        kernel.refused[Timex.Modes([.setOffset, .nanoseconds]).rawValue] = EINVAL
        let before = kernel.realTime
        try clock.step(by: ClockStep(.seconds(-2)))
        #expect(kernel.datesSet == [before - .seconds(2)])
    }

    @Test func `is slewed by its rate, and a step ends the slew`() throws {
        let kernel = FakeKernel()
        let clock = try KernelClock(timex: kernel)
        try clock.steer(ClockSteering(frequency: .ppm(-10), slew: .milliseconds(1), duration: .seconds(10)))
        #expect(kernel.state.frequency == 90 * 65_536)
        try clock.step(by: ClockStep(.seconds(1)))
        #expect(kernel.state.frequency == -10 * 65_536)
        #expect(kernel.state.tick == 10_000)
    }

    @Test(arguments: [0.11, -0.11, .nan, .infinity])
    func `refuses rates it cannot have and stays as it was`(fraction: Double) throws {
        let kernel = FakeKernel()
        let clock = try KernelClock(timex: kernel)
        let count = kernel.requests.count
        #expect(throws: ClockError.outOfRange) {
            try clock.steer(ClockSteering(frequency: Frequency(fraction: fraction)))
        }
        #expect(kernel.requests.count == count)
    }

    @Test(arguments: [
        (LeapIndicator.none, Int32(0)), (.insertion, 0x10), (.deletion, 0x20), (.unsynchronised, 0x40),
    ])
    func `publishes flags and errors, rounded up`(leap: LeapIndicator, status: Int32) throws {
        let kernel = FakeKernel()
        let clock = try KernelClock(timex: kernel)
        try clock.publish(ClockStatus(leap: leap, estimatedError: .nanoseconds(1_001), maximumError: .seconds(99)))
        #expect(kernel.state.status.rawValue == status)
        #expect(kernel.state.estimatedError == 2)
        #expect(kernel.state.maximumError == 16_000_000)
    }

    @Test(arguments: [
        (EPERM, ClockError.notPermitted), (EINVAL, .outOfRange), (ERANGE, .outOfRange), (EFAULT, .system(code: EFAULT)),
    ])
    func `tells errors apart`(code: Int32, expected: ClockError) throws {
        let kernel = FakeKernel()
        let clock = try KernelClock(timex: kernel)
        kernel.refused[Timex.Modes([.tick, .frequency]).rawValue] = code
        #expect(throws: expected) { try clock.steer(ClockSteering(frequency: .ppm(1))) }
        kernel.refused[Timex.Modes.status.rawValue] = code
        #expect(throws: expected) { try KernelClock(timex: kernel) }
    }

    @Test func `is read, the real one, without changing anything`() throws {
        let timex = SystemTimex()
        var request = Timex()
        try timex.adjust(&request)
        #expect(request.tick >= 900_000 / timex.userHz && request.tick <= 1_100_000 / timex.userHz)
        #expect((timex.realTime - NTPDate(unixSeconds: Int64(Date().timeIntervalSince1970))).magnitude < .seconds(60))
    }
}

@Suite struct `The oscillator` {
    @Test func `sleeps until the moment and not less`() {
        let clock = OscillatorClock()
        let start = clock.now
        clock.sleep(until: start + .milliseconds(30))
        #expect(clock.now - start >= .milliseconds(30))
        let later = clock.now
        clock.sleep(until: start)
        #expect(clock.now - later < .seconds(10))
    }

    @Test func `is read together with real time`() {
        let timex = SystemTimex()
        let first = PairedReading.take(from: timex)
        #expect(first.uncertainty >= .zero && first.uncertainty < .milliseconds(100))
        let before = timex.oscillator
        let second = PairedReading.take(from: timex)
        #expect(second.reading.monotonic >= before && second.reading.monotonic <= timex.oscillator)
    }
}

@Suite struct `The virtual clock` {
    @Test func `starts at the host's time and then goes its own way`() throws {
        let kernel = FakeKernel()
        let oscillator = FakeOscillator(kernel)
        let clock = VirtualClock(oscillator: oscillator, host: kernel)
        let start = kernel.realTime
        #expect(clock.read() == ClockReading(monotonic: kernel.oscillator, date: start))
        kernel.realTime += .seconds(500)
        kernel.oscillator += .seconds(100)
        try clock.step(by: ClockStep(.seconds(-1)))
        try clock.steer(ClockSteering(frequency: .ppm(100)))
        kernel.oscillator += .seconds(100)
        #expect(((clock.read().date - start) - .seconds(199.01)).magnitude < .nanoseconds(10))
        #expect(throws: ClockError.outOfRange) { try clock.steer(ClockSteering(frequency: Frequency(fraction: .nan))) }
    }

    @Test func `inserts the leap second that was published, once`() throws {
        let kernel = FakeKernel()
        let clock = VirtualClock(oscillator: FakeOscillator(kernel), host: kernel)
        let left = kernel.realTime.followingMidnight - kernel.realTime
        let status = ClockStatus(leap: .insertion, estimatedError: .zero, maximumError: .zero)
        try clock.publish(status)
        kernel.pass(left - .milliseconds(1))
        #expect(clock.read().date == kernel.realTime)
        kernel.pass(.milliseconds(2))
        #expect(clock.read().date == kernel.realTime - .seconds(1))
        try clock.publish(status)
        kernel.pass(.seconds(5))
        try clock.publish(status)
        kernel.pass(.seconds(86_400))
        #expect(clock.read().date == kernel.realTime - .seconds(1))
    }
}

@Suite struct `Kernel packet stamps` {
    @Test func `become moments of the oscillator`() {
        let kernel = FakeKernel()
        let stamps = KernelStamps(clocks: kernel)
        let moment = kernel.oscillator
        let stamp = kernel.realTime
        kernel.pass(.milliseconds(5))
        #expect(stamps.monotonic(of: stamp) == moment)
    }

    @Test func `are not believed when old, in the future or from before a step`() {
        let kernel = FakeKernel()
        let stamps = KernelStamps(clocks: kernel)
        #expect(stamps.monotonic(of: kernel.realTime - .seconds(5)) == nil)
        #expect(stamps.monotonic(of: kernel.realTime + .milliseconds(1)) == nil)
        let stamp = kernel.realTime
        kernel.realTime += .seconds(0.25)
        kernel.pass(.milliseconds(5))
        #expect(stamps.monotonic(of: stamp) == nil)
        kernel.pass(.seconds(1.1))
        #expect(stamps.monotonic(of: kernel.realTime) == kernel.oscillator)
        stamps.clockWasStepped()
        #expect(stamps.monotonic(of: kernel.realTime) == nil)
    }
}

@Suite struct `The dates that the kernel's clock is set to` {
    @Test func `end before 2038 where programs count time in 31 bits`() {
        #expect(
            KernelClock.latest(forBits: 32)
                == CivilTime(year: 2038, month: 1, day: 18, hour: 3, minute: 14, second: 7).date
        )
        #expect(KernelClock.latest(forBits: 64) == .latestPlausible)
        #expect(KernelClock.plausibleDates.contains(NTPDate(unixSeconds: 1_800_000_000)))
    }
}
