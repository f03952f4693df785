import Configuration
import Linux
import NTPTime

/// ntpd's statistics files: each kind's lines go to the file of their time.
package final class StatisticsFiles {
    private var directive: StatisticsDirective
    private let processID: Int32
    private var open: [StatisticsKind: AppendedFile] = [:]

    package init(_ directive: StatisticsDirective, processID: Int32 = Host.processID) {
        self.directive = directive
        self.processID = processID
    }

    /// Writes where another configuration says from now on, into files opened anew.
    package func reopen(_ directive: StatisticsDirective) {
        self.directive = directive
        open = [:]
    }

    /// - Parameter uptime: the program's, for files of type `age`.
    package func write(
        _ line: String,
        to kind: StatisticsKind,
        at date: NTPDate,
        uptime: NTPDuration
    ) throws(LinuxError) {
        guard let (directory, settings) = directive.file(of: kind) else { return }
        let name =
            directory.utf8.last == UInt8(ascii: "/") ? directory + settings.name : "\(directory)/\(settings.name)"
        let path = name + settings.period.suffix(at: date, uptime: uptime, processID: processID)
        if let file = open[kind], file.path == path { return try file.append(line) }
        let file = try AppendedFile(path)
        open[kind] = file
        try file.append(line)
        if settings.isLinked, path != name { try file.link(as: name) }
    }
}

extension StatisticsPeriod {
    /// What a file's name has behind the set's.
    package func suffix(at date: NTPDate, uptime: NTPDuration, processID: Int32) -> String {
        let day = CivilTime(date)
        let month = padded(Int64(day.month), 2)
        switch self {
        case .none: return ""
        case .pid: return ".#\(processID)"
        case .day: return ".\(padded(Int64(day.year), 4))\(month)\(padded(Int64(day.day), 2))"
        case .week:
            let (year, week) = day.isoWeek
            return ".\(padded(Int64(year), 4))W\(padded(Int64(week), 2))"
        case .month: return ".\(padded(Int64(day.year), 4))\(month)"
        case .year: return ".\(padded(Int64(day.year), 4))"
        case .age: return ".a\(padded(Int64(uptime.seconds / 86_400) * 86_400, 8))"
        }
    }
}
