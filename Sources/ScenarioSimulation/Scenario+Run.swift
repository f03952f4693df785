import NTPEngine

extension Scenario {
    /// Lets the scenario happen, the same for the same seed on every processor.
    ///
    /// - Parameters:
    ///   - record: sees every sample in order of time.
    ///   - sabotage: what is done in place of what the engine wants done, for tests of the limits.
    package func run(
        seed: UInt64,
        record: (ScenarioSample) -> Void = { _ in },
        sabotage: @escaping (EngineAction, Engine) -> EngineAction = { action, _ in action }
    ) -> ScenarioResult {
        World(self, seed: seed, sabotage: sabotage).run(record)
    }
}
