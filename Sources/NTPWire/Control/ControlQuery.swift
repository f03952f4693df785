/// A control message that wants an answer.
package struct ControlQuery: Sendable {
    package let header: ControlHeader
    package let data: [UInt8]

    /// A message of version 2, as ntpq sends it.
    ///
    /// - Parameter text: what is asked for; empty for everything.
    /// - Returns: nil when the text is not ASCII, or longer than a datagram may be.
    package init?(_ operation: ControlOperation, association: UInt16, sequence: UInt16, text: String) {
        data = Array(text.utf8)
        guard data.count <= ControlHeader.longestData, data.allSatisfy({ $0 < 0x80 }) else { return nil }
        header = ControlHeader(
            version: 2,
            opcode: operation.rawValue,
            sequence: sequence,
            association: association,
            count: UInt16(data.count)
        )
    }

    /// The datagram, padded to a multiple of 4 octets.
    package var octets: [UInt8] { header.octets + data + ControlHeader.padding(after: data.count) }

    package static func isControlMessage(_ datagram: Span<UInt8>) -> Bool {
        !datagram.isEmpty && datagram[0] & 7 == NTPMode.control.rawValue
    }

    /// - Returns: nil for what gets no answer, as ntpd has it: no control message, or one that is itself an answer or a
    ///   part of something.
    /// - Throws: `badFormat` when its data are not there, with the header to answer it by.
    package init?(_ datagram: Span<UInt8>) throws(MalformedControlQuery) {
        guard Self.isControlMessage(datagram), let header = ControlHeader(datagram), (1...4).contains(header.version),
            !header.isResponse, !header.isError, !header.hasMore, header.offset == 0
        else { return nil }
        let end = ControlHeader.length + Int(header.count)
        guard end <= datagram.count, datagram.count % 4 == 0 else { throw MalformedControlQuery(header: header) }
        self.header = header
        data = (ControlHeader.length..<end).map { datagram[$0] }
    }

    /// What is behind the data, and to be of any use begins at a multiple of 8 octets (RFC 9327 section 2).
    package static func trailer(_ datagram: Span<UInt8>) -> PacketTrailer {
        guard let header = ControlHeader(datagram) else { return .none }
        let offset = (ControlHeader.length + Int(header.count) + 7) & ~7
        guard PacketTrailer.oldCodeLengths.contains(datagram.count - offset) else { return .none }
        return .code(keyID: UInt32(bigEndian: datagram, at: offset), offset: offset)
    }

    /// `name=value, name, ...`: the names with what they are said to be, empty without a word.
    package var items: [(name: String, value: String)] {
        let text = data.filter { $0 != 0 }
        return text.split(separator: UInt8(ascii: ",")).compactMap { item in
            let parts = item.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = Self.trimmed(parts[0])
            return name.isEmpty ? nil : (name, parts.count > 1 ? Self.trimmed(parts[1]) : "")
        }
    }

    static func trimmed(_ octets: ArraySlice<UInt8>) -> String {
        func isSpace(_ octet: UInt8) -> Bool { octet <= 0x20 }
        let rest = octets.drop(while: isSpace)
        guard let end = rest.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(decoding: rest[...end], as: UTF8.self)
    }
}

package struct MalformedControlQuery: Error {
    package let header: ControlHeader
}
