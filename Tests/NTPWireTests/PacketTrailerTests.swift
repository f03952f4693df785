import Testing

@testable import NTPWire

@Suite struct `What follows the header` {
    /// An extension field of `length` octets in all.
    private func field(_ length: Int, type: UInt8 = 2) -> [UInt8] {
        [type, 4, UInt8(length >> 8), UInt8(length & 255)] + Array(repeating: 0x5a, count: length - 4)
    }

    private func code(_ length: Int) -> [UInt8] { [0, 0, 0, 7] + Array(repeating: 0xa5, count: length - 4) }

    private func trailer(_ octets: [UInt8], version: UInt8 = 4) throws -> PacketTrailer {
        let datagram = Array(repeating: 0, count: 48) + octets
        return try PacketTrailer(datagram.span, version: version)
    }

    @Test func `is nothing, a code or the word that a code was wrong`() throws {
        #expect(try trailer([]) == .none && trailer([], version: 3) == .none)
        #expect(try trailer([0, 0, 0, 0]) == .cryptoNAK && trailer([0, 0, 0, 0], version: 1) == .cryptoNAK)
        for length in [20, 24] {
            #expect(try trailer(code(length)) == .code(keyID: 7, offset: 48))
            #expect(try trailer(code(length), version: 3) == .code(keyID: 7, offset: 48))
        }
        #expect(try trailer(code(36), version: 3) == .code(keyID: 7, offset: 48))
    }

    @Test func `has extension fields in front in version 4`() throws {
        #expect(try trailer(field(28)) == .none && trailer(field(32) + field(400)) == .none)
        #expect(try trailer(field(16) + code(20)) == .code(keyID: 7, offset: 64))
        #expect(try trailer(field(28) + field(16) + code(24)) == .code(keyID: 7, offset: 92))
        #expect(try trailer(field(28) + [0, 0, 0, 0]) == .cryptoNAK)
    }

    @Test func `is refused when it is neither`() {
        let wrong = [
            [1], Array(repeating: 0, count: 8), code(12), code(16), field(28) + [0], field(28) + code(16),
            // Lengths that are too short, no multiple of 4, and too long.
            field(28).enumerated().map { $0 == 3 ? 12 : $1 }, field(28).enumerated().map { $0 == 3 ? 27 : $1 },
            field(28).enumerated().map { $0 == 3 ? 32 : $1 },
        ]
        for octets in wrong {
            #expect(throws: NTPPacketError.malformedTrailer) { try trailer(octets) }
        }
        #expect(throws: NTPPacketError.malformedTrailer) { try trailer(field(28) + code(20), version: 3) }
    }

    @Test func `never makes trouble, whatever it is`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<20_000 {
            var octets = (0..<random(120)).map { _ in UInt8(random(256)) }
            // Mostly lengths that lead somewhere.
            if octets.count > 4, random(4) > 0 { octets.replaceSubrange(2..<4, with: [0, UInt8(random(30) * 4)]) }
            guard let trailer = try? trailer(octets, version: UInt8(random(5))) else { continue }
            if case .code(_, let offset) = trailer {
                #expect([20, 24, 36].contains(48 + octets.count - offset), "seed \(seed)")
            }
        }
    }
}
