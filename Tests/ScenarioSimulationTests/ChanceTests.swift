import Foundation
import Testing

@testable import ScenarioSimulation

/// Mean and variance of many draws.
private func moments(_ count: Int = 200_000, _ draw: () -> Double) -> (mean: Double, variance: Double) {
    var sum = 0.0
    var squares = 0.0
    for _ in 0..<count {
        let value = draw()
        sum += value
        squares += value * value
    }
    let mean = sum / Double(count)
    return (mean, squares / Double(count) - mean * mean)
}

@Suite struct `Chance` {
    @Test func `is the seed's and the stream's alone`() {
        func first(_ seed: UInt64, _ stream: UInt64) -> [UInt64] {
            var generator = SeededGenerator(seed: seed, stream: stream)
            return (0..<4).map { _ in generator.next() }
        }
        #expect(first(1, 1) == first(1, 1))
        #expect(first(1, 1) != first(1, 2))
        #expect(first(1, 1) != first(2, 1))
        #expect(Set((0..<100).flatMap { seed in (0..<100).map { first(seed, $0)[0] } }).count == 10_000)
    }

    @Test func `has the mean and the variance that were asked for`() {
        var generator = SeededGenerator(seed: 7, stream: 0)
        let uniform = moments { generator.uniform() }
        #expect(abs(uniform.mean - 0.5) < 0.003 && abs(uniform.variance - 1.0 / 12) < 0.001)
        let normal = moments { generator.normal() }
        #expect(abs(normal.mean) < 0.01 && abs(normal.variance - 1) < 0.02)
        let exponential = moments { generator.exponential(mean: 3) }
        #expect(abs(exponential.mean - 3) < 0.04 && abs(exponential.variance - 9) < 0.4)
        // A gamma variable has the variance mean² / shape.
        let gamma = moments { generator.gamma(shape: 4, mean: 2) }
        #expect(abs(gamma.mean - 2) < 0.02 && abs(gamma.variance - 1) < 0.04)
    }
}
