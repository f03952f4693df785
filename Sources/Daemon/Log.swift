import CommandLine
import Configuration
import Linux
import Monitoring
import NTPTime
import ProgramSupport

/// The daemon's log lines: to a file, to standard error, or in the background to syslog.
final class Log {
    private let sink: LogSink
    private let host = SystemTimex()
    /// Called before and after a line, so that what is on the terminal makes room for it.
    var screen: LiveStatus?

    init(_ settings: DaemonSettings) throws(StartError) {
        let options = settings.options
        let destination: LogSink.Destination =
            if let file = options.logFile ?? settings.configuration.logFile {
                .file(file)
            } else if options.foreground {
                .standardError
            } else {
                .syslog
            }
        do throws(LinuxError) {
            sink = try LogSink(
                destination,
                threshold: options.debugLevel > 0 ? .debug : LogPriority(settings.configuration.logDetail)
            )
        } catch {
            throw StartError(description: error.message)
        }
    }

    func write(_ level: LogLevel, _ message: String) {
        screen?.clear()
        sink.write(LogPriority(level), message, at: host.realTime)
    }

    /// Opens a log file anew, after it was rotated.
    func reopen() {
        do throws(LinuxError) { try sink.reopen() } catch { write(.warning, error.message) }
    }
}

extension StateFiles {
    /// As `rtc()`; a file that cannot be read is logged, and is none.
    func readRTC(_ log: Log) -> String? { logging(log) { () throws(StateFileError) in try rtc() } }

    /// As `frequency()`; a file that cannot be read is logged, and is none.
    func readFrequency(_ log: Log) -> Frequency? { logging(log) { () throws(StateFileError) in try frequency() } }

    private func logging<Content>(_ log: Log, _ read: () throws(StateFileError) -> Content?) -> Content? {
        do throws(StateFileError) {
            return try read()
        } catch {
            log.write(.warning, error.description)
            return nil
        }
    }
}

extension LogPriority {
    init(_ detail: LogDetail) {
        self =
            switch detail {
            case .trouble: .warning
            case .status: .notice
            case .events: .information
            }
    }

    init(_ level: LogLevel) {
        self =
            switch level {
            case .error: .error
            case .warning: .warning
            case .notice: .notice
            case .info: .information
            case .debug: .debug
            }
    }
}
