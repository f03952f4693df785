import ClockDiscipline
import CommandLine
import Configuration
import Linux
import Monitoring
import NTPEngine
import NTPTime
import ProgramSupport
import RTCDevice
import RTCReference

/// `tickover rtc read`, `rtc set` and `rtc load`: by the daemon where there is one, so that two programs never meet on the
/// chip.
struct RTCCommand {
    private let daemon: DaemonCommand
    private let clock = OscillatorClock()

    init(_ options: ToolOptions) throws(ToolError) { daemon = try DaemonCommand(options) }

    func read(as format: ReportFormat) throws(ToolError) -> String {
        if let answer = try daemon.askIfRunning(.readRTC(format)) { return answer }
        let device = try device()
        do throws(RTCDeviceError) {
            let snapshot = try device.snapshot()
            let report = RTCReport(snapshot, name: device.name, model: nil, systemClock: systemClock)
            return rendered(report.text, report.json, as: format)
        } catch {
            throw ToolError(.failure, error.description)
        }
    }

    /// - Parameter date: nil is the disciplined clock's time, or without a daemon the system's if the kernel holds it
    ///   for synchronised.
    func set(to date: NTPDate?, as format: ReportFormat) throws(ToolError) -> String {
        if let answer = try daemon.askIfRunning(.setRTC(date, format)) { return answer }
        let device = try device()
        var reading = systemClock
        if let date {
            reading.date = date
        } else if !SystemTimex().isSynchronised {
            throw ToolError(
                .failure,
                "no daemon answers and the system clock is not synchronised; give the time with --time"
            )
        }
        do throws(RTCDeviceError) {
            let report = RTCWriteReport(try device.write(Timescale(reading: reading, frequency: .zero)))
            return rendered(report.text, report.json, as: format)
        } catch {
            throw ToolError(.failure, error.description)
        }
    }

    /// Sets the system clock to the chip's time, corrected by what is known of the chip.
    func load(as format: ReportFormat) throws(ToolError) -> String {
        guard try daemon.askIfRunning(.status(format)) == nil else {
            throw ToolError(.failure, "the daemon is running, and takes care of the clock itself")
        }
        waitForBus()
        let device = try device()
        let sample = try sample(of: device)
        let saved: String?
        do throws(StateFileError) { saved = try StateFiles(daemon.configuration).rtc() } catch {
            throw ToolError(.failure, error.description)
        }
        let time: RTCTime
        do throws(RTCRefused) {
            time = try RTCTime(sample, saved: saved)
        } catch {
            throw ToolError(.failure, error.reason.description)
        }
        do throws(ClockError) {
            let clock = try KernelClock(timex: SystemTimex())
            let now = clock.read()
            let step = time.reading.date + (now.monotonic - time.reading.monotonic) - now.date
            try clock.step(by: step)
            let report = RTCLoadReport(time, name: device.name, clock: now, step: step)
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
        do throws(RTCDeviceError) {
            return try device.sample(expecting: nil)
        } catch {
            guard attempts > 1 else { throw ToolError(.failure, error.description) }
            return try sample(of: device, attempts: attempts - 1)
        }
    }

    /// Early in boot the driver of a bus that is named may not have been loaded yet.
    private func waitForBus() {
        guard case .ds3231(let location) = daemon.configuration.rtc, let path = location.device else { return }
        let deadline = clock.now + .seconds(5)
        while !Host.hasFile(path), clock.now < deadline { clock.sleep(until: clock.now + .milliseconds(20)) }
    }

    private var systemClock: ClockReading { PairedReading.take(from: SystemTimex()).reading }

    private func device() throws(ToolError) -> RTCDevice {
        guard let device = RTCDevice(daemon.configuration.rtc, clock: clock) else {
            throw ToolError(.noAnswer, "no RTC is configured, and there is no /dev/i2c-1")
        }
        return device
    }
}
