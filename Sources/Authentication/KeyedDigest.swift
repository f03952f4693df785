import CNettle

/// How a message authentication code is made of a key and a message.
package enum DigestAlgorithm: Hashable, Sendable {
    /// The digest of the key followed by the message (RFC 5905 section 7.3); SHA-1 and SHA-256 likewise, as ntpd.
    case md5
    case sha1
    case sha256
    /// RFC 8573.
    case aes128CMAC

    /// In octets.
    package var digestLength: Int {
        switch self {
        case .md5, .aes128CMAC: 16
        case .sha1: 20
        case .sha256: 32
        }
    }
}

/// A digest, without a place of its own in memory.
package struct KeyedDigest: Sendable {
    package typealias Octets = InlineArray<32, UInt8>

    package private(set) var octets = Octets(repeating: 0)
    package let length: Int

    /// - Parameter key: 16 octets for AES-CMAC.
    package init(_ algorithm: DigestAlgorithm, key: Span<UInt8>, message: Span<UInt8>) {
        precondition(algorithm != .aes128CMAC || key.count == 16)
        length = algorithm.digestLength
        var octets = Octets(repeating: 0)
        var span = octets.mutableSpan
        span.withUnsafeMutableBufferPointer { digest in
            key.withUnsafeBufferPointer { key in
                message.withUnsafeBufferPointer { message in
                    let (keyLength, length) = (Int32(key.count), Int32(message.count))
                    switch algorithm {
                    case .md5: tko_md5(key.baseAddress, keyLength, message.baseAddress, length, digest.baseAddress)
                    case .sha1: tko_sha1(key.baseAddress, keyLength, message.baseAddress, length, digest.baseAddress)
                    case .sha256:
                        tko_sha256(key.baseAddress, keyLength, message.baseAddress, length, digest.baseAddress)
                    case .aes128CMAC:
                        tko_aes128_cmac(key.baseAddress, message.baseAddress, length, digest.baseAddress)
                    }
                }
            }
        }
        self.octets = octets
    }

    /// Whether `other` is this digest, or its beginning; takes as long whatever the octets are.
    package func begins(with other: Span<UInt8>) -> Bool {
        guard other.count <= length else { return false }
        return octets.span.withUnsafeBufferPointer { own in
            other.withUnsafeBufferPointer { tko_is_equal(own.baseAddress, $0.baseAddress, Int32($0.count)) == 1 }
        }
    }
}
