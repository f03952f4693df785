/// The words after a directive's name, taken one by one.
package struct DirectiveLine {
    package let keyword: Token
    private var rest: ArraySlice<Token>

    /// nil for a line without words.
    package init?(_ tokens: [Token]) {
        guard let keyword = tokens.first else { return nil }
        self.keyword = keyword
        rest = tokens.dropFirst()
    }

    package mutating func next() -> Token? { rest.popFirst() }

    /// The next word, which must be there.
    ///
    /// - Parameter option: the word that it belongs to; nil for the directive.
    mutating func next(after option: Token? = nil, expecting expected: String) throws(SyntaxError) -> Token {
        guard let token = next() else {
            let before = option ?? keyword
            throw SyntaxError(at: before, "expected \(expected) after \(before.shown)")
        }
        return token
    }

    package var hasMore: Bool { !rest.isEmpty }

    /// For lines that are not looked at any further.
    mutating func skipRest() { rest = [] }

    /// The word that follows, if it is one of the family options.
    mutating func nextFamilyOption() -> Token? {
        guard let token = rest.first, token.text == "-4" || token.text == "-6" else { return nil }
        return rest.popFirst()
    }

    /// The word that follows `option`, as `read` understands it.
    ///
    /// - Parameter expected: what it should be, for the message when it is missing or when `read` returns nil.
    package mutating func value<Value>(
        of option: Token,
        expected: String,
        read: (String) -> Value?
    ) throws(SyntaxError) -> Value {
        let token = try next(after: option, expecting: expected)
        guard let value = read(token.text) else {
            throw SyntaxError(at: token, "expected \(expected), found \(token.shown)")
        }
        return value
    }

    package mutating func wholeNumber(of option: Token, in range: ClosedRange<Int64>) throws(SyntaxError) -> Int64 {
        try value(of: option, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)") {
            ValueText.wholeNumber($0, in: range)
        }
    }

    mutating func path(of option: Token, expected: String = "a path") throws(SyntaxError) -> String {
        try value(of: option, expected: expected, read: ValueText.path)
    }

    mutating func port(of option: Token) throws(SyntaxError) -> UInt16 {
        UInt16(truncatingIfNeeded: try wholeNumber(of: option, in: 1...65_535))
    }
}

/// A known directive that is wrong.
package struct SyntaxError: Error {
    package var token: Token
    package var message: String

    package init(at token: Token, _ message: String) {
        self.token = token
        self.message = message
    }
}
