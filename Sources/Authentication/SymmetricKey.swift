/// A key that two hosts share, by the number under which both know it.
package struct SymmetricKey: Sendable {
    package let id: UInt32
    package let algorithm: DigestAlgorithm
    private let secret: [UInt8]

    /// Octets of a code that fit behind a packet of NTP version 4; a longer digest is cut (RFC 7822 section 7.5).
    private static let longestCode = 20

    /// nil for number 0, which says that there is no key, and for a secret that is empty or has a wrong length.
    package init?(id: UInt32, algorithm: DigestAlgorithm, secret: [UInt8]) {
        guard id != 0, !secret.isEmpty, algorithm != .aes128CMAC || secret.count == 16 else { return nil }
        self.id = id
        self.algorithm = algorithm
        self.secret = secret
    }

    /// In octets, without the key's number.
    package var codeLength: Int { min(algorithm.digestLength, Self.longestCode) }

    package func digest(of message: Span<UInt8>) -> KeyedDigest {
        KeyedDigest(algorithm, key: secret.span, message: message)
    }

    /// Whether `code` is the message's, whole or cut to the length that fits.
    package func isCode(_ code: Span<UInt8>, of message: Span<UInt8>) -> Bool {
        guard code.count == codeLength || code.count == algorithm.digestLength else { return false }
        return digest(of: message).begins(with: code)
    }
}

/// The keys that are trusted.
package struct KeyTable: Sendable {
    /// By number, ascending.
    private let keys: [SymmetricKey]

    package init(_ keys: [SymmetricKey] = []) { self.keys = keys.sorted { $0.id < $1.id } }

    package var count: Int { keys.count }

    package func key(_ id: UInt32) -> SymmetricKey? {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < keys.count && keys[low].id == id ? keys[low] : nil
    }
}
