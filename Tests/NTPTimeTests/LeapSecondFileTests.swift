import Support
import Testing

@testable import NTPTime

private let published = """
    #	Updated through IERS Bulletin C
    #$	 3676924800
    #@	3707596800
    2272060800	10	# 1 Jan 1972
    2287785600	11	# 1 Jul 1972
    3692217600	12	# 1 Jan 2017

    #h	16edd0f0 3666784f 37db6bdd e74ced87 59af5ac
    """

@Suite struct `A leap-seconds.list` {
    private func table(_ text: String) throws -> LeapSecondTable { try LeapSecondFile(parsing: Array(text.utf8)).table }

    private func failure(_ text: String) -> LeapSecondFileError? {
        do throws(LeapSecondFileError) {
            _ = try LeapSecondFile(parsing: Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test func `is read with its expiry and its hash`() throws {
        let file = try LeapSecondFile(parsing: Array(published.utf8))
        #expect(file.table.changes.map(\.taiOffset) == [10, 11, 12])
        #expect(file.table.changes.first?.date == CivilTime(year: 1972, month: 1, day: 1).date)
        #expect(file.table.expiry == CivilTime(year: 2017, month: 6, day: 28).date)
        let digits = "36769248003707596800227206080010228778560011369221760012"
        #expect(file.hashedDigits == Array(digits.utf8))
        #expect(file.hash?.count == 20)
        // The last word lacks its leading zero.
        #expect(file.hash?.suffix(4) == [0x05, 0x9a, 0xf5, 0xac])
    }

    @Test(arguments: ["\r\n", "\n"])
    func `may have either kind of line end, and no hash`(end: String) throws {
        let file = try LeapSecondFile(parsing: Array("#@ 1\(end)86400 5\(end)".utf8))
        #expect(file.hash == nil)
        #expect(file.table.changes == [LeapSecondTable.Change(date: NTPDate(seconds: 86_400), taiOffset: 5)])
    }

    @Test func `tells TAI and the next leap second`() throws {
        let table = try table("#@ 999\n86400 10\n172800 11\n259200 10")
        #expect(table.taiOffset(at: NTPDate(seconds: 86_399)) == nil)
        #expect(table.taiOffset(at: NTPDate(seconds: 86_400)) == 10)
        #expect(table.taiOffset(at: NTPDate(seconds: 1_000_000)) == 10)
        let insertion = try #require(table.nextLeap(after: NTPDate(seconds: 172_799)))
        #expect(insertion == LeapSecond(.insertion, before: NTPDate(seconds: 172_800)))
        let deletion = try #require(table.nextLeap(after: NTPDate(seconds: 172_800)))
        #expect(deletion == LeapSecond(.deletion, before: NTPDate(seconds: 259_200)))
        #expect(table.nextLeap(after: NTPDate(seconds: 259_200)) == nil)
        // The first line is where the table begins, no leap second.
        #expect(table.nextLeap(after: NTPDate(seconds: 0)) == nil)
    }

    @Test(arguments: [
        ("", 1, "expected a line '#@' with the date of expiry"),
        ("86400 10\n", 2, "expected a line '#@' with the date of expiry"),
        ("#@ 1\n# nothing", 2, "expected lines of a date and an offset"),
        ("#@\n86400 10", 1, "expected a date of expiry in seconds since 1900"),
        ("#@ -1\n86400 10", 1, "expected a date of expiry in seconds since 1900"),
        ("#$ x\n#@ 1\n86400 10", 1, "expected a date of the last update in seconds since 1900"),
        ("#@ 1\n86400", 2, "expected a date and an offset"),
        ("#@ 1\n86400 10 11", 2, "expected a date and an offset"),
        ("#@ 1\n86401 10", 2, "expected the date to be the start of a day"),
        ("#@ 1\n99999999999999999999 10", 2, "expected a date in seconds since 1900"),
        ("#@ 1\n86400 -10", 2, "expected an offset in seconds from 0 to 1000"),
        ("#@ 1\n86400 10\n86400 11", 3, "expected dates in their order"),
        ("#@ 1\n86400 10\n172800 12", 3, "expected the offset to change by one second from 10"),
        ("#@ 1\n86400 10\n172800 10", 3, "expected the offset to change by one second from 10"),
        ("#@ 1\n#h 1 2 3 4\n86400 10", 2, "expected a hash of five hexadecimal numbers"),
        ("#@ 1\n#h 1 2 3 4 g\n86400 10", 2, "expected a hash of five hexadecimal numbers"),
        ("#@ 1\n#h 1 2 3 4 +5\n86400 10", 2, "expected a hash of five hexadecimal numbers"),
        ("#@ 1\n#h 1 2 3 4 100000000\n86400 10", 2, "expected a hash of five hexadecimal numbers"),
        ("#@ 1\n<html>", 2, "expected a date and an offset"),
    ])
    func `that is wrong is refused with the line`(text: String, line: Int, message: String) {
        #expect(failure(text) == LeapSecondFileError(line: line, message: message))
    }
}

@Suite struct `A leap-seconds.list of any octets` {
    private static let seeds = (0..<4).map { _ in UInt64.random(in: .min ... .max) }

    @Test(arguments: seeds)
    func `is a table in order or is refused`(seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        let corpus = [Array(published.utf8), try Corpus.octets("leap-seconds.list")]
        for _ in 0..<1_000 {
            guard var octets = corpus.randomElement(using: &generator) else { return }
            generator.spoil(&octets)
            let lines = octets.count { $0 == 0x0a } + 1
            do throws(LeapSecondFileError) {
                let table = try LeapSecondFile(parsing: octets).table
                for (earlier, later) in zip(table.changes, table.changes.dropFirst()) {
                    #expect(earlier.date < later.date, "seed \(seed)")
                    #expect(abs(earlier.taiOffset - later.taiOffset) == 1, "seed \(seed)")
                }
                #expect(!table.changes.isEmpty, "seed \(seed)")
            } catch {
                #expect((1...lines).contains(error.line), "seed \(seed)")
            }
        }
    }
}
