import NTPTime
import Testing

@testable import ScenarioSimulation

@Suite struct `A path` {
    private func path(_ change: (inout PathCharacter) -> Void) -> NetworkPath {
        var character = PathCharacter()
        character.delay = .milliseconds(10)
        change(&character)
        return NetworkPath(
            character,
            generator: SeededGenerator(seed: 3, stream: 1),
            burstGenerator: SeededGenerator(seed: 3, stream: 2)
        )
    }

    /// Mean delay in ms of packets that leave every second.
    private func mean(_ path: inout NetworkPath, _ direction: PathCharacter.Direction, count: Int = 50_000) -> Double {
        var sum = 0.0
        for second in 0..<count { sum += path.delay(direction, at: .seconds(Double(second)))?.milliseconds ?? 0 }
        return sum / Double(count)
    }

    @Test(arguments: [1.0, 3.0])
    func `adds its queues to the delay`(shape: Double) {
        var path = path {
            $0.jitter = .milliseconds(2)
            $0.shape = shape
        }
        #expect(abs(mean(&path, .forth) - 12) < 0.05)
        #expect(abs(mean(&path, .back) - 12) < 0.05)
    }

    @Test func `splits its asymmetry`() {
        var path = path { $0.asymmetry = .milliseconds(4) }
        #expect(path.delay(.forth, at: .zero) == .milliseconds(10) + .milliseconds(4) / 2)
        #expect(path.delay(.back, at: .zero) == .milliseconds(10) - .milliseconds(4) / 2)
    }

    @Test func `loses its share`() {
        var path = path { $0.loss = 0.3 }
        let lost = (0..<50_000).count { path.delay(.forth, at: .seconds(Double($0))) == nil }
        #expect(abs(Double(lost) / 50_000 - 0.3) < 0.01)
    }

    @Test func `is slow in its bursts and one direction only`() {
        var path = path {
            $0.bursts = .init(
                interval: .seconds(300),
                length: .seconds(100),
                delay: .milliseconds(20),
                direction: .forth
            )
        }
        // A quarter of the time, 20 ms on average.
        #expect(abs(mean(&path, .forth, count: 200_000) - 15) < 0.7)
        #expect(path.delay(.back, at: .seconds(200_001)) == .milliseconds(10))
    }
}
