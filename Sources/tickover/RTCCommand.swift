import ClockDiscipline
import CommandLine
import Configuration
import Linux
import Monitoring
import NTPTime
import RTCDevice
import RTCReference

/// `tickover rtc read` and `rtc set`: by the daemon where there is one, so that two programs never meet on the chip.
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

    private var systemClock: ClockReading { PairedReading.take(from: SystemTimex()).reading }

    private func device() throws(ToolError) -> RTCDevice {
        guard let device = RTCDevice(daemon.configuration.rtc, clock: clock) else {
            throw ToolError(.failure, "no RTC is configured, and there is no /dev/i2c-1")
        }
        return device
    }
}
