import ClockDiscipline
import Foundation
import NTPEngine
import NTPTime
import Testing

@testable import ScenarioSimulation

/// The scenarios of the repository, each with the limits that its file states.
enum Matrix {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../scenarios").standardized

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".scenario") }.map { String($0.dropLast(9)) }.sorted()
    }()

    static func scenario(_ name: String) throws -> Scenario {
        let file = folder.appending(path: "\(name).scenario")
        let bytes = try Data(contentsOf: file)
        let (scenario, diagnostics) = Scenario.parse(
            bytes: Array(bytes),
            file: file.path,
            readFile: readScenarioFile
        )
        try #require(diagnostics.map(\.description) == [])
        return scenario
    }
}

@Suite struct `The scenarios` {
    @Test func `are there`() { #expect(Matrix.names.count >= 25) }

    @Test(arguments: Matrix.names) func `keep their limits`(name: String) throws {
        let scenario = try Matrix.scenario(name)
        let summary = ScenarioSummary(scenario, seeds: [1, 2])
        for limit in summary.failures {
            Issue.record("\(name): \(limit.figure) is \(limit.figure.text(summary.value(limit.figure)))")
        }
        #expect(summary.results.compactMap(\.panic) == [])
    }

    /// What can be known of the error is known: the bound is half of the path's delay with a queue, ten times the rms
    /// error, and what the wire's units of 2^-16 s and the oscillator's possible change (1 ppm) add in a poll interval.
    @Test(arguments: ["lan4", "lan5", "inet", "temp"]) func `have a bound that is of use`(name: String) throws {
        let scenario = try Matrix.scenario(name)
        let path = try #require(scenario.servers.first?.path)
        let result = scenario.run(seed: 3)
        let rms = try #require(result.steady).rms
        let bound = rms * (try #require(result.boundRatio))
        #expect(bound < path.delay + path.jitter + rms * 10 + .microseconds(31 + 64))
    }
}

@Suite struct `A discipline that is made worse` {
    private func failures(
        _ name: String,
        _ sabotage: @escaping (ClockSteering, Engine) -> ClockSteering
    ) throws -> [Figure] {
        let scenario = try Matrix.scenario(name)
        let result = scenario.run(
            seed: 1,
            tamper: { world in
                world.sabotage = { action, engine in
                    guard case .steer(let steering) = action else { return action }
                    return .steer(sabotage(steering, engine))
                }
            }
        )
        return ScenarioSummary(scenario, results: [result]).failures.map(\.figure)
    }

    @Test func `passes while nothing is done to it`() throws {
        #expect(try failures("lan4") { steering, _ in steering } == [])
    }

    @Test func `by the wrong sign of the phase is caught`() throws {
        let found = try failures("lan4") { steering, _ in
            ClockSteering(frequency: steering.frequency, slew: -steering.slew, duration: steering.duration)
        }
        #expect(found.contains(.rms))
    }

    @Test func `by the wrong sign of the frequency is caught`() throws {
        let found = try failures("lan4") { steering, _ in
            ClockSteering(frequency: -steering.frequency, slew: steering.slew, duration: steering.duration)
        }
        #expect(found.contains(.rms))
    }

    @Test func `by following every sample as it is, without a filter, is caught`() throws {
        let found = try failures("lan4") { steering, engine in
            guard steering.duration > .zero, let raw = engine.associations.first?.statistics.newestResidual else {
                return steering
            }
            return ClockSteering(frequency: steering.frequency, slew: steering.slew + raw, duration: steering.duration)
        }
        #expect(found.contains(.rms))
    }
}
