import NTPTime
import NTPWire
import NetworkAddress
import Support
import Testing

@testable import NTPEngine

private let start = NTPDate(unixSeconds: 1_800_000_000)

private func address(_ number: UInt32) -> IPAddress { IPAddress(v4: 0x0a00_0000 + number) }

/// A server that is asked at given seconds since its start.
private struct Asked {
    var responder: Responder

    init(
        _ restrictions: AccessRestrictions = [.limited, .kissOfDeath],
        rateLimit: RateLimit = RateLimit(),
        limits: ClientTableLimits = ClientTableLimits()
    ) {
        responder = Responder(
            access: AccessList([(.allV4, restrictions)]),
            rateLimit: rateLimit,
            clientLimits: limits,
            random: Bits(seed: 7)
        )
    }

    /// What a client request gets: "time", "RATE" or nothing.
    mutating func ask(_ client: UInt32 = 1, at seconds: Double, port: UInt16 = 40_000) throws -> String {
        let request = NTPPacket(mode: .client, poll: PollExponent(6), transmitTimestamp: NTPTimestamp(bits: 77)).octets
        let now = ClockReading(monotonic: .zero + .seconds(seconds), date: start + .seconds(seconds))
        let octets = responder.reply(
            to: request.span,
            from: SocketAddress(address: address(client), port: port),
            received: now.date,
            now: now
        )
        guard let octets else { return "nothing" }
        let reply = try NTPPacket(octets.span)
        guard reply.referenceID == .rate else { return "time" }
        #expect(reply.stratum == 0 && reply.leap == .unsynchronised && reply.originTimestamp.bits == 77)
        #expect(reply.transmitTimestamp.bits == 77 && reply.referenceTimestamp.isZero)
        return "RATE"
    }
}

@Suite struct `Rate limits` {
    @Test func `let a burst pass, and then hold a client to the average`() throws {
        var asked = Asked()
        let burst = try (0..<8).map { try asked.ask(at: Double($0) * 2) }
        #expect(burst.allSatisfy { $0 == "time" })
        let polls = try (0..<100).map { try asked.ask(at: 100 + Double($0) * 16) }
        #expect(polls.allSatisfy { $0 == "time" })
    }

    @Test func `answer one kiss for many requests that come too often`() throws {
        var asked = Asked()
        let replies = try (0..<640).map { try asked.ask(at: Double($0) / 10) }
        #expect(replies.first == "time" && replies[1] == "RATE")
        #expect(replies.dropFirst(2).count { $0 == "time" } == 0)
        // No more often than the average interval of 8 s.
        #expect((1...9).contains(replies.count { $0 == "RATE" }))
        #expect(asked.responder.counters.limited == 639 && asked.responder.counters.served == 1)
        #expect(asked.responder.counters.kisses == UInt64(replies.count { $0 == "RATE" }))
    }

    @Test func `stop a client that asks every other second, by the average`() throws {
        var asked = Asked()
        let replies = try (0..<60).map { try asked.ask(at: Double($0) * 2) }
        #expect(replies.firstIndex(of: "RATE") ?? 0 > 8)
        #expect(replies.count { $0 == "time" } < 40)
    }

    @Test func `drop without a word where there is no kod, and nothing without limited`() throws {
        var silent = Asked(.limited)
        #expect(try (0..<20).map { try silent.ask(at: Double($0) / 10) }.filter { $0 != "nothing" } == ["time"])
        var free = Asked(.kissOfDeath)
        #expect(try (0..<20).map { try free.ask(at: Double($0) / 10) }.allSatisfy { $0 == "time" })
    }

    @Test func `forgive after a while`() throws {
        var asked = Asked()
        for index in 0..<100 { _ = try asked.ask(at: Double(index) / 10) }
        #expect(try asked.ask(at: 200) == "time")
    }

    @Test func `are not evaded by another port`() throws {
        var asked = Asked()
        let replies = try (0..<50).map { try asked.ask(at: Double($0) / 10, port: UInt16(40_000 + $0)) }
        #expect(replies.count { $0 == "time" } == 1)
    }

    @Test func `are what discard says`() throws {
        var limit = RateLimit()
        limit.minimum = 0
        limit.average = PollExponent(0)
        var asked = Asked(rateLimit: limit)
        #expect(try (0..<50).map { try asked.ask(at: Double($0)) }.allSatisfy { $0 == "time" })
    }
}

@Suite struct `Table of clients` {
    @Test func `keeps count, first and last time, port, and what the last request met`() throws {
        var asked = Asked()
        for (second, port) in [(0.0, UInt16(1_000)), (0.1, 1_001), (5, 1_002)] {
            _ = try asked.ask(9, at: second, port: port)
            let index = try #require(asked.responder.clients.index(of: address(9)))
            let record = asked.responder.clients[index]
            #expect(record.port == port && record.version == 4 && record.mode == .client)
            #expect(record.first == start.timestamp && record.last == (start + .seconds(second)).timestamp)
            #expect(record.restrictions.contains(.limited) == (port != 1_000))
        }
        let index = try #require(asked.responder.clients.index(of: address(9)))
        #expect(asked.responder.clients[index].count == 3 && asked.responder.clients.count == 1)
    }

    /// The clients from the one silent for longest to the last one heard.
    private func order(_ table: ClientTable) -> [IPAddress] {
        var order: [IPAddress] = []
        var next = table.oldestIndex
        while let index = next {
            order.append(table[index].address)
            next = table.index(after: index)
        }
        return order
    }

    @Test func `lets those silent for longest go`() throws {
        var limits = ClientTableLimits()
        limits.minimumCount = 3
        limits.maximumAge = .seconds(10)
        var asked = Asked(limits: limits)
        for client in UInt32(1)...3 { _ = try asked.ask(client, at: Double(client)) }
        _ = try asked.ask(1, at: 20)
        #expect(order(asked.responder.clients) == [2, 3, 1].map(address))
        _ = try asked.ask(4, at: 21)
        #expect(order(asked.responder.clients) == [3, 1, 4].map(address))
        #expect(asked.responder.clients.index(of: address(2)) == nil)
        // Nobody else is old enough, and there is room.
        _ = try asked.ask(3, at: 22)
        _ = try asked.ask(5, at: 23)
        #expect(order(asked.responder.clients) == [1, 4, 3, 5].map(address))
    }

    @Test func `answers a flood from forged addresses without growing or forgetting those it knows`() throws {
        var limits = ClientTableLimits()
        limits.maximumCount = 1_000
        var asked = Asked(limits: limits)
        for client in UInt32(0)..<1_000 { _ = try asked.ask(client, at: Double(client) / 1_000) }
        for client in UInt32(1_000)..<20_000 {
            #expect(try asked.ask(client, at: 1 + Double(client) / 20_000) == "time")
        }
        let kept = (UInt32(0)..<1_000).count { asked.responder.clients.index(of: address($0)) != nil }
        #expect(asked.responder.clients.count == 1_000 && kept > 950)
    }

    @Test func `finds and orders as a plain list does, whatever happens`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SplitMix(state: seed)
        var limits = ClientTableLimits()
        limits.minimumCount = 20
        limits.maximumCount = 20
        limits.maximumAge = .zero
        var asked = Asked(limits: limits)
        var model: [UInt32] = []
        for step in 0..<5_000 {
            let client = UInt32.random(in: 0..<60, using: &generator)
            _ = try asked.ask(client, at: Double(step))
            if let index = model.firstIndex(of: client) {
                model.remove(at: index)
            } else if model.count == 20 {
                model.removeFirst()
            }
            model.append(client)
            try #require(order(asked.responder.clients) == model.map(address), "seed \(seed) step \(step)")
        }
        for client in UInt32(0)..<60 {
            let isKnown = asked.responder.clients.index(of: address(client)) != nil
            #expect(isKnown == model.contains(client), "seed \(seed)")
        }
    }

    @Test func `takes a mebibyte at most`() {
        #expect(ClientTableLimits().maximumCount * MemoryLayout<ClientRecord>.stride <= 1 << 20)
        #expect(MemoryLayout<ClientRecord>.stride <= 80)
    }
}
