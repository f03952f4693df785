import CommandLine
import HAL
import Linux
import Monitoring
import NTPEngine
import NTPTime
import ProgramSupport
import RTCDevice
import RTCReference

/// What is done to a chip now and then.
extension RTCCommand {
    // MARK: Watching

    private static let interval = NTPDuration.seconds(1)

    /// Shows a line again and again, `count` times or until interrupted.
    func watch(count: Int32?, as format: ReportFormat) throws(ToolError) {
        let request = ControlRequest.readRTC(.line, format)
        if let first = try daemon.askIfRunning(request) {
            try show(first)
            // Nothing is to be put back: the program may be ended by the signal.
            try repeating((count ?? .max) - 1, unless: { false }) { () throws(ToolError) in
                try show(daemon.ask(request))
            }
        } else {
            try withDevice { device, signals throws(ToolError) in
                try repeating(count ?? .max, unless: { !signals.take().isEmpty }) { () throws(ToolError) in
                    try show(report(of: device).rendered(.line, as: format))
                }
            }
        }
    }

    private func repeating(
        _ count: Int32,
        unless isInterrupted: () -> Bool,
        _ body: () throws(ToolError) -> Void
    ) throws(ToolError) {
        for round in 0..<count {
            let began = clock.now
            try body()
            guard !isInterrupted() else { return }
            if round < count - 1 { clock.sleep(until: began + Self.interval) }
        }
    }

    // MARK: Trimming

    func trim(_ trim: RTCTrim, as format: ReportFormat) throws(ToolError) -> String {
        switch trim {
        case .show: try read(.rate, as: format).text
        case .set(let steps): try self.trim(to: TrimOffset(steps: Int16(steps)), as: format)
        case .reset: try self.trim(to: TrimOffset(steps: 0), as: format)
        case .automatic: try trimAutomatically(as: format)
        }
    }

    private func trimAutomatically(as format: ReportFormat) throws(ToolError) -> String {
        if let answer = try daemon.askIfRunning(.trimRTC(nil, format)) { return answer }
        try withDevice { device, _ throws(ToolError) in
            var journal = try journal(of: device)
            if journal.saved != nil { try journal.change { $0.setTrimmedByHand(false) } }
        }
        return RTCTrimReport.automatic(as: format)
    }

    private func trim(to trim: TrimOffset, as format: ReportFormat) throws(ToolError) -> String {
        if let answer = try daemon.askIfRunning(.trimRTC(trim, format)) { return answer }
        return try withDevice { device, _ throws(ToolError) in
            var journal = try journal(of: device)
            let (report, sample): (TrimReport, Result<EdgeSample, RTCError>)
            do throws(RTCTrouble) {
                report = try device.setTrim(trim)
                sample = try device.snapshot().edge
            } catch {
                throw ToolError(error)
            }
            // Without a time, the model stays where it is in time.
            let date = (try? sample.get())?.chipTime ?? .earliestPlausible
            try journal.change { store in
                store.commit(report, at: date)
                store.setTrimmedByHand(true)
            }
            return RTCTrimReport(report).rendered(as: format)
        }
    }

    // MARK: Calibration

    /// What the daemon has learned, or without one a comparison with the system clock.
    func calibrate(over duration: NTPDuration, as format: ReportFormat) throws(ToolError) -> String {
        if let answer = try daemon.askIfRunning(.readRTC(.precision, format)) { return answer }
        return try withDevice { device, signals throws(ToolError) in
            let first = try report(of: device)
            let end = clock.now + duration
            while clock.now < end, signals.take().isEmpty {
                clock.sleep(until: min(end, clock.now + .milliseconds(200)))
            }
            return RTCCalibration(try report(of: device), since: first).rendered(as: format)
        }
    }

    // MARK: Test

    func selfTest(as format: ReportFormat) throws(ToolError) -> ExitStatus {
        guard try daemon.askIfRunning(.status(format)) == nil else {
            throw ToolError(
                .failure,
                "the daemon is running and uses the chip; end it for the test, as with 'systemctl stop tickoverd'"
            )
        }
        return try withDevice { device, signals throws(ToolError) in
            var checks: [SelfTest.Check] = []
            var isInterrupted = false
            var journal = try journal(of: device)
            let (passed, timeChange): (Bool, SelfTest.TimeChange)
            try journal.change { $0.beginTest() }
            do throws(RTCTrouble) {
                (passed, timeChange) = try device.use { reference throws(RTCError) in
                    let test = SelfTest(reference) {
                        isInterrupted = isInterrupted || !signals.take().isEmpty
                        return isInterrupted
                    } report: { check in
                        checks.append(check)
                        if format == .text { StandardStream.output.write(check.text) }
                    }
                    return (test.run(), test.timeChange)
                }
            } catch {
                // It could not be opened.
                try journal.change { $0.endTest(.none) }
                throw ToolError(error)
            }
            try journal.change { $0.endTest(timeChange) }
            if format == .json { try show(selfTestJSON(checks, passed: passed).text + "\n") }
            return passed && !isInterrupted ? .success : .failure
        }
    }
}
