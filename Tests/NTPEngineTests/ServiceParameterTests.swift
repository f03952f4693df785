import ClockDiscipline
import NTPTime
import NTPWire
import NetworkAddress
import ScenarioSimulation
import Testing

@testable import NTPEngine

private func source(_ host: String, _ kind: SourceConfiguration.Kind = .server) -> SourceConfiguration {
    SourceConfiguration(
        host: host,
        kind: kind,
        initialBurst: true,
        minimumPoll: PollExponent(4),
        maximumPoll: PollExponent(6)
    )
}

@Suite struct `Service parameters` {
    private func world(_ selection: SelectionLimits, _ servers: [ServerCharacter]) -> SimulatedWorld {
        SimulatedWorld(servers) { $0.selection = selection }
    }

    @Test func `fewer sources than minsane set no clock`() {
        let two = world(SelectionLimits(minimumSources: 3), [.server(1), .server(2)])
        two.run(600)
        #expect(two.engine.state.kind == .unsynchronised && two.engine.falsetickers.isEmpty)
        let three = world(SelectionLimits(minimumSources: 3), [.server(1), .server(2), .server(3)])
        three.run(600)
        #expect(three.engine.state.kind == .synchronised)
        three.inject(.outageBegins)
        three.run(3_600)
        #expect(three.engine.state.kind == .holdover)
    }

    @Test func `servers beyond ceiling or below floor are not followed`() {
        let strata: [UInt8] = [1, 5, 9]
        let servers = strata.enumerated().map { number, stratum in
            ServerCharacter.server(number + 1) { $0.stratum = stratum }
        }
        let world = world(SelectionLimits(strata: 2..<9), servers)
        world.run(600)
        #expect(world.engine.served.stratum == 6)
        #expect(world.engine.truechimers.count == 1)
    }

    @Test func `servers beyond maxdist are not followed`() {
        let servers: [ServerCharacter] = [
            .server(1) { $0.path.delay = .seconds(0.2) }, .server(2) { $0.path.delay = .milliseconds(1) },
        ]
        let world = world(SelectionLimits(maximumDistance: .seconds(0.1)), servers)
        world.run(600)
        #expect(world.engine.state.kind == .synchronised && world.engine.truechimers.count == 1)
        #expect(world.engine.served.referenceID.dottedQuad == "192.0.2.2")
    }

    @Test func `sources nearer than mindist agree`() {
        let servers: [ServerCharacter] = [.server(1), .server(2) { $0.offset = .milliseconds(15) }]
        let apart = world(SelectionLimits(), servers)
        apart.run(600)
        #expect(apart.engine.state.kind == .unsynchronised)
        let together = world(SelectionLimits(minimumDistance: .milliseconds(10)), servers)
        together.run(600)
        #expect(together.engine.state.kind == .synchronised && together.engine.truechimers.count == 2)
    }

    @Test func `pools have no more associations than maxclock leaves`() {
        let addresses = (1...8).map { IPAddress(v4: 0xc000_0200 + UInt32($0)) }
        let world = SimulatedWorld([]) {
            $0.sources = [source("a.example", .pool), source("b.example", .pool), source("192.0.2.9")]
            $0.maximumPoolAssociations = 5
        }
        world.hosts = ["a.example": Array(addresses.prefix(4)), "b.example": Array(addresses.suffix(4))]
        world.run(60)
        #expect(world.engine.associations.count == 6)
    }
}

@Suite struct `The last resort` {
    private static let localClock = LocalReference(stratum: 11, referenceID: .localClock, wait: .seconds(300))

    @Test func `is served after a wait, with a bound that grows and is never zero`() {
        let world = SimulatedWorld([]) { $0.local = Self.localClock }
        world.run(299)
        #expect(world.engine.state.kind == .unsynchronised)
        world.run(2)
        #expect(world.engine.state.kind == .local)
        #expect(world.engine.served.stratum == 11 && world.engine.served.leap == .none)
        #expect(world.engine.served.referenceID.dottedQuad == "127.127.1.0")
        let early = world.engine.served.rootDistance(at: world.now)
        #expect(early >= .seconds(1))
        let before = world.error
        world.run(86_400)
        let drift = (world.error - before).magnitude
        #expect(drift > .seconds(1))
        #expect(world.engine.served.rootDistance(at: world.now) > .seconds(1) + drift)
        #expect(world.steps.isEmpty)
    }

    @Test func `gives way to a server, and comes back with the bound that is left`() {
        let world = SimulatedWorld { $0.local = Self.localClock }
        world.inject(.outageBegins)
        world.run(600)
        #expect(world.engine.state.kind == .local)
        world.inject(.outageEnds)
        world.run(600)
        #expect(world.engine.state.kind == .synchronised && world.engine.served.stratum == 2)
        world.inject(.outageBegins)
        world.run(7_200)
        #expect(world.engine.state.kind == .holdover)
        world.run(30 * 86_400)
        #expect(world.engine.state.kind == .local && world.engine.served.stratum == 11)
        #expect(world.engine.served.rootDistance(at: world.now) > .seconds(16))
        #expect(world.keepsBound)
    }

    @Test func `gives way to the RTC`() {
        let world = SimulatedWorld([], chip: .chip(offset: .seconds(0.2))) { $0.local = Self.localClock }
        world.run(900)
        #expect(world.engine.state.kind == .holdover && world.engine.served.referenceID == .rtc)
    }
}

@Suite struct `A configuration that is read again` {
    @Test func `keeps the associations of lines that are as they were, and the clock`() {
        let world = SimulatedWorld([.server(1), .server(2), .server(3)]) {
            $0.sources = [source("192.0.2.1"), source("192.0.2.2")]
        }
        world.run(1_200)
        let kept = world.engine.associations.first { $0.address.address == IPAddress(v4: 0xc000_0202) }
        world.setSources([source("192.0.2.3"), source("192.0.2.2")])
        #expect(world.engine.state.kind == .synchronised)
        world.run(600)
        let addresses = world.engine.associations.map { $0.address.address.description }.sorted()
        #expect(addresses == ["192.0.2.2", "192.0.2.3"])
        #expect(world.engine.associations.contains { $0.id == kept?.id && $0.statistics.count >= 8 })
        #expect(world.engine.state.kind == .synchronised && world.engine.truechimers.count == 2)
        #expect(world.steps.isEmpty && world.error.magnitude < .milliseconds(1))
    }

    @Test func `may have no servers left, and holds over`() {
        let world = SimulatedWorld()
        world.run(600)
        world.setSources([])
        world.run(10)
        // The time is no worse yet.
        #expect(world.engine.associations.isEmpty && world.engine.state.kind == .synchronised)
        world.run(1_200)
        #expect(world.engine.state.kind == .holdover)
        world.setSources([source("192.0.2.1")])
        world.run(60)
        #expect(world.engine.state.kind == .synchronised && world.steps.isEmpty)
    }

    @Test func `does not mind an answer of the resolver to a line that is gone`() {
        let world = SimulatedWorld { $0.sources = [source("a.example")] }
        world.hosts = ["a.example": [IPAddress(v4: 0xc000_0201)]]
        world.run(0.001)
        world.setSources([source("b.example")])
        world.run(5)
        #expect(world.engine.associations.isEmpty)
    }

    @Test func `brings a table of leap seconds`() {
        let world = SimulatedWorld([])
        var engine = world.engine
        let table = LeapSecondTable(changes: [], expiry: world.scenario.start)
        engine.setLeapSeconds(table)
        #expect(engine.leapSeconds == table)
        engine.setLeapSeconds(nil)
        #expect(engine.leapSeconds == nil)
    }
}
