import ClockDiscipline
import HAL
import NTPTime

/// A test of the chip: of what is known to be wrong with counterfeits, and of how well its second can be told.
///
/// It takes up to a minute, in ten seconds of which the chip's time is wrong. Everything that it changes it puts back,
/// also when a part fails or it is interrupted: the alarms and their flags, the time with its oscillator-stop flag, the
/// square wave. Only the weekday is ISO 8601's afterwards. What a chip cannot do is skipped.
package final class SelfTest {
    package enum Outcome: Hashable, Sendable {
        case passed(String)
        case failed(String)
        case skipped(String)
    }

    package struct Check: Hashable, Sendable {
        package let name: String
        package let outcome: Outcome
    }

    private let rtc: RTCReference
    private let isInterrupted: () -> Bool
    private let report: (Check) -> Void
    /// Whether nothing has failed yet.
    private var isGood = true
    /// What the test has made of the chip's time so far.
    package private(set) var timeChange = TimeChange.none

    package enum TimeChange: Hashable, Sendable {
        case none
        /// It was changed and not put back.
        case lost
        /// It was put back, and is ahead of where it was by so much.
        case restored(offset: NTPDuration, bound: NTPDuration)
    }

    /// - Parameters:
    ///   - isInterrupted: asked every few seconds whether the test is to end early.
    ///   - report: called with each check when it is over.
    package init(
        _ rtc: RTCReference,
        isInterrupted: @escaping () -> Bool = { false },
        report: @escaping (Check) -> Void
    ) {
        self.rtc = rtc
        self.isInterrupted = isInterrupted
        self.report = report
    }

    /// - Returns: whether every check passed that was not skipped.
    package func run() -> Bool {
        check("registers") { () throws(RTCError) in try registers() }
        check("temperature") { () throws(RTCError) in try temperature() }
        var seconds: Seconds?
        check("seconds") { () throws(RTCError) in
            let measured = try measureSeconds()
            seconds = measured
            return measured?.outcome ?? Self.interrupted
        }
        check("square wave") { () throws(RTCError) in squareWave(seconds) }
        testCalendar(seconds)
        if rtc.squareWave != nil {
            check("SQW put back", always: true) { () throws(RTCError) in
                try insisting { () throws(RTCError) in try rtc.close() }
                return .passed("the pin does what it did before")
            }
        }
        return isGood
    }

    static let interrupted = Outcome.skipped("interrupted")

    private func check(_ name: String, always: Bool = false, _ test: () throws(RTCError) -> Outcome) {
        let outcome: Outcome
        if isInterrupted(), !always {
            outcome = Self.interrupted
        } else {
            do throws(RTCError) { outcome = try test() } catch { outcome = .failed(error.description) }
        }
        if case .failed = outcome { isGood = false }
        report(Check(name: name, outcome: outcome))
    }

    private static let attempts = 5

    /// Tries again what must not fail.
    private func insisting<Result>(_ change: () throws(RTCError) -> Result) throws(RTCError) -> Result {
        for _ in 1..<Self.attempts {
            do throws(RTCError) { return try change() } catch {
                rtc.clock.sleep(until: rtc.clock.now + .milliseconds(100))
            }
        }
        return try change()
    }
}

// MARK: - Registers and temperature

extension SelfTest {
    /// Neither is a time of the day or has the bits that make an alarm come often.
    private static let patterns: [UInt8] = [0x15, 0x2a]

    /// Whether registers keep what is written to them. That unused bits of others read 0 every read checks.
    private func registers() throws(RTCError) -> Outcome {
        guard let registers = rtc.chip.testRegisters else { return .skipped("this kind of chip has none to spare") }
        _ = try rtc.readSnapshot()
        let before = try read(registers)
        var wrong: UInt8?
        var failure: RTCError?
        do throws(RTCError) {
            for pattern in Self.patterns where wrong == nil {
                try write(before.map { _ in pattern }, to: registers)
                let read = try read(registers)
                if let index = read.firstIndex(where: { $0 != pattern }) {
                    wrong = registers.firstTestRegister + UInt8(index)
                }
            }
        } catch {
            failure = error
        }
        try insisting { () throws(RTCError) in try write(before, to: registers) }
        if let failure { throw failure }
        if let wrong { return .failed("register \(hexadecimal(wrong)) does not keep what is written to it") }
        return .passed("those without bearing on the time keep what is written to them")
    }

    private func read(_ registers: any RTCTestRegisters) throws(RTCError) -> [UInt8] {
        do throws(RTCChipError) { return try registers.readTestRegisters() } catch { throw .chip(error) }
    }

    private func write(_ contents: [UInt8], to registers: any RTCTestRegisters) throws(RTCError) {
        do throws(RTCChipError) { try registers.writeTestRegisters(contents) } catch { throw .chip(error) }
    }

    /// What such chips are specified for.
    private static let temperatures = -40.0...85.0

    private func temperature() throws(RTCError) -> Outcome {
        guard rtc.chip.thermometer != nil else { return .skipped("this kind of chip has no thermometer") }
        let temperature = try rtc.convertTemperature()
        guard Self.temperatures.contains(temperature.celsius) else {
            return .failed("\(temperature), for which no chip is made")
        }
        return .passed("\(temperature)")
    }
}

// MARK: - Seconds

extension SelfTest {
    /// Seconds of the chip on the oscillator.
    private struct Seconds {
        /// The last of them, brought onto the line through all.
        var edge: MonotonicTime
        var registers: RTCChipSnapshot
        /// The chip's rate against the oscillator; positive is fast.
        var rate: Frequency
        /// Root mean square and maximum of what the seconds are away from the line.
        var jitter: NTPDuration
        var departure: NTPDuration
        /// Bound of one second's edge.
        var uncertainty: NTPDuration
        var isStamped: Bool
        var trouble: SquareWaveTrouble?

        /// More than a crystal and the computer's oscillator part.
        private static let mostRate = Frequency.ppm(300)

        var outcome: Outcome {
            let rate =
                "\(rate.fraction < 0 ? "" : "+")\(fixed(self.rate.ppm, 1)) ppm against this computer's oscillator"
            guard self.rate.magnitude < Self.mostRate else { return .failed("\(rate): the chip is a counterfeit") }
            return .passed(
                "each found to ±\(micro(uncertainty)), jitter \(micro(jitter)) rms, \(micro(departure)) at most, \(rate)"
            )
        }

        private func micro(_ duration: NTPDuration) -> String { "\(fixed(duration.seconds * 1e6, 1)) µs" }
    }

    private static let measuredSeconds = 12

    /// nil when interrupted.
    private func measureSeconds() throws(RTCError) -> Seconds? {
        var edges: [MonotonicTime] = []
        var (bracket, registers) = try rtc.measureEdge(expecting: nil)
        edges.append(bracket.middle)
        var uncertainty = bracket.uncertainty
        while edges.count < Self.measuredSeconds {
            guard !isInterrupted() else { return nil }
            let next = EdgePrediction(moment: bracket.middle, uncertainty: bracket.uncertainty + .milliseconds(1))
            (bracket, registers) = try rtc.measureEdge(expecting: next)
            edges.append(bracket.middle)
            uncertainty = max(uncertainty, bracket.uncertainty)
        }
        return seconds(edges, registers, uncertainty, bracket.isStamped)
    }

    /// The line of least squares through `edges`.
    private func seconds(
        _ edges: [MonotonicTime],
        _ registers: RTCChipSnapshot,
        _ uncertainty: NTPDuration,
        _ isStamped: Bool
    ) -> Seconds {
        let count = Double(edges.count)
        // Against the last, in whole seconds of the chip and in s of the oscillator beyond them.
        let elapsed = edges.map { ($0 - edges[edges.count - 1]).seconds }
        let whole = elapsed.map { $0.rounded() }
        let beyond = zip(elapsed, whole).map { $0 - $1 }
        let meanWhole = whole.reduce(0, +) / count
        let meanBeyond = beyond.reduce(0, +) / count
        var covariance = 0.0
        var variance = 0.0
        for (x, y) in zip(whole, beyond) {
            covariance += (x - meanWhole) * (y - meanBeyond)
            variance += (x - meanWhole) * (x - meanWhole)
        }
        let slope = covariance / variance
        let departures = zip(whole, beyond).map { $1 - meanBeyond - slope * ($0 - meanWhole) }
        return Seconds(
            edge: edges[edges.count - 1] + .seconds(meanBeyond - slope * meanWhole),
            registers: registers,
            rate: Frequency(fraction: -slope),
            jitter: .seconds((departures.reduce(0) { $0 + $1 * $1 } / count).squareRoot()),
            departure: .seconds(departures.reduce(0) { max($0, abs($1)) }),
            uncertainty: uncertainty,
            isStamped: isStamped,
            trouble: rtc.squareWaveTrouble
        )
    }

    private func squareWave(_ seconds: Seconds?) -> Outcome {
        guard rtc.squareWave != nil else { return .skipped("the configuration names no input that it is wired to") }
        guard let seconds else { return .skipped("no second was found") }
        if let trouble = seconds.trouble { return .failed(trouble.description) }
        return .passed("its edges mark the seconds")
    }
}

// MARK: - Calendar

extension SelfTest {
    /// Days whose end counterfeits get wrong, in a year that has a 29 February and in one that has not.
    private static func rollovers(after year: Int32) -> [(from: CivilTime, to: CivilTime)] {
        let leap = (year..<year + 9).first(where: CivilTime.isLeap) ?? 2028
        let ends: [(Int32, UInt8, UInt8)] = [(leap - 1, 12, 31), (leap, 2, 28), (leap + 1, 2, 28)]
        return ends.map { year, month, day in
            let from = CivilTime(year: year, month: month, day: day, hour: 23, minute: 59, second: 58)
            return (from, CivilTime(from.date + .seconds(2)))
        }
    }

    private func testCalendar(_ seconds: Seconds?) {
        guard let seconds, case .success(let time) = seconds.registers.unverifiedTime,
            rtc.plausibleDates.contains(time.civil.date),
            rtc.chip.kind.keepsStopFlag || !seconds.registers.oscillatorStopped
        else {
            check("calendar") { () throws(RTCError) in .skipped("there is no time that could be put back; set it first")
            }
            return
        }
        var isChanged = false
        for (from, to) in Self.rollovers(after: time.civil.year) {
            check(from.iso8601) { () throws(RTCError) in
                isChanged = true
                timeChange = .lost
                return try rollover(from, to, time.hourMode)
            }
        }
        guard isChanged else { return }
        let timescale = Timescale(
            reading: ClockReading(monotonic: seconds.edge, date: time.civil.date),
            frequency: seconds.rate
        )
        check("time put back", always: true) { () throws(RTCError) in
            try restore(timescale, time.hourMode, seconds.registers)
        }
    }

    /// Sets the chip to `from` and looks at it in the middle of the next seconds, of which the second is `to`.
    private func rollover(_ from: CivilTime, _ to: CivilTime, _ mode: HourMode) throws(RTCError) -> Outcome {
        do throws(RTCChipError) {
            try rtc.chip.prepareTime(from, hourMode: mode)
            try rtc.chip.startTime(from, hourMode: mode)
        } catch {
            throw .chip(error)
        }
        let written = rtc.clock.now
        rtc.clock.sleep(until: written + .seconds(2.5))
        guard rtc.clock.now - written < .seconds(2.9) else { return .skipped("this computer is too busy") }
        let registers = try rtc.readSnapshot()
        guard case .success(let time) = registers.unverifiedTime else {
            return .failed("followed by what is no time")
        }
        guard time.civil == to else { return .failed("followed by \(time.civil.iso8601), not \(to.iso8601)") }
        return .passed("followed by \(to.iso8601)")
    }

    /// How exactly the time is put back at least.
    private static let precision = NTPDuration.milliseconds(1)

    private func restore(
        _ timescale: Timescale,
        _ mode: HourMode,
        _ before: RTCChipSnapshot
    ) throws(RTCError) -> Outcome {
        let placed = try insisting { () throws(RTCError) in
            try rtc.place(timescale, lead: try rtc.measuredLead(), hourMode: mode)
        }
        // Days ended that an alarm may have waited for.
        try insisting { () throws(RTCError) in try clearAlarmFlags(since: before) }
        timeChange = .restored(offset: placed.residual, bound: placed.edge.uncertainty)
        let off =
            "\(fixed(placed.residual.milliseconds, 3)) ms off, ±\(fixed(placed.edge.uncertainty.milliseconds, 3)) ms"
        guard placed.residual.magnitude <= Self.precision else { return .failed(off) }
        return .passed(off)
    }

    private func clearAlarmFlags(since snapshot: RTCChipSnapshot) throws(RTCError) {
        do throws(RTCChipError) {
            try rtc.chip.testRegisters?.clearAlarmFlags(since: snapshot)
        } catch {
            throw .chip(error)
        }
    }
}
