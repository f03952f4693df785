import NTPEngine
import NTPTime
import NTPWire

/// What an observer with true time sees.
extension SimulatedWorld {
    func takeSample() -> ScenarioSample {
        var sample = ScenarioSample(time: time, state: .off)
        defer {
            lastSample = sample
            isStepped = false
        }
        guard isOn else { return sample }
        let error = error
        sample.state = .running(engine.state.kind)
        sample.error = error
        let served = engine.served
        if served.reference != nil {
            // Rounded up as on the wire.
            let delay = NTPShort(roundingUp: served.rootDelay).duration
            sample.bound = delay / 2 + NTPShort(roundingUp: served.rootDispersion(at: now)).duration
        }
        if !isStepped, let lastError = lastSample?.error {
            sample.frequencyError = Frequency(fraction: (error - lastError).seconds / scenario.interval.seconds)
        }
        return sample
    }
}

/// Random bits for the engine.
final class EngineRandomness: RandomSource {
    private var generator: SeededGenerator
    init(_ generator: SeededGenerator) { self.generator = generator }
    func next() -> UInt64 { generator.next() }
}
