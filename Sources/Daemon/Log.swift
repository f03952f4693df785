import CommandLine
import Configuration
import Linux
import Monitoring
import NTPTime
import ProgramSupport

/// The daemon's log lines: to a file, to standard error, or in the background to syslog.
final class Log {
    private var sink: LogSink
    /// Where lines are to go; they go to standard error or syslog as long as this file cannot be opened.
    private let file: String?
    private var failure: LinuxError?
    private let host = SystemTimex()
    /// Called before and after a line, so that what is on the terminal makes room for it.
    var screen: LiveStatus?

    init(_ settings: DaemonSettings) throws(StartError) {
        let options = settings.options
        let threshold: LogPriority =
            options.debugLevel > 0 ? .debug : LogPriority(settings.configuration.logDetail)
        file = settings.configuration.logFile
        do throws(LinuxError) {
            sink = try LogSink(options.foreground ? .standardError : .syslog, threshold: threshold)
        } catch {
            throw StartError(description: error.message)
        }
        openFile()
    }

    /// Takes the file into use, if there is one and it can be opened; that it cannot is said once.
    private func openFile() {
        guard let file else { return }
        do throws(LinuxError) {
            sink = try LogSink(.file(file), threshold: sink.threshold)
            failure = nil
        } catch {
            defer { failure = error }
            guard error != failure, !Surroundings.lacksFolder(of: file) else { return }
            write(.warning, "logfile: \(error.message); going on without")
        }
    }

    func write(_ level: LogLevel, _ message: String) {
        screen?.clear()
        sink.write(LogPriority(level), message, at: host.realTime)
    }

    /// Opens a log file anew, after it was rotated; the old one stays in use where that fails.
    func reopen() {
        guard failure == nil else { return openFile() }
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
