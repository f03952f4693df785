import NTPEngine
import NTPTime

extension Scenario {
    /// Lets the scenario happen, the same for the same seed on every processor.
    ///
    /// - Parameters:
    ///   - record: sees every sample in order of time.
    ///   - sabotage: what is done in place of what the engine wants done, for tests of the limits.
    package func run(
        seed: UInt64,
        record: (ScenarioSample) -> Void = { _ in },
        sabotage: ((EngineAction, Engine) -> EngineAction)? = nil
    ) -> ScenarioResult {
        let world = SimulatedWorld(self, seed: seed)
        world.sabotage = sabotage
        var recorder = Recorder(self)
        // Half-way, since samples on the second would meet leap seconds in the act.
        var next = interval / 2
        while next < duration {
            world.run(until: next)
            guard world.panic == nil else { break }
            let sample = world.takeSample()
            recorder.add(sample)
            record(sample)
            next += interval
        }
        world.run(until: duration)
        return recorder.result(
            seed: seed,
            packets: Int64(world.servers.reduce(0) { $0 + $1.requests.count }),
            steps: Int64(world.steps.count),
            panic: world.panic
        )
    }
}
