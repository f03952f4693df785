/// Symmetric keys: which of those in the file are trusted.
extension Parser {
    /// ntpd's numbers of keys.
    static let keyNumbers: ClosedRange<Int64> = 1...65_535

    /// Numbers, and `(10 ... 20)` for all from one to another.
    mutating func trustedKeys(_ line: inout DirectiveLine) throws(SyntaxError) {
        guard line.hasMore else {
            throw SyntaxError(at: line.keyword, "expected \(Self.keysExpected) after 'trustedkey'")
        }
        while let token = line.next() {
            var text = token.text
            while text.hasPrefix("("), !text.hasSuffix(")"), let next = line.next() { text += next.text }
            guard let range = Self.keyRange(text) else {
                throw SyntaxError(at: token, "expected \(Self.keysExpected), found \(token.shown)")
            }
            configuration.trustedKeys.append(range)
        }
    }

    private static let keysExpected = "numbers of keys from 1 to 65535 or ranges of them such as (10 ... 20)"

    private static func keyRange(_ text: String) -> ClosedRange<UInt32>? {
        guard text.hasPrefix("("), text.hasSuffix(")") else {
            return ValueText.wholeNumber(text, in: keyNumbers).map { UInt32($0)...UInt32($0) }
        }
        let ends = text.dropFirst().dropLast().split(separator: ".")
        guard ends.count == 2, text.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 3,
            let first = ValueText.wholeNumber(String(ends[0]), in: keyNumbers),
            let last = ValueText.wholeNumber(String(ends[1]), in: keyNumbers), first <= last
        else { return nil }
        return UInt32(first)...UInt32(last)
    }
}
