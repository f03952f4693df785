/// A packet as it goes out: the header, and behind it a message authentication code if there is one.
package struct NTPDatagram: Sendable {
    /// A header, a key's number, and the longest digest.
    package static let capacity = 84

    private var octets = InlineArray<84, UInt8>(repeating: 0)
    package private(set) var count = NTPPacket.length
    /// Whether somebody will ask when it left.
    package var isTracked = false

    package init(_ packet: NTPPacket) {
        var span = octets.mutableSpan
        var bytes = span.mutableBytes
        bytes.storeBytes(of: packet.octets, as: NTPPacket.Octets.self)
    }

    package var span: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { octets.span.extracting(first: count) }
    }

    /// - Precondition: there is room.
    package mutating func append(_ octet: UInt8) {
        octets[count] = octet
        count += 1
    }

    package mutating func append(bigEndian number: UInt32) {
        for shift in stride(from: UInt32(24), through: 0, by: -8) { append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
}
