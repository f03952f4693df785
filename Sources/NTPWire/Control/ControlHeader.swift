import NTPTime

/// The 12-octet header of a control message (RFC 9327 section 2).
package struct ControlHeader: Equatable, Sendable {
    package var leap: LeapIndicator = .none
    /// 0–7 on the wire.
    package var version: UInt8
    package var isResponse = false
    package var isError = false
    /// Not the last fragment.
    package var hasMore = false
    /// 0–31 on the wire.
    package var opcode: UInt8
    package var sequence: UInt16
    package var status: UInt16 = 0
    package var association: UInt16
    /// Where this fragment's data belongs, and how many octets of it there are.
    package var offset: UInt16 = 0
    package var count: UInt16 = 0

    package static let length = 12
    /// Data of one datagram.
    package static let longestData = 468

    /// What follows so many octets of data, for a multiple of 4 octets in all.
    static func padding(after count: Int) -> [UInt8] { Array(repeating: 0, count: -count & 3) }

    init(version: UInt8, opcode: UInt8, sequence: UInt16, association: UInt16, count: UInt16) {
        self.version = version
        self.opcode = opcode
        self.sequence = sequence
        self.association = association
        self.count = count
    }

    /// Reads the header at the start of a datagram; nil below 12 octets.
    package init?(_ datagram: Span<UInt8>) {
        guard datagram.count >= Self.length else { return nil }
        leap = LeapIndicator(rawValue: datagram[0] >> 6) ?? .unsynchronised
        version = datagram[0] >> 3 & 7
        isResponse = datagram[1] & 0x80 != 0
        isError = datagram[1] & 0x40 != 0
        hasMore = datagram[1] & 0x20 != 0
        opcode = datagram[1] & 0x1f
        sequence = UInt16(bigEndian: datagram, at: 2)
        status = UInt16(bigEndian: datagram, at: 4)
        association = UInt16(bigEndian: datagram, at: 6)
        offset = UInt16(bigEndian: datagram, at: 8)
        count = UInt16(bigEndian: datagram, at: 10)
    }

    package var octets: [UInt8] {
        let flags = (isResponse ? 0x80 : 0) | (isError ? 0x40 : 0) | (hasMore ? 0x20 : 0) as UInt8
        let first = leap.rawValue << 6 | (version & 7) << 3 | NTPMode.control.rawValue
        return [first, flags | opcode & 0x1f]
            + [sequence, status, association, offset, count].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
    }
}

/// What a control message asks for (RFC 9327 section 2), as far as ntpd knows it.
package enum ControlOperation: UInt8, Sendable {
    case unspecified = 0
    case readStatus = 1
    case readVariables = 2
    case writeVariables = 3
    case readClockVariables = 4
    case writeClockVariables = 5
    case configure = 8
    case saveConfiguration = 9
    case readClients = 10
    case readOrderedList = 11
    case requestNonce = 12
}

/// Why a control message is not answered as asked (RFC 9327 section 3.4).
package enum ControlError: UInt8, Error, Sendable {
    /// No reason given, or one that is not known.
    case unspecified = 0
    case permission = 1
    case badFormat = 2
    case badOperation = 3
    case badAssociation = 4
    case unknownVariable = 5
    case badValue = 6
}
