import CommandLine
import Configuration
import Linux
import Monitoring
import NTPTime
import ProgramSupport

/// Commands that the daemon answers.
struct DaemonCommand {
    let configuration: Configuration

    /// - Throws: when the configuration, which names the state directory, cannot be read.
    init(_ options: ToolOptions) throws(ToolError) {
        let loaded: LoadedConfiguration
        do throws(LinuxError) {
            loaded = try LoadedConfiguration.load(options.configurationFile)
        } catch {
            throw ToolError(.failure, error.message)
        }
        guard !loaded.hasErrors else {
            throw ToolError(.failure, "the configuration has errors; see 'tickover check-config'")
        }
        configuration = loaded.configuration
    }

    /// A chip on a slow bus takes some seconds to find the beginning of one.
    private static let patience = NTPDuration.seconds(15)

    /// What the daemon shows; nil if there is no daemon.
    func askIfRunning(
        _ request: ControlRequest,
        patience: NTPDuration = Self.patience
    ) throws(ToolError) -> String? {
        try resultIfRunning(request, patience: patience)?.text
    }

    /// The daemon's answer; nil if there is no daemon.
    func resultIfRunning(
        _ request: ControlRequest,
        patience: NTPDuration = Self.patience
    ) throws(ToolError) -> CommandResult? {
        let octets: [UInt8]
        do throws(LinuxError) {
            octets = try ControlClient.request(
                request.line,
                path: configuration.controlSocket,
                timeout: patience
            )
        } catch {
            guard !error.isNoSuchFile, !error.isRefused else { return nil }
            throw ToolError(error.isTimeout ? .noAnswer : .failure, error.message)
        }
        guard let response = ControlResponse(text: String(decoding: octets, as: UTF8.self)) else {
            throw ToolError(.noAnswer, "the daemon ended before it had answered")
        }
        return try CommandResult(response)
    }

    func ask(_ request: ControlRequest, patience: NTPDuration = Self.patience) throws(ToolError) -> String {
        guard let answer = try askIfRunning(request, patience: patience) else {
            throw ToolError(.noAnswer, "no daemon answers at \(configuration.controlSocket)")
        }
        return answer
    }

    /// The daemon's status, as soon as it has the time.
    func waitUntilSynchronised(as format: ReportFormat) throws(ToolError) -> String {
        try ask(.waitSync(format), patience: .max)
    }

    /// Shows the status once a second until the program is interrupted or the daemon ends.
    func watchStatus(as format: ReportFormat) throws(ToolError) {
        let clock = OscillatorClock()
        let isTerminal = Host.isTerminal(StandardStream.output.rawValue)
        while true {
            let status = try ask(.status(format))
            // Home, and clear what is below.
            let screen = isTerminal && format == .text ? "\u{1b}[H\u{1b}[J" + status : status
            guard StandardStream.output.write(screen) else { return }
            clock.sleep(until: clock.now + .seconds(1))
        }
    }
}
