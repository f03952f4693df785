/// The reference identifier (RFC 5905 section 7.3): text at stratum 0 and 1, a server's address or its hash above.
package struct ReferenceID: BitwiseCopyable, Hashable, Sendable {
    /// First octet in the most significant byte.
    package var bits: UInt32

    package init(bits: UInt32) { self.bits = bits }

    /// Up to four ASCII characters, padded with zero octets; further ones are cut.
    package init(text: StaticString) {
        var bits: UInt32 = 0
        for index in 0..<4 {
            bits = bits << 8 | (index < text.utf8CodeUnitCount ? UInt32(text.utf8Start[index]) : 0)
        }
        self.bits = bits
    }

    /// Served while the clock is steered by the real-time clock.
    package static let rtc = ReferenceID(text: "RTC")
    /// Served while the clock runs as it will, by ntpd's names: the address of its local clock's driver, and its orphan
    /// mode at stratum 1 and above.
    package static let localClock = ReferenceID(bits: 0x7f7f_0100)
    package static let orphan = ReferenceID(text: "LOOP")
    package static let loopback = ReferenceID(bits: 0x7f00_0001)
    /// Kiss code of a server that has not yet synchronised for the first time (RFC 5905 figure 13).
    package static let initial = ReferenceID(text: "INIT")
    /// Kiss codes that a client has to obey (RFC 5905 section 7.4).
    package static let rate = ReferenceID(text: "RATE")
    package static let deny = ReferenceID(text: "DENY")
    package static let restrict = ReferenceID(text: "RSTR")

    /// The identifier as text, when all of its octets are printable ASCII up to zero padding; otherwise nil.
    package var text: String? {
        var characters = ""
        var remaining = bits
        while remaining != 0 {
            let octet = UInt8(remaining >> 24)
            guard (0x20...0x7e).contains(octet) else { return nil }
            characters.append(Character(UnicodeScalar(octet)))
            remaining <<= 8
        }
        return characters.isEmpty ? nil : characters
    }

    /// The four octets as a dotted quad.
    package var dottedQuad: String { "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)" }
}
