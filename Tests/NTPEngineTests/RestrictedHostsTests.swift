import NTPTime
import NetworkAddress
import Testing

@testable import NTPEngine

@Suite struct `Names of restrict lines` {
    private typealias Line = RestrictedHosts.Line

    private let first = IPAddress(v4: 0xc000_0201)
    private let second = IPAddress(high: 0x2001_0db8_0000_0000, low: 1)

    private func line(_ host: String, _ restrictions: AccessRestrictions, onlyFromNTPPort: Bool = false) -> Line {
        Line(host: host, family: nil, onlyFromNTPPort: onlyFromNTPPort, restrictions: restrictions)
    }

    private func at(_ seconds: Double) -> MonotonicTime { .zero + .seconds(seconds) }

    private func restrictions(_ address: IPAddress, port: UInt16 = 4_000, _ hosts: RestrictedHosts)
        -> AccessRestrictions
    {
        let list = AccessList(
            hosts.entries(fromNTPPort: false, beside: [(.allV4, .ignore), (.allV6, .ignore)]),
            fromNTPPort: hosts.entries(fromNTPPort: true, beside: [])
        )
        return list.restrictions(of: SocketAddress(address: address, port: port))
    }

    @Test func `hold for each of their addresses, from when they are known`() throws {
        var hosts = RestrictedHosts()
        hosts.set([line("a", .limited)], at: at(5))
        #expect(hosts.nextDeadline == at(5) && hosts.takeLookups(at: at(4)).isEmpty)
        let lookup = try #require(hosts.takeLookups(at: at(5)).first)
        #expect(lookup.host == "a" && hosts.takeLookups(at: at(99)).isEmpty && hosts.nextDeadline == .distantFuture)
        #expect(restrictions(first, hosts).contains(.ignore))
        #expect(hosts.resolved(lookup.id, to: [first, second], failure: nil, at: at(6)) == .changed)
        for address in [first, second] { #expect(restrictions(address, hosts) == .limited) }
        #expect(restrictions(IPAddress(v4: 0xc000_0202), hosts).contains(.ignore))
    }

    @Test func `are asked again, and keep what they had while nobody answers`() throws {
        var hosts = RestrictedHosts()
        hosts.set([line("a", .limited)], at: at(0))
        let id = try #require(hosts.takeLookups(at: at(0)).first).id
        #expect(hosts.resolved(id, to: [first, second], failure: nil, at: at(1)) == .changed)
        #expect(hosts.nextDeadline == at(3_601))
        #expect(hosts.takeLookups(at: at(3_601)).map { $0.id } == [id])
        #expect(hosts.resolved(id, to: [second, first], failure: nil, at: at(3_602)) == .unchanged)
        _ = hosts.takeLookups(at: at(7_202))
        #expect(hosts.resolved(id, to: [], failure: "a: gone", at: at(7_203)) == .failed("a: gone"))
        #expect(restrictions(first, hosts) == .limited && hosts.nextDeadline == at(7_211))
        _ = hosts.takeLookups(at: at(7_211))
        #expect(hosts.resolved(id, to: [], failure: "a: gone", at: at(7_211)) == .unchanged)
        #expect(hosts.nextDeadline == at(7_227))
        _ = hosts.takeLookups(at: at(7_227))
        #expect(hosts.resolved(id, to: [second], failure: nil, at: at(7_228)) == .changed)
        #expect(restrictions(first, hosts).contains(.ignore) && restrictions(second, hosts) == .limited)
    }

    @Test func `add up with other lines for the same address`() throws {
        var hosts = RestrictedHosts()
        let lines = [line("a", .limited), line("b", .noQuery), line("c", .noServe, onlyFromNTPPort: true)]
        hosts.set(lines, at: at(0))
        for lookup in hosts.takeLookups(at: at(0)) {
            #expect(hosts.resolved(lookup.id, to: [first], failure: nil, at: at(0)) == .changed)
        }
        #expect(restrictions(first, hosts) == [.limited, .noQuery])
        #expect(restrictions(first, port: 123, hosts) == .noServe)
        #expect(
            hosts.entries(fromNTPPort: false, beside: [(IPNetwork(address: first, prefixLength: 32)!, .kissOfDeath)])
                .map { $0.restrictions } == [[.limited, .noQuery, .kissOfDeath]]
        )
    }

    @Test func `that stay in a new configuration keep their addresses`() throws {
        var hosts = RestrictedHosts()
        hosts.set([line("a", .limited), line("b", .noQuery)], at: at(0))
        let lookups = hosts.takeLookups(at: at(0))
        for lookup in lookups { _ = hosts.resolved(lookup.id, to: [first], failure: nil, at: at(1)) }
        hosts.set([line("b", .noQuery), line("c", .limited)], at: at(10))
        #expect(restrictions(first, hosts) == .noQuery)
        #expect(hosts.takeLookups(at: at(10)).map { $0.host } == ["c"])
        #expect(hosts.resolved(lookups[0].id, to: [second], failure: nil, at: at(11)) == .unchanged)
    }
}
