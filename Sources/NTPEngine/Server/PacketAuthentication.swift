import Authentication
import NTPWire

/// What a packet's message authentication code says of where it comes from.
package enum PacketAuthentication {
    /// It has none.
    case absent
    /// Somebody who knows the key has made it; the digest has so many octets.
    case genuine(SymmetricKey, digestLength: Int)
    /// The key is not trusted, or the code not the packet's.
    case forged
    /// It is no code at all, but says that ours was wrong.
    case cryptoNAK

    package var isGenuine: Bool {
        if case .genuine = self { return true }
        return false
    }

    var isForged: Bool {
        if case .forged = self { return true }
        return false
    }
}

extension KeyTable {
    package func authentication(of datagram: Span<UInt8>, _ trailer: PacketTrailer) -> PacketAuthentication {
        switch trailer {
        case .none: return .absent
        case .cryptoNAK: return .cryptoNAK
        case .code(let id, let offset):
            let code = datagram.extracting((offset + 4)...)
            guard let key = key(id), key.isCode(code, of: datagram.extracting(..<offset)) else { return .forged }
            return .genuine(key, digestLength: code.count)
        }
    }
}

extension NTPDatagram {
    /// Makes it a reply, authenticated by the key of its request (RFC 5905 section 9.2).
    mutating func begin(with reply: NTPPacket, answering request: PacketAuthentication) {
        begin(with: reply)
        switch request {
        case .absent, .cryptoNAK: break
        case .genuine(let key, let length): authenticate(with: key, digestLength: length)
        case .forged: append(bigEndian: 0)
        }
    }

    /// Appends the code of the packet so far.
    mutating func authenticate(with key: SymmetricKey, digestLength: Int) {
        let digest = key.digest(of: span).octets
        append(bigEndian: key.id)
        for index in 0..<digestLength { append(digest[index]) }
    }
}
