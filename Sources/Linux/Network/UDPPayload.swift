/// Finds the payload in a packet as the kernel hands it back on the error queue, with all the headers it had put in
/// front by then: Ethernet's, if the device has such, and IP's.
package enum UDPPayload {
    private static let udp: UInt8 = 17
    private static let udpHeader = 8

    /// Where the payload of `packet` is; it may be cut short at the end. nil when there is no UDP packet to be found.
    package static func range(in packet: [UInt8]) -> Range<Int>? {
        if let start = ethernetPayload(packet), let range = internetPayload(packet, from: start) { return range }
        return internetPayload(packet, from: 0)
    }

    private static func number(_ packet: [UInt8], _ index: Int) -> Int? {
        guard index >= 0, index + 1 < packet.count else { return nil }
        return Int(packet[index]) << 8 | Int(packet[index + 1])
    }

    /// Past the two addresses, VLAN tags and the type.
    private static func ethernetPayload(_ packet: [UInt8]) -> Int? {
        var index = 12
        while let type = number(packet, index) {
            switch type {
            case 0x8100, 0x88a8: index += 4
            case 0x0800, 0x86dd: return index + 2
            default: return nil
            }
        }
        return nil
    }

    private static func internetPayload(_ packet: [UInt8], from start: Int) -> Range<Int>? {
        guard start < packet.count else { return nil }
        switch packet[start] >> 4 {
        case 4:
            let header = Int(packet[start] & 15) * 4
            guard header >= 20, start + header <= packet.count, packet[start + 9] == udp else { return nil }
            return datagram(packet, from: start + header)
        case 6: return version6Payload(packet, from: start)
        default: return nil
        }
    }

    /// Past the fixed header and those extension headers that have the common layout (RFC 8200 section 4).
    private static func version6Payload(_ packet: [UInt8], from start: Int) -> Range<Int>? {
        guard start + 40 <= packet.count else { return nil }
        var next = packet[start + 6]
        var index = start + 40
        while next != udp {
            guard next == 0 || next == 43 || next == 60, index + 1 < packet.count else { return nil }
            next = packet[index]
            index += (Int(packet[index + 1]) + 1) * 8
        }
        return datagram(packet, from: index)
    }

    private static func datagram(_ packet: [UInt8], from start: Int) -> Range<Int>? {
        guard let length = number(packet, start + 4), length >= udpHeader, start + udpHeader <= packet.count else {
            return nil
        }
        return start + udpHeader..<Swift.min(start + length, packet.count)
    }
}
