/// What follows the header of a packet: extension fields, which are passed over, and a message authentication code.
package enum PacketTrailer: Hashable, Sendable {
    case none
    /// A key's number, 0, without a code: the answer to a packet whose code was wrong (RFC 5905 section 9.2).
    case cryptoNAK
    /// A code of the octets before `offset`, where the key's number is; the digest begins 4 octets on.
    case code(keyID: UInt32, offset: Int)

    /// Octets of a key's number and a digest; version 4 has no longer ones than 24, as extension fields may precede them.
    private static let codeLengths = [20, 24]
    static let oldCodeLengths = [20, 24, 36]
    private static let shortestField = 16

    /// Parses by RFC 7822 section 7.5: what is longer than any code begins with an extension field.
    ///
    /// - Parameter datagram: with a whole header.
    package init(_ datagram: Span<UInt8>, version: UInt8) throws(NTPPacketError) {
        var offset = NTPPacket.length
        while version == 4, datagram.count - offset > 24 {
            let length = Int(UInt16(bigEndian: datagram, at: offset + 2))
            guard length >= Self.shortestField, length % 4 == 0, length <= datagram.count - offset else {
                throw .malformedTrailer
            }
            offset += length
        }
        switch datagram.count - offset {
        case 0: self = .none
        case 4: self = .cryptoNAK
        case let rest where (version == 4 ? Self.codeLengths : Self.oldCodeLengths).contains(rest):
            self = .code(keyID: UInt32(bigEndian: datagram, at: offset), offset: offset)
        default: throw .malformedTrailer
        }
    }
}
