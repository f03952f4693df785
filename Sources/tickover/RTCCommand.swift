import ClockDiscipline
import CommandLine
import Configuration
import HAL
import Linux
import Monitoring
import NTPTime
import ProgramSupport
import RTCDevice
import RTCReference

/// `tickover rtc`: by the daemon where there is one, so that two programs never meet on the chip.
struct RTCCommand {
    let daemon: DaemonCommand
    let clock = OscillatorClock()

    init(_ options: ToolOptions) throws(ToolError) { daemon = try DaemonCommand(options) }

    func read(_ view: RTCView, as format: ReportFormat) throws(ToolError) -> CommandResult {
        if let answer = try daemon.resultIfRunning(.readRTC(view, format)) { return answer }
        return try withDevice { device, _ throws(ToolError) in
            try CommandResult(report(of: device, converting: view.isConverting).response(to: view, as: format))
        }
    }

    /// What the chip says, and what the daemon knew of it when it ended.
    func report(of device: RTCDevice, converting: Bool = false) throws(ToolError) -> RTCReport {
        let model = try journal(of: device).store.memory.model
        do throws(RTCTrouble) {
            let snapshot = try device.snapshot(converting: converting)
            let time = (try? snapshot.edge.get())?.chipTime
            return RTCReport(
                snapshot,
                name: device.name,
                model: model,
                refusal: time.flatMap { model.refusal(at: $0) },
                systemClock: systemClock,
                systemClockError: SystemTimex().errorBound
            )
        } catch {
            throw ToolError(error)
        }
    }

    /// - Parameter date: nil is the disciplined clock's time, or without a daemon the system's if the kernel holds it
    ///   for synchronised.
    func set(to date: NTPDate?, as format: ReportFormat) throws(ToolError) -> String {
        if let answer = try daemon.askIfRunning(.setRTC(date, format)) { return answer }
        let time = try timeToSet(date)
        return try withDevice { device, _ throws(ToolError) in
            var journal = try journal(of: device)
            // A chip that is not there, or is another one, is left as it is, and so is what is kept.
            let preparation = try attempt { () throws(RTCTrouble) in try device.prepareWrite() }
            try journal.change { $0.begin(setting: time) }
            let timescale = Timescale(reading: time.reading(at: clock.now), frequency: .zero)
            let written = try attempt { () throws(RTCTrouble) in try device.write(timescale, after: preparation) }
            try journal.change { $0.commit(written, known: nil) }
            let report = RTCWriteReport(written)
            return rendered(report.text, report.json, as: format)
        }
    }

    /// - Parameter date: what somebody gave; nil is the system clock's time, if the kernel holds it for synchronised.
    private func timeToSet(_ date: NTPDate?) throws(ToolError) -> RTCStore.TimeToSet {
        var reading = systemClock
        if let date {
            reading.date = date
            return .given(reading)
        }
        guard let bound = SystemTimex().errorBound else {
            throw ToolError(
                .failure,
                "no daemon answers and the system clock is not synchronised; give the time with --time"
            )
        }
        let estimate = ClockEstimate(
            moment: reading.monotonic,
            date: reading.date,
            frequency: .zero,
            phaseError: .zero,
            frequencyError: .zero
        )
        return .reference(TimeReference(estimate: estimate, rootDelay: .zero, rootDispersion: bound, leap: .none))
    }

    /// Sets the system clock to the chip's time, corrected by what is known of the chip.
    func load(as format: ReportFormat) throws(ToolError) -> String {
        guard try daemon.askIfRunning(.status(format)) == nil else {
            throw ToolError(.failure, "the daemon is running, and takes care of the clock itself")
        }
        waitForBus()
        let (name, kind, sample, saved) = try withDevice { device, _ throws(ToolError) in
            (device.name, device.kind, try self.sample(of: device), try journal(of: device).saved)
        }
        let time: RTCTime
        do throws(RTCRefused) {
            time = try RTCTime(
                sample,
                of: kind,
                saved: saved,
                assumedError: daemon.configuration.assumedRTCError,
                leapSeconds: leapSeconds()
            )
        } catch {
            throw ToolError(.failure, error.reason.description)
        }
        guard KernelClock.plausibleDates.contains(time.reading.date) else {
            throw ToolError(
                .failure,
                "the RTC says \(time.reading.date.iso8601(decimals: 0)), to which the system clock is not set: expected a time "
                    + "before \(KernelClock.plausibleDates.upperBound.iso8601(decimals: 0))"
            )
        }
        do throws(ClockError) {
            let clock = try KernelClock(timex: SystemTimex())
            let now = clock.read()
            let date = time.reading.date + (now.monotonic - time.reading.monotonic)
            let step = ClockStep(from: now.date, to: date)
            try clock.step(by: step)
            let report = RTCLoadReport(time, name: name, clock: now, step: step)
            return rendered(report.text, report.json, as: format)
        } catch {
            throw ToolError(
                .failure,
                "the RTC says \(time.reading.date.iso8601(decimals: 3)), but the system clock cannot be set: "
                    + error.explanation
            )
        }
    }

    /// A machine that boots is busy, and may miss the second more than once.
    private func sample(of device: RTCDevice, attempts: Int = 3) throws(ToolError) -> EdgeSample {
        do throws(RTCTrouble) {
            return try device.sample(expecting: nil)
        } catch {
            guard attempts > 1 else { throw ToolError(error) }
            return try sample(of: device, attempts: attempts - 1)
        }
    }

    /// Early in boot the driver of a bus that is named may not have been loaded yet.
    private func waitForBus() {
        guard case .chip(_, let location) = daemon.configuration.rtc, let path = location.device else { return }
        let deadline = clock.now + .seconds(5)
        while !Host.hasFile(path), clock.now < deadline { clock.sleep(until: clock.now + .milliseconds(20)) }
    }

    private var systemClock: ClockReading { PairedReading.take(from: SystemTimex()).reading }

    /// Without a file to believe, the chip is taken to have been right about them: the daemon complains of the file.
    private func leapSeconds() -> LeapSecondTable? {
        daemon.configuration.leapFile.flatMap { try? LeapSeconds.load($0) }
    }

    /// What the daemon, or an earlier command, has kept of the chip.
    func journal(of device: RTCDevice) throws(ToolError) -> RTCJournal {
        try RTCJournal(daemon.configuration, of: device.kind)
    }

    /// Works with the chip itself, and leaves it as it was found: signals wait until the work is done.
    func withDevice<Value>(
        _ work: (RTCDevice, SignalWatch) throws(ToolError) -> Value
    ) throws(ToolError) -> Value {
        guard let device = RTCDevice(daemon.configuration.rtc, clock: clock) else {
            throw ToolError(.noAnswer, "no RTC is configured, and there is no /dev/i2c-1")
        }
        let signals: SignalWatch
        do throws(LinuxError) { signals = try SignalWatch(wake: nil) } catch {
            throw ToolError(.failure, error.message)
        }
        let result: Result<Value, ToolError>
        do throws(ToolError) { result = .success(try work(device, signals)) } catch { result = .failure(error) }
        try attempt { () throws(RTCTrouble) in try device.close() }
        return try result.get()
    }
}

extension ToolError {
    init(_ error: RTCTrouble) { self.init(.failure, error.description) }
}

/// What `work` comes to; the chip's trouble is the command's.
private func attempt<Result>(_ work: () throws(RTCTrouble) -> Result) throws(ToolError) -> Result {
    do throws(RTCTrouble) { return try work() } catch { throw ToolError(error) }
}
