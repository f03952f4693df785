import Linux
import Monitoring
import NTPTime

/// One line at the bottom of a terminal that is kept up to date.
final class LiveStatus {
    private let width: Int
    private(set) var nextUpdate = MonotonicTime.zero

    private static let interval = NTPDuration.seconds(1)

    /// nil when standard output is no terminal.
    init?() {
        guard Host.isTerminal(1) else { return nil }
        width = Host.terminalWidth(1) ?? 80
    }

    func update(_ report: StatusReport, at now: MonotonicTime) {
        nextUpdate = now + Self.interval
        StandardStream.output.write("\r\u{1b}[K\(report.line.prefix(width - 1))")
    }

    /// Makes room for a log line.
    func clear() { StandardStream.output.write("\r\u{1b}[K") }
}
