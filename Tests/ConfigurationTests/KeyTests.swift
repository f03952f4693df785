import Authentication
import Support
import Testing

@testable import Configuration

@Suite struct `Key files` {
    private func parse(_ text: String) -> KeyFile { KeyFile(parsing: Array(text.utf8), file: "k") }

    /// The digest of "abc" by each key.
    private func digests(_ file: KeyFile) -> [String] {
        let message = Array("abc".utf8)
        return file.keys.map { key in
            let digest = key.digest(of: message.span)
            return (0..<4).map { String(digest.octets[$0], radix: 16) }.joined(separator: " ")
        }
    }

    @Test func `hold numbers, types and secrets, as text or in hexadecimal`() {
        let file = parse(
            """
            # comment
            1 MD5 secret
            2\tSHA1  73656372657400000000000073656372657400aa  # hex, 20 octets
            3 sha256 "quoted#
            4 AES 0123456789abcdef
            5 AES-128 2b7e151628aed2a6abf7158809cf4f3c
            65535 M s

            """
        )
        #expect(file.diagnostics.isEmpty)
        #expect(file.keys.map(\.id) == [1, 2, 3, 4, 5, 65_535])
        #expect(file.keys.map(\.algorithm) == [.md5, .sha1, .sha256, .aes128CMAC, .aes128CMAC, .md5])
        #expect(file.keys.map(\.codeLength) == [16, 20, 20, 16, 16, 16])
        // The digests of "secretabc" and of '"quotedabc'.
        #expect(digests(file)[0] == "c4 2b 93 a1" && digests(file)[2] == "90 b8 8b c6", "\(digests(file))")
        #expect(digests(parse("1 MD5 7365637265747365637265")) == digests(parse("1 M secretsecre")))
    }

    @Test(
        arguments: [
            ("0 MD5 x", "k:1:1: warning: expected the number of a key from 1 to 65535; ignored"),
            ("\n 65536 MD5 x", "k:2:2: warning: expected the number of a key from 1 to 65535; ignored"),
            ("7", "k:1:1: warning: expected a type and a secret after the number of key 7; ignored"),
            ("7 MD5 # x", "k:1:1: warning: expected a type and a secret after the number of key 7; ignored"),
            ("7 DES x", "k:1:3: warning: expected MD5, SHA1, SHA256 or AES as the type of key 7; ignored"),
            ("7 AES secret", "k:1:7: warning: expected 32 hexadecimal digits or 16 characters as key 7; ignored"),
            (
                "7 MD5 thisistextofmorethantwenty",
                "k:1:7: warning: expected 20 characters at most or hexadecimal digits as key 7; ignored"
            ),
            ("7 MD5 x 10.0.0.1", "k:1:9: warning: key 7 for certain addresses only is not supported; ignored"),
        ]
    ) func `leave out what gives no key, without showing a secret`(text: String, message: String) {
        let file = parse(text)
        #expect(file.keys.isEmpty && file.diagnostics.map(\.description) == [message])
    }

    @Test func `take the last of two keys with a number`() {
        let file = parse("1 MD5 a\n1 SHA1 b")
        #expect(file.keys.map(\.algorithm) == [.sha1])
        #expect(file.diagnostics.map(\.description) == ["k:2:1: warning: key 1 replaces an earlier one"])
    }

    @Test func `are read as ntpkeygen writes them`() throws {
        let file = KeyFile(parsing: try Corpus.octets("ntp.keys"), file: "k")
        #expect(file.diagnostics.isEmpty)
        #expect(file.keys.map(\.id) == Array(1...20) && file.keys.allSatisfy { $0.algorithm == .aes128CMAC })
    }

    @Test func `of any octets are within their bounds`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SplitMix(state: seed)
        let good = try Corpus.octets("ntp.keys")
        for _ in 0..<1_000 {
            var bytes = good
            generator.spoil(&bytes)
            let file = KeyFile(parsing: bytes, file: "k")
            #expect(file.keys.count <= 26 && file.keys.allSatisfy { (1...65_535).contains($0.id) }, "seed \(seed)")
        }
    }

    @Test func `never show a secret, whatever they are`() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SplitMix(state: seed)
        let good = Array("1 MD5 verysecret\n2 SHA1 verysecretverysecretverysecretverysecret\n3 AES verysecret\n".utf8)
        for _ in 0..<2_000 {
            var bytes = good
            generator.spoil(&bytes)
            let file = KeyFile(parsing: bytes, file: "k")
            #expect(file.keys.allSatisfy { (1...65_535).contains($0.id) }, "seed \(seed)")
            #expect(Set(file.keys.map(\.id)).count == file.keys.count, "seed \(seed)")
            for diagnostic in file.diagnostics {
                #expect(diagnostic.line >= 1 && diagnostic.column >= 1, "seed \(seed)")
                #expect(!diagnostic.message.contains("very"), "seed \(seed)")
            }
        }
    }
}

@Suite struct `Keys in a configuration` {
    private func parse(_ text: String) -> (configuration: Configuration, messages: [String]) {
        let result = Configuration.parse(text: text, file: "f")
        return (result.configuration, result.diagnostics.map(\.description))
    }

    @Test func `are named, trusted one by one and in ranges, and used by servers`() {
        let (configuration, messages) = parse(
            """
            keys /etc/ntp.keys
            trustedkey 1 65535
            trustedkey (10 ... 20) 30 (40...50)
            server ntp.example key 17
            server other.example
            """
        )
        #expect(messages.isEmpty && configuration.keyFile == "/etc/ntp.keys")
        #expect(configuration.trustedKeys == [1...1, 65_535...65_535, 10...20, 30...30, 40...50])
        #expect(configuration.servers.map(\.key) == [17, nil])
    }

    private static let expected = "numbers of keys from 1 to 65535 or ranges of them such as (10 ... 20)"

    @Test(arguments: [
        ("trustedkey", "f:1:1: error: expected \(expected) after 'trustedkey'"),
        ("trustedkey 0", "f:1:12: error: expected \(expected), found '0'"),
        ("trustedkey 1 (5 ... 4)", "f:1:14: error: expected \(expected), found '(5'"),
        ("trustedkey (5 .. 8)", "f:1:12: error: expected \(expected), found '(5'"),
        ("trustedkey (5", "f:1:12: error: expected \(expected), found '(5'"),
        ("keys", "f:1:1: error: expected a path after 'keys'"),
        ("server a key 65536", "f:1:14: error: expected a whole number from 1 to 65535, found '65536'"),
    ])
    func `that are wrong are errors`(line: String, message: String) {
        #expect(parse(line).messages == [message])
    }
}
