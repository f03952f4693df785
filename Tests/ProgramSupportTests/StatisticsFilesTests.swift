import Configuration
import Foundation
import Linux
import NTPTime
import Testing

@testable import ProgramSupport

@Suite final class `Statistics files` {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "tickover-\(UUID().uuidString)")
    private let noon = CivilTime(year: 2026, month: 11, day: 24, hour: 12).date

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func directive(_ options: String, directory: String? = nil) -> StatisticsDirective {
        let text = "statsdir \"\(directory ?? folder.path)\"\nfilegen loopstats \(options)\n"
        return Configuration.parse(text: text, file: "f").configuration.statistics
    }

    private func content(_ name: String) -> String? {
        try? String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    private var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    }

    private func write(_ line: String, by files: StatisticsFiles, at date: NTPDate, uptime: Double = 0) throws {
        try files.write(line, to: .loopstats, at: date, uptime: .seconds(uptime))
    }

    @Test func `begin anew each day, and the plain name is the newest`() throws {
        let files = StatisticsFiles(directive("type day link"))
        try write("a\n", by: files, at: noon)
        try write("b\n", by: files, at: noon + .seconds(60))
        #expect(content("loopstats") == "a\nb\n")
        try write("c\n", by: files, at: noon + .seconds(43_200))
        #expect(names == ["loopstats", "loopstats.20261124", "loopstats.20261125"])
        #expect(content("loopstats.20261124") == "a\nb\n")
        #expect(content("loopstats.20261125") == "c\n" && content("loopstats") == "c\n")
    }

    @Test func `of the same day are added to by the next run`() throws {
        try write("a\n", by: StatisticsFiles(directive("")), at: noon)
        try write("b\n", by: StatisticsFiles(directive("")), at: noon)
        #expect(content("loopstats.20261124") == "a\nb\n")
        #expect(names == ["loopstats", "loopstats.20261124"])
    }

    @Test(arguments: [
        ("type none", ""), ("type pid nolink", ".#77"), ("type day nolink", ".20261124"),
        ("type week nolink", ".2026W48"), ("type month nolink", ".202611"), ("type year nolink", ".2026"),
        ("type age nolink", ".a00172800"),
    ])
    func `are named by their type`(options: String, suffix: String) throws {
        let files = StatisticsFiles(directive("file loop \(options)"), processID: 77)
        try write("x\n", by: files, at: noon, uptime: 200_000)
        #expect(names == ["loop\(suffix)"])
    }

    @Test func `leave alone what had the plain name`() throws {
        try Data("old".utf8).write(to: folder.appending(path: "loopstats"))
        try write("a\n", by: StatisticsFiles(directive("type year")), at: noon)
        #expect(content("loopstats") == "a\n")
        #expect(names.count == 3 && names.contains { $0.hasPrefix("loopstats.C") && content($0) == "old" })
    }

    @Test func `are made anew after they were moved away`() throws {
        let files = StatisticsFiles(directive("type none"))
        try write("a\n", by: files, at: noon)
        try FileManager.default.moveItem(at: folder.appending(path: "loopstats"), to: folder.appending(path: "old"))
        try write("b\n", by: files, at: noon)
        files.reopen(directive("type none"))
        try write("c\n", by: files, at: noon)
        #expect(content("old") == "a\nb\n" && content("loopstats") == "c\n")
    }

    @Test func `are not made when they are not wanted, and say so when they cannot be`() throws {
        try write("a\n", by: StatisticsFiles(directive("disable")), at: noon)
        #expect(names.isEmpty)
        #expect(throws: LinuxError.self) {
            try self.write("a\n", by: StatisticsFiles(self.directive("", directory: "/nowhere")), at: self.noon)
        }
    }
}

@Suite struct `A week` {
    @Test(arguments: [
        (2026, 11, 24, 2026, 48), (2027, 1, 3, 2026, 53), (2027, 1, 4, 2027, 1), (2024, 12, 30, 2025, 1),
        (2023, 1, 1, 2022, 52), (2020, 12, 31, 2020, 53),
    ])
    func `is ISO 8601's`(year: Int32, month: UInt8, day: UInt8, weekYear: Int32, week: UInt8) {
        #expect(CivilTime(year: year, month: month, day: day).isoWeek == (weekYear, week))
    }
}
