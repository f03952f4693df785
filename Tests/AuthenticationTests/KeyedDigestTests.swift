import Testing

@testable import Authentication

@Suite struct `Digests` {
    private func digest(_ algorithm: DigestAlgorithm, _ key: [UInt8], _ message: [UInt8]) -> String {
        let digest = KeyedDigest(algorithm, key: key.span, message: message.span)
        return (0..<digest.length).map { hexadecimal(digest.octets[$0]) }.joined()
    }

    private func hexadecimal(_ octet: UInt8) -> String { (octet < 16 ? "0" : "") + String(octet, radix: 16) }

    @Test(arguments: [
        (DigestAlgorithm.md5, "900150983cd24fb0d6963f7d28e17f72"),
        (.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
    func `are those of the key followed by the message`(algorithm: DigestAlgorithm, expected: String) {
        #expect(digest(algorithm, Array("a".utf8), Array("bc".utf8)) == expected)
        #expect(digest(algorithm, [], Array("abc".utf8)) == expected)
    }

    @Test func `are RFC 4493's for AES-CMAC`() {
        let key: [UInt8] = [
            0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c,
        ]
        let message: [UInt8] = [
            0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93, 0x17, 0x2a,
        ]
        #expect(digest(.aes128CMAC, key, []) == "bb1d6929e95937287fa37d129b756746")
        #expect(digest(.aes128CMAC, key, message) == "070a16b46b4d4144f79bdd9dd04a287c")
    }

    @Test func `are compared in full, and with their beginning`() {
        let message: [UInt8] = [1, 2, 3]
        let digest = KeyedDigest(.sha256, key: message.span, message: message.span)
        func begins(_ octets: [UInt8]) -> Bool { digest.begins(with: octets.span) }
        var octets = (0..<32).map { digest.octets[$0] }
        #expect(begins(octets) && begins(Array(octets.prefix(20))) && !begins(octets + [0]))
        octets[19] ^= 1
        #expect(!begins(Array(octets.prefix(20))) && begins(Array(octets.prefix(19))))
    }
}
