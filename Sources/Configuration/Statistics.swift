/// `statsdir`, `statistics` and `filegen`: files that are written line by line, in ntpd's columns.
package struct StatisticsDirective: Hashable, Sendable {
    /// `statsdir`; without it nothing is written, as with an ntpd whose default folder is not there.
    package var directory: String?
    /// `disable stats`.
    package var isSuspended = false
    private var files: [StatisticsKind: StatisticsFile] = [:]

    package subscript(kind: StatisticsKind) -> StatisticsFile {
        get { files[kind] ?? StatisticsFile(name: kind.rawValue) }
        set { files[kind] = newValue }
    }

    /// Where lines of a kind go; nil when they are not wanted.
    package func file(of kind: StatisticsKind) -> (directory: String, file: StatisticsFile)? {
        guard let directory, !isSuspended, self[kind].isEnabled else { return nil }
        return (directory, self[kind])
    }
}

package enum StatisticsKind: String, CaseIterable, Hashable, Sendable {
    /// Each correction of the clock.
    case loopstats
    /// Each reply of a server that was used.
    case peerstats
    /// Each reading of the RTC.
    case clockstats
    /// Each reply's timestamps.
    case rawstats
    /// What was done with datagrams, once an hour.
    case sysstats
}

/// A set of files of which one is written at a time.
package struct StatisticsFile: Hashable, Sendable {
    /// `file`.
    package var name: String
    /// `type`.
    package var period = StatisticsPeriod.day
    /// `link`: the plain name is a hard link to the file that is written.
    package var isLinked = true
    package var isEnabled = false
}

/// How long one file is written before the next one begins.
package enum StatisticsPeriod: String, CaseIterable, Hashable, Sendable {
    /// One file for ever.
    case none
    /// One for each run of the daemon.
    case pid
    case day, week, month, year
    /// One for each day of uptime.
    case age
}

extension Parser {
    mutating func statistics(_ line: inout DirectiveLine) throws(SyntaxError) {
        repeat {
            let token = try line.next(expecting: "a kind of statistics such as 'loopstats'")
            if let kind = try statisticsKind(token) { configuration.statistics[kind].isEnabled = true }
        } while line.hasMore
    }

    mutating func fileGenerator(_ line: inout DirectiveLine) throws(SyntaxError) {
        let name = try line.next(expecting: "a kind of statistics such as 'loopstats'")
        guard let kind = try statisticsKind(name) else { return line.skipRest() }
        var file = configuration.statistics[kind]
        // ntpd's rule: to be named is to be enabled.
        file.isEnabled = true
        while let token = line.next() {
            switch try keyword(token, "option", FileGeneratorOption.self) {
            case .file: file.name = try line.path(of: token, expected: "the name of a file")
            case .type:
                let period = try line.next(after: token, expecting: "a type such as 'day'")
                file.period = try keyword(period, "type", StatisticsPeriod.self)
            case .link: file.isLinked = true
            case .nolink: file.isLinked = false
            case .enable: file.isEnabled = true
            case .disable: file.isEnabled = false
            }
        }
        configuration.statistics[kind] = file
    }

    /// nil, with a warning, for a kind of ntpd's that is not written.
    private mutating func statisticsKind(_ token: Token) throws(SyntaxError) -> StatisticsKind? {
        if let kind = StatisticsKind(rawValue: token.text) { return kind }
        guard Self.unwrittenStatistics.contains(token.text) else {
            throw unknown("kind of statistics", token, StatisticsKind.allCases.map { $0.rawValue })
        }
        warn(at: token, "\(token.shown) are not written; see the log and 'tickover status'")
        return nil
    }

    private static var unwrittenStatistics: [String] {
        ["cryptostats", "ntsstats", "ntskestats", "protostats", "timingstats", "usestats"]
    }
}

private enum FileGeneratorOption: String, CaseIterable {
    case file, type, link, nolink, enable, disable
}
