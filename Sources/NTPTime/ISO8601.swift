/// ISO 8601 / RFC 3339 text, UTC only.
extension CivilTime {
    /// `2026-01-31T23:59:59Z`.
    package var iso8601: String { "\(datePart)T\(timePart)Z" }

    private var datePart: String { "\(padded(Int64(year), 4))-\(padded(Int64(month), 2))-\(padded(Int64(day), 2))" }
    private var timePart: String {
        "\(padded(Int64(hour), 2)):\(padded(Int64(minute), 2)):\(padded(Int64(second), 2))"
    }
}

extension NTPDate {
    /// `2026-01-31T23:59:59.123456Z`; the fraction is cut, not rounded, so the second shown is the one it lies in.
    package func iso8601(decimals: Int) -> String {
        let whole = CivilTime(self).iso8601
        guard decimals > 0 else { return whole }
        var digits = padded(Int64(nanoseconds), 9)
        digits.removeLast(9 - Swift.min(decimals, 9))
        return "\(whole.dropLast()).\(digits)Z"
    }

    /// Reads `YYYY-MM-DDThh:mm:ss[.fraction]Z`; a space may stand for the `T`. Returns nil for anything else,
    /// including a time without the `Z`, whose zone nobody can know.
    package init?(iso8601 text: String) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= bytes.count else { return nil }
            var value: Int64 = 0
            for index in range {
                guard (0x30...0x39).contains(bytes[index]) else { return nil }
                value = value * 10 + Int64(bytes[index] - 0x30)
            }
            return value
        }
        func separator(_ index: Int, _ allowed: Character...) -> Bool {
            index < bytes.count && allowed.contains(Character(UnicodeScalar(bytes[index])))
        }
        guard bytes.last == 0x5a,
            let year = number(0..<4), separator(4, "-"), let month = number(5..<7), separator(7, "-"),
            let day = number(8..<10), separator(10, "T", "t", " "), let hour = number(11..<13), separator(13, ":"),
            let minute = number(14..<16), separator(16, ":"), let second = number(17..<19)
        else { return nil }
        let civil = CivilTime(
            year: Int32(year),
            month: UInt8(month),
            day: UInt8(day),
            hour: UInt8(hour),
            minute: UInt8(minute),
            second: UInt8(second)
        )
        guard civil.isValid else { return nil }
        self = civil.date
        let end = bytes.count - 1
        guard end > 19 else { return }
        let digits = 20..<Swift.min(end, 29)
        guard separator(19, "."), !digits.isEmpty, let value = number(digits), number(digits.lowerBound..<end) != nil
        else { return nil }
        var nanoseconds = value
        for _ in digits.count..<9 { nanoseconds *= 10 }
        self += NTPDuration(nanoseconds: nanoseconds)
    }
}
