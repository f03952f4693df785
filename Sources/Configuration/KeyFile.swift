import Authentication

/// ntpd's file of symmetric keys: a line for each, with its number, its type and the secret, which is text or, beyond 20
/// characters, hexadecimal.
package struct KeyFile: Sendable {
    package private(set) var keys: [SymmetricKey] = []
    /// Lines that give no key.
    package private(set) var diagnostics: [Diagnostic] = []
    private let name: String

    private static let longestText = 20
    /// ntpd's and chrony's names for them, in capitals or not.
    private static let types: [(name: String, algorithm: DigestAlgorithm)] = [
        ("M", .md5), ("MD5", .md5), ("SHA", .sha1), ("SHA1", .sha1), ("SHA-1", .sha1), ("SHA256", .sha256),
        ("SHA-256", .sha256), ("AES", .aes128CMAC), ("AES128", .aes128CMAC), ("AES-128", .aes128CMAC),
        ("AES128CMAC", .aes128CMAC),
    ]

    /// - Parameter file: the name that the diagnostics carry.
    package init(parsing bytes: [UInt8], file: String) {
        name = file
        let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() { read(words(of: line, number: index + 1)) }
    }

    /// Quotes are characters as any other here.
    private func words(of line: ArraySlice<UInt8>, number: Int) -> [Token] {
        let content = line.prefix { $0 != UInt8(ascii: "#") }
        return content.split(whereSeparator: { $0 == 0x20 || (0x09...0x0d).contains($0) }).map { word in
            let before = String(decoding: line[line.startIndex..<word.startIndex], as: UTF8.self)
            return Token(
                text: String(decoding: word, as: UTF8.self),
                line: number,
                column: before.unicodeScalars.count + 1
            )
        }
    }

    private mutating func read(_ words: [Token]) {
        guard let number = words.first else { return }
        do throws(SyntaxError) {
            let key = try key(words, number)
            if let index = keys.firstIndex(where: { $0.id == key.id }) {
                keys.remove(at: index)
                report(SyntaxError(at: number, "key \(key.id) replaces an earlier one"))
            }
            keys.append(key)
        } catch {
            report(error)
        }
    }

    private mutating func report(_ problem: SyntaxError) {
        diagnostics.append(
            Diagnostic(
                severity: .warning,
                file: name,
                line: problem.token.line,
                column: problem.token.column,
                message: problem.message
            )
        )
    }

    /// What is wrong is said without the words that are: any of them may be a secret.
    private func key(_ words: [Token], _ number: Token) throws(SyntaxError) -> SymmetricKey {
        guard let id = ValueText.wholeNumber(number.text, in: Parser.keyNumbers) else {
            throw SyntaxError(
                at: number,
                "expected the number of a key from 1 to 65535; ignored"
            )
        }
        guard words.count >= 3 else {
            throw SyntaxError(at: number, "expected a type and a secret after the number of key \(id); ignored")
        }
        let type = Self.types.first { $0.name.utf8.elementsEqual(words[1].text.utf8) { $0 | 0x20 == $1 | 0x20 } }
        guard let type else {
            throw SyntaxError(
                at: words[1],
                "expected MD5, SHA1, SHA256 or AES as the type of key \(id); ignored"
            )
        }
        guard words.count == 3 else {
            throw SyntaxError(at: words[3], "key \(id) for certain addresses only is not supported; ignored")
        }
        let secret = words[2].text.utf8.count > Self.longestText ? octets(words[2].text) : Array(words[2].text.utf8)
        guard let secret, let key = SymmetricKey(id: UInt32(id), algorithm: type.algorithm, secret: secret) else {
            throw SyntaxError(
                at: words[2],
                type.algorithm == .aes128CMAC
                    ? "expected 32 hexadecimal digits or 16 characters as key \(id); ignored"
                    : "expected 20 characters at most or hexadecimal digits as key \(id); ignored"
            )
        }
        return key
    }

    /// Of two hexadecimal digits each.
    private func octets(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        var octets: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
            octets.append(high << 4 | low)
        }
        return octets
    }

    private func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46, 0x61...0x66: (digit | 0x20) - 0x61 + 10
        default: nil
        }
    }
}
