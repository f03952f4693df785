/// A leap-seconds.list as the IERS and NIST publish it.
///
/// Lines of a date in seconds since 1900 and of the offset from then on; `#$` has the date of the last update, `#@` the
/// date of expiry, `#h` the SHA-1 of all these numbers' digits in their order. Other lines that begin with `#` are
/// comments.
package struct LeapSecondFile: Equatable, Sendable {
    package var table: LeapSecondTable
    /// What the hash is over.
    package var hashedDigits: [UInt8] = []
    /// The 20 octets of `#h`; nil without such a line.
    package var hash: [UInt8]?

    /// - Throws: what is wrong with the first line that is.
    package init(parsing octets: [UInt8]) throws(LeapSecondFileError) {
        var reader = LeapSecondReader()
        var number = 0
        for line in octets.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            do throws(LeapSecondReader.Wrong) {
                try reader.read(line)
            } catch {
                throw LeapSecondFileError(line: number, message: error.message)
            }
        }
        guard let expiry = reader.expiry else {
            throw LeapSecondFileError(line: number, message: "expected a line '#@' with the date of expiry")
        }
        guard !reader.changes.isEmpty else {
            throw LeapSecondFileError(line: number, message: "expected lines of a date and an offset")
        }
        table = LeapSecondTable(changes: reader.changes, expiry: expiry)
        hashedDigits = reader.digits
        hash = reader.hash
    }
}

package struct LeapSecondFileError: Error, Equatable {
    /// From 1.
    package var line: Int
    package var message: String
}

private struct LeapSecondReader {
    struct Wrong: Error {
        var message: String
    }

    var changes: [LeapSecondTable.Change] = []
    var expiry: NTPDate?
    var hash: [UInt8]?
    var digits: [UInt8] = []

    mutating func read(_ line: ArraySlice<UInt8>) throws(Wrong) {
        if line.starts(with: Array("#$".utf8)) {
            _ = try date(of: words(line.dropFirst(2)).first, "a date of the last update")
        } else if line.starts(with: Array("#@".utf8)) {
            expiry = try date(of: words(line.dropFirst(2)).first, "a date of expiry")
        } else if line.starts(with: Array("#h".utf8)) {
            hash = try hash(of: words(line.dropFirst(2)))
        } else {
            let words = words(line.prefix { $0 != UInt8(ascii: "#") })
            guard !words.isEmpty else { return }
            guard words.count == 2 else { throw Wrong(message: "expected a date and an offset") }
            try add(words[0], words[1])
        }
    }

    private mutating func add(_ date: ArraySlice<UInt8>, _ offset: ArraySlice<UInt8>) throws(Wrong) {
        let date = try self.date(of: date, "a date")
        guard date.seconds % 86_400 == 0 else { throw Wrong(message: "expected the date to be the start of a day") }
        let seconds = try number(offset, "an offset in seconds from 0 to 1000", upTo: 1_000)
        let change = LeapSecondTable.Change(date: date, taiOffset: Int32(seconds))
        if let last = changes.last {
            guard last.date < date else { throw Wrong(message: "expected dates in their order") }
            guard abs(change.taiOffset - last.taiOffset) == 1 else {
                throw Wrong(message: "expected the offset to change by one second from \(last.taiOffset)")
            }
        }
        changes.append(change)
    }

    private mutating func date(of word: ArraySlice<UInt8>?, _ expected: String) throws(Wrong) -> NTPDate {
        NTPDate(seconds: try number(word ?? [], "\(expected) in seconds since 1900", upTo: 100_000_000_000))
    }

    private mutating func number(
        _ word: ArraySlice<UInt8>,
        _ expected: String,
        upTo limit: Int64
    ) throws(Wrong) -> Int64 {
        guard !word.isEmpty, word.allSatisfy({ (0x30...0x39).contains($0) }),
            let value = Int64(String(decoding: word, as: UTF8.self)), value <= limit
        else { throw Wrong(message: "expected \(expected)") }
        digits += word
        return value
    }

    /// Five words of 32 bits, which NIST once wrote without leading zeros.
    private func hash(of words: [ArraySlice<UInt8>]) throws(Wrong) -> [UInt8] {
        var octets: [UInt8] = []
        for word in words {
            let text = String(decoding: word, as: UTF8.self)
            guard text.utf8.first != UInt8(ascii: "+"), let bits = UInt32(text, radix: 16) else { break }
            octets += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: bits >> $0) }
        }
        guard words.count == 5, octets.count == 20 else {
            throw Wrong(message: "expected a hash of five hexadecimal numbers")
        }
        return octets
    }

    private func words(_ text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        text.split { $0 == 0x20 || (0x09...0x0d).contains($0) }
    }
}
