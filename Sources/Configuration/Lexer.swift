/// Splits a configuration into lines of words by ntpd's rules: words end at white space, at `#`, which begins a comment
/// wherever it stands, and at `"`, which begins a string that ends at the next `"` of the same line.
///
/// Takes any octets. What is not UTF-8 becomes U+FFFD in the words.
package struct Lexer {
    private let bytes: [UInt8]
    private var position: Int
    private var line = 1
    private var column = 1

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    }

    /// The words of the next line, none for an empty one; nil after the last line.
    package mutating func nextLine() -> [Token]? {
        guard position < bytes.count else { return nil }
        var tokens: [Token] = []
        while let byte = current {
            switch byte {
            case UInt8(ascii: "#"): while current != nil { advance() }
            case UInt8(ascii: "\""): tokens.append(string())
            case _ where Self.isSpace(byte): advance()
            default: tokens.append(word())
            }
        }
        position += 1
        line += 1
        column = 1
        return tokens
    }

    /// The octet at hand; nil at the end of the line.
    private var current: UInt8? {
        guard position < bytes.count, bytes[position] != UInt8(ascii: "\n") else { return nil }
        return bytes[position]
    }

    private mutating func advance() {
        position += 1
        // Continuation octets of UTF-8 are no characters of their own.
        if position >= bytes.count || bytes[position] & 0xc0 != 0x80 { column += 1 }
    }

    private mutating func word() -> Token {
        let (start, startColumn) = (position, column)
        while let byte = current, !Self.isSpace(byte), byte != UInt8(ascii: "#"), byte != UInt8(ascii: "\"") {
            advance()
        }
        return token(start..<position, startColumn)
    }

    private mutating func string() -> Token {
        let startColumn = column
        advance()
        let start = position
        while let byte = current, byte != UInt8(ascii: "\"") { advance() }
        var result = token(start..<position, startColumn)
        result.isUnterminated = current == nil
        if current != nil { advance() }
        return result
    }

    private func token(_ range: Range<Int>, _ column: Int) -> Token {
        Token(text: String(decoding: bytes[range], as: UTF8.self), line: line, column: column)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
}
