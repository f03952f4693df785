import Foundation
import HAL
import NTPTime
import Testing

@testable import Linux

/// A line in virtual time, whose stamps are of a clock with another zero and another rate than the oscillator.
private final class FakeLine: EdgeLine, HostClocks, MonotonicClock {
    var now = MonotonicTime(sinceStart: .seconds(1_000))
    var rate = Frequency.zero
    var step = NTPDuration.zero
    /// When edges come, on the oscillator; taken in order.
    var edges: [MonotonicTime] = []
    /// How long after an edge its event can be read.
    var delay = NTPDuration.microseconds(100)
    var failure: Int32?
    private(set) var opened = 0

    var clocks: any HostClocks { self }
    var oscillator: MonotonicTime { now }
    var realTime: NTPDate { date(at: now) + step }

    private func date(at moment: MonotonicTime) -> NTPDate {
        let elapsed = moment - MonotonicTime(sinceStart: .seconds(1_000))
        return NTPDate(unixSeconds: 1_800_000_000) + elapsed + rate * elapsed
    }

    func sleep(until deadline: MonotonicTime) { now = max(now, deadline) }

    func takeEdge(within timeout: NTPDuration) throws(LinuxError) -> NTPDate? {
        if let failure { throw LinuxError(code: failure, operation: "take") }
        guard let edge = edges.first, edge + delay <= now + timeout else {
            now += timeout
            return nil
        }
        edges.removeFirst()
        now = max(now, edge + delay)
        return date(at: edge)
    }

    var input: KernelEdgeInput {
        KernelEdgeInput(clock: self) { () throws(LinuxError) in
            self.opened += 1
            return self
        }
    }
}

private func time(_ seconds: Double) -> MonotonicTime { MonotonicTime(sinceStart: .seconds(seconds)) }

@Suite struct `A line that the kernel stamps` {
    private let line = FakeLine()

    @Test(arguments: [-5_000.0, -40, 0, 40, 5_000])
    func `gives its edges on the oscillator, within their bound, however its clock is steered`(ppm: Double) throws {
        line.rate = .ppm(ppm)
        line.edges = [time(1_000.25), time(1_001.25)]
        let input = line.input
        let first = try #require(try input.fallingEdge(after: line.now, before: time(1_002)))
        #expect((first.moment - time(1_000.25)).magnitude <= first.uncertainty - .microseconds(49))
        #expect(first.uncertainty < .microseconds(52))
        // Asked for late, it is translated from further away.
        line.now = time(1_001.75)
        let second = try #require(try input.fallingEdge(after: first.moment, before: time(1_001.8)))
        #expect((second.moment - time(1_001.25)).magnitude <= second.uncertainty - .microseconds(49))
        #expect(line.opened == 1)
    }

    @Test func `passes over edges from before`() throws {
        line.edges = (0..<5).map { time(996.5 + Double($0)) } + [time(1_001.5)]
        line.now = time(1_000.9)
        let edge = try #require(try line.input.fallingEdge(after: line.now, before: time(1_002)))
        #expect((edge.moment - time(1_001.5)).magnitude < .microseconds(51))
    }

    @Test func `finds one that came before a deadline that has passed`() throws {
        line.edges = [time(1_000.5)]
        line.now = time(1_000.9)
        #expect(try line.input.fallingEdge(after: time(1_000), before: time(1_000.6)) != nil)
    }

    @Test func `waits until the deadline, and no longer`() throws {
        #expect(try line.input.fallingEdge(after: line.now, before: time(1_001.1)) == nil)
        #expect(line.now == time(1_001.1))
    }

    @Test(arguments: [-3.0, 3, 3_600]) func `gives none whose clock was set since`(step: Double) throws {
        line.edges = [time(1_000.5)]
        line.now = time(1_000.6)
        line.step = .seconds(step)
        #expect(try line.input.fallingEdge(after: time(1_000), before: time(1_000.7)) == nil)
    }

    @Test(arguments: [(EACCES, "group that owns it"), (EBUSY, "has it"), (ENODEV, "not there"), (EIO, "take")])
    func `that fails says why, and is opened again`(code: Int32, part: String) throws {
        let input = line.input
        line.failure = code
        let error = #expect(throws: EdgeInputError.self) { try input.fallingEdge(after: line.now, before: time(1_001)) }
        #expect(error?.description.contains(part) == true)
        line.failure = nil
        line.edges = [time(1_000.5)]
        #expect(try input.fallingEdge(after: line.now, before: time(1_001)) != nil)
        #expect(line.opened == 2)
    }

    @Test func `that is not there or is none is told by its path`() {
        for input in [
            KernelEdgeInput(gpioChip: "/dev/gpiochip250", line: 18),
            KernelEdgeInput(pps: "/dev/pps250", falling: .assert),
        ] {
            let error = #expect(throws: EdgeInputError.self) { try input.fallingEdge(after: .zero, before: .zero) }
            #expect(error?.description.contains("250: ") == true && error?.description.contains("not there") == true)
        }
        #expect(throws: EdgeInputError.self) {
            try KernelEdgeInput(gpioChip: "/dev/null", line: 0).fallingEdge(after: .zero, before: .zero)
        }
        #expect(throws: EdgeInputError.self) {
            try KernelEdgeInput(pps: "/dev/null", falling: .clear).fallingEdge(after: .zero, before: .zero)
        }
    }
}
