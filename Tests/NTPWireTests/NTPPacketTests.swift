import NTPTime
import Support
import Testing

@testable import NTPWire

@Suite struct `Packet header` {
    /// A stratum 2 reply with every field different.
    static let octets: [UInt8] =
        [0x64, 2, 10, 0xe9, 0, 1, 2, 3, 0, 4, 5, 6, 192, 0, 2, 1]
        + (0..<32).map { UInt8(0xa0 + $0) }

    @Test func `has its fields where RFC 5905 figure 8 has them`() throws {
        let packet = try NTPPacket(Self.octets.span)
        #expect(packet.leap == .insertion && packet.version == 4 && packet.mode == .server)
        #expect(packet.stratum == 2 && packet.poll == PollExponent(10) && packet.precision == -23)
        #expect(packet.rootDelay.bits == 0x0001_0203 && packet.rootDispersion.bits == 0x0004_0506)
        #expect(packet.referenceID.dottedQuad == "192.0.2.1")
        #expect(packet.referenceTimestamp.bits == 0xa0a1_a2a3_a4a5_a6a7)
        #expect(packet.originTimestamp.bits == 0xa8a9_aaab_acad_aeaf)
        #expect(packet.receiveTimestamp.bits == 0xb0b1_b2b3_b4b5_b6b7)
        #expect(packet.transmitTimestamp.bits == 0xb8b9_babb_bcbd_bebf)
    }

    @Test func `is written as it was read, whatever the octets`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SplitMix(state: seed)
        for _ in 0..<2_000 {
            let octets = (0..<48).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let written = try NTPPacket(octets.span).octets
            #expect((0..<48).map { written[$0] } == octets, "seed \(seed)")
        }
    }

    @Test(arguments: 0..<48) func `is refused when cut short`(length: Int) {
        #expect(throws: NTPPacketError.truncated(length: length)) {
            try NTPPacket(Array(Self.octets.prefix(length)).span)
        }
    }
}

@Suite struct `Reference identifiers` {
    @Test func `are text where they are printable`() {
        #expect(ReferenceID.initial.text == "INIT")
        #expect(ReferenceID.rtc.bits == 0x5254_4300 && ReferenceID.rtc.text == "RTC")
        #expect(ReferenceID(bits: 0).text == nil)
        #expect(ReferenceID(bits: 0xc000_0201).text == nil)
        #expect(ReferenceID(bits: 0x4100_4200).text == nil)
    }
}
