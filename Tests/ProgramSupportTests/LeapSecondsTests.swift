import Configuration
import Foundation
import NTPTime
import Support
import Testing

@testable import ProgramSupport

@Suite struct `A published leap second file` {
    private func load(_ path: String, _ option: String = "") throws -> LeapSecondTable {
        let configuration = Configuration.parse(text: "leapfile \"\(path)\" \(option)", file: "f").configuration
        return try LeapSeconds.load(try #require(configuration.leapFile))
    }

    @Test func `is believed by its hash`() throws {
        let table = try load(Corpus.path("leap-seconds.list"))
        #expect(table.changes.count == 28 && table.changes.last?.taiOffset == 37)
        #expect(table.expiry > CivilTime(year: 2026, month: 1, day: 1).date)
    }

    @Test func `with another number in it is not, unless nobody asks`() throws {
        let text = try String(contentsOfFile: Corpus.path("leap-seconds.list"), encoding: .utf8)
        let altered = FileManager.default.temporaryDirectory.appending(path: "tickover-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: altered) }
        // The last leap second, half a year later.
        try text.replacing("3692217600", with: "3707856000").write(toFile: altered, atomically: true, encoding: .utf8)
        let error = #expect(throws: StateFileError.self) { try load(altered) }
        #expect(error?.description == "\(altered): the hash is not that of the numbers")
        #expect(try load(altered, "ignorehash").changes.count == 28)
    }
}
