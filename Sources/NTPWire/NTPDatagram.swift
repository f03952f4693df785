/// A packet as it goes out: the header, and behind it a message authentication code if there is one.
package struct NTPDatagram: Sendable {
    /// A header, a key's number, and the longest digest.
    package static let capacity = 84

    private var octets = InlineArray<84, UInt8>(repeating: 0)
    package private(set) var count = 0
    /// Whether somebody will ask when it left.
    package var isTracked = false

    /// An empty one.
    package init() {}

    package init(_ packet: NTPPacket) { begin(with: packet) }

    /// Makes another datagram of it.
    @_optimize(speed)
    package mutating func begin(with packet: NTPPacket) {
        let words = packet.words
        var span = octets.mutableSpan
        var bytes = span.mutableBytes
        for index in words.indices {
            bytes.storeBytes(of: words[index], toByteOffset: index * MemoryLayout<UInt64>.size, as: UInt64.self)
        }
        count = NTPPacket.length
        isTracked = false
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
