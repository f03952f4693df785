import NTPTime
import ScenarioSimulation
import Testing

@testable import NTPEngine

@Suite struct `A burst` {
    private func world(burst: Bool) -> SimulatedWorld {
        let server = ServerCharacter.server(1) {
            $0.path.jitter = .milliseconds(5)
            $0.source = SourceConfiguration(
                host: $0.name,
                burst: burst,
                minimumPoll: PollExponent(6),
                maximumPoll: PollExponent(6)
            )
        }
        return SimulatedWorld([server])
    }

    @Test func `is six requests at each poll of a server that answers`() {
        let world = world(burst: true)
        world.run(1_000)
        let requests = world.servers[0].requests.map(\.seconds)
        let starts = zip([-100] + requests, requests).filter { $0.1 - $0.0 > 10 }.map(\.1)
        let lengths = zip(starts, starts.dropFirst()).map { start, next in requests.count { $0 >= start && $0 < next } }
        // Nobody has answered yet at the first.
        #expect(lengths.first == 1 && lengths.count > 10 && lengths.dropFirst().allSatisfy { $0 == 6 })
        let within = zip(requests, requests.dropFirst()).map { $1 - $0 }.filter { $0 < 10 }
        #expect(within.allSatisfy { ($0 - 2).magnitude < 0.01 })
    }

    @Test func `counts once, with the exchange that took least time`() throws {
        let (single, burst) = (world(burst: false), world(burst: true))
        for world in [single, burst] { world.run(4_000) }
        let (alone, best) = (
            try #require(single.engine.associations.first), try #require(burst.engine.associations.first)
        )
        #expect(best.statistics.count <= alone.statistics.count)
        #expect(best.statistics.jitter < alone.statistics.jitter * 0.5)
        #expect(best.statistics.delay < alone.statistics.delay)
    }

    @Test func `is one poll: a server that is gone is not given up sooner`() throws {
        let world = world(burst: true)
        world.run(1_000)
        world.inject(.outageBegins)
        world.run(300)
        let association = try #require(world.engine.associations.first)
        #expect(association.isReachable && association.missed <= 6)
        world.run(700)
        #expect(!association.isLost && world.engine.associations.first?.isReachable == false)
        world.inject(.outageEnds)
        world.run(300)
        #expect(world.engine.state.kind == .synchronised)
    }

    @Test func `ends at a kiss`() {
        let world = world(burst: true)
        world.run(1_000)
        world.inject(.kiss(.rate))
        let requests = world.servers[0].requests.count
        world.run(200)
        #expect(world.servers[0].requests.count - requests <= 3)
    }
}
