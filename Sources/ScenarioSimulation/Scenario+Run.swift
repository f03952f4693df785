import NTPEngine
import NTPTime

extension Scenario {
    /// Lets the scenario happen, the same for the same seed on every processor.
    ///
    /// - Parameters:
    ///   - record: sees every sample in order of time.
    ///   - tamper: changes the world before it begins, for tests of the limits.
    package func run(
        seed: UInt64,
        record: (ScenarioSample) -> Void = { _ in },
        tamper: (SimulatedWorld) -> Void = { _ in }
    ) -> ScenarioResult {
        let world = SimulatedWorld(self, seed: seed)
        tamper(world)
        var recorder = Recorder(self)
        var watch = PromiseWatch()
        // Half-way, since samples on the second would meet leap seconds in the act.
        var next = interval / 2
        while next < duration {
            world.run(until: next) { watch.look(at: $0) }
            guard world.panic == nil else { break }
            let sample = world.takeSample()
            recorder.add(sample)
            watch.look(at: world)
            watch.judge(world)
            record(sample)
            next += interval
        }
        world.run(until: duration) { watch.look(at: $0) }
        return recorder.result(of: world, watch, seed: seed)
    }
}
