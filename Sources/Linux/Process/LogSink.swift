import CLinux
import NTPTime

/// syslog(3)'s priorities, as far as they are used.
package enum LogPriority: Int32, Comparable, Sendable {
    case error = 3
    case warning = 4
    case notice = 5
    case information = 6
    case debug = 7

    /// A lower number is more important.
    package static func < (left: LogPriority, right: LogPriority) -> Bool { left.rawValue > right.rawValue }
}

/// Where log lines go.
package final class LogSink {
    package enum Destination: Hashable, Sendable {
        case standardError
        case file(String)
        case syslog
    }

    private enum Output: ~Copyable {
        case standardError(isJournal: Bool)
        case file(FileDescriptor)
        case syslog
    }

    private let destination: Destination
    private var output: Output
    /// Less important lines are left out.
    package var threshold: LogPriority

    /// Lines to standard error carry the priority as `<N>` instead of a time stamp when the journal reads it.
    ///
    /// - Throws: when a file cannot be opened for appending.
    package init(_ destination: Destination, threshold: LogPriority = .information) throws(LinuxError) {
        self.destination = destination
        self.threshold = threshold
        output = try Self.open(destination)
    }

    /// Opens a file anew, for a log that was rotated; on failure the old one stays in use.
    package func reopen() throws(LinuxError) { output = try Self.open(destination) }

    private static func open(_ destination: Destination) throws(LinuxError) -> Output {
        switch destination {
        case .standardError: return .standardError(isJournal: tko_stderr_is_journal() == 1)
        case .syslog: return .syslog
        case .file(let path):
            let opened = try checked(path.withCString { tko_storage_append($0) }, "open \(path)")
            return .file(FileDescriptor(owning: opened))
        }
    }

    /// Writes one line; `date` stamps it. A line that cannot be written is lost.
    package func write(_ priority: LogPriority, _ message: String, at date: NTPDate) {
        guard priority >= threshold else { return }
        let message = oneLine(message)
        switch output {
        case .standardError(isJournal: true): Self.put("<\(priority.rawValue)>\(message)\n", 2)
        case .standardError(isJournal: false): Self.put("\(date.iso8601(decimals: 3)) \(message)\n", 2)
        case .file(let file): Self.put("\(date.iso8601(decimals: 3)) \(message)\n", file.rawValue)
        case .syslog: message.withCString { tko_syslog(priority.rawValue, $0) }
        }
    }

    /// In one call, so that the lines of several processes do not mix.
    private static func put(_ line: String, _ fd: Int32) {
        let bytes = Array(line.utf8)
        _ = tko_write(fd, bytes, Int32(clamping: bytes.count))
    }
}
