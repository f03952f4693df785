/// How an oscillator's frequency is supposed to move.
struct WanderHypothesis: Equatable, Sendable {
    /// Random walk of the frequency: its standard deviation after one second, in s/s per square root of a second.
    let wander: Double
    /// Random walk of the frequency's rate of change (temperature that rises or falls for hours): its standard deviation
    /// after one second, in 1/s per square root of a second.
    let driftWander: Double
}

/// A Kalman filter for the phase of UTC against the oscillator, its frequency, and the frequency's drift.
///
/// In doubles for the sake of the arithmetic: seconds, s/s, 1/s, and products of these.
struct OscillatorFilter: Sendable {
    private(set) var phase = 0.0
    private(set) var frequency: Double
    private(set) var drift = 0.0
    /// The covariance matrix, of which one half will do.
    private(set) var phaseVariance = 1e4
    private var phaseFrequency = 0.0
    private var phaseDrift = 0.0
    private(set) var frequencyVariance: Double
    private var frequencyDrift = 0.0
    private var driftVariance = 0.0

    init(frequency: Double, frequencyError: Double) {
        self.frequency = frequency
        frequencyVariance = frequencyError * frequencyError
    }

    /// Lets `elapsed` seconds pass.
    mutating func advance(by elapsed: Double, _ hypothesis: WanderHypothesis) {
        let half = elapsed * elapsed / 2
        phase += frequency * elapsed + drift * half
        frequency += drift * elapsed

        // P = F P Fᵀ + Q with F = [1 t t²/2; 0 1 t; 0 0 1], and Q the integral of the two random walks.
        let crossed = phaseDrift + elapsed * frequencyDrift + half * driftVariance
        let carried = frequencyDrift + elapsed * driftVariance
        let mixed = phaseFrequency + elapsed * frequencyVariance + half * frequencyDrift + elapsed * crossed
        phaseVariance +=
            elapsed * phaseFrequency + half * phaseDrift + elapsed * (mixed - elapsed * crossed) + half * crossed
        phaseFrequency = mixed
        phaseDrift = crossed
        frequencyVariance += elapsed * (frequencyDrift + carried)
        frequencyDrift = carried

        let walk = hypothesis.wander * hypothesis.wander * elapsed
        let driftWalk = hypothesis.driftWander * hypothesis.driftWander * elapsed
        phaseVariance += walk * elapsed * elapsed / 3 + driftWalk * half * half / 5
        phaseFrequency += walk * elapsed / 2 + driftWalk * elapsed * half / 4
        phaseDrift += driftWalk * half / 3
        frequencyVariance += walk + driftWalk * elapsed * elapsed / 3
        frequencyDrift += driftWalk * elapsed / 2
        driftVariance += driftWalk
    }

    /// What the last measurement moved the state by, for each second that it was off.
    struct Gain: Equatable {
        var phase = 0.0
        var frequency = 0.0
        var drift = 0.0
    }

    /// Takes a measurement of the phase.
    ///
    /// - Parameter innovation: the measurement less `phase`.
    /// - Parameter variance: the measurement's own, more than zero.
    mutating func correct(by innovation: Double, variance: Double) -> Gain {
        let total = phaseVariance + variance
        let gain = Gain(phase: phaseVariance / total, frequency: phaseFrequency / total, drift: phaseDrift / total)
        phase += gain.phase * innovation
        frequency += gain.frequency * innovation
        drift += gain.drift * innovation
        frequencyVariance -= gain.frequency * phaseFrequency
        frequencyDrift -= gain.frequency * phaseDrift
        driftVariance -= gain.drift * phaseDrift
        // (1 - gain) as the quotient that it is, so that no variance is lost to rounding.
        phaseVariance *= variance / total
        phaseFrequency *= variance / total
        phaseDrift *= variance / total
        return gain
    }
}
