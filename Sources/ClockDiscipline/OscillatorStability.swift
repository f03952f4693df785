import NTPTime

/// How fast the oscillator's frequency may change: learned from what it has done, cautious at the start.
///
/// A sample pins the phase, and the statistics say how well the frequency is known. They cannot say that the crystal will
/// be warmed up before the next sample: that is allowed for here. Temperature takes minutes to come through to a crystal,
/// so its frequency changes by ramps (20 °C in 3 minutes at 0.4 ppm/°C are 0.045 ppm/s), and by no more than a ceiling.
package struct OscillatorStability: BitwiseCopyable, Equatable, Sendable {
    /// The largest change of the frequency between two samples that was seen, ever less as it lies back.
    private var seen = Frequency.zero
    /// The largest change that there may be although none was seen, less with each hour that is watched.
    private var unseen = Self.cautiousCeiling
    private var moment: MonotonicTime?
    /// The largest change that a thermometer has predicted, likewise: it may come again and the thermometer fail.
    private var predicted = Frequency.zero
    private var predictedAt: MonotonicTime?

    package init() {}

    /// 25 °C at 0.4 ppm/°C, what a processor's load does to a crystal beside it.
    private static let cautiousCeiling = Frequency.ppm(10)
    /// What is allowed for a crystal that was watched for days and kept still.
    private static let calmCeiling = Frequency.ppm(2)
    /// Times in which half of the caution, and half of what was seen, is gone.
    private static let cautionHalfLife = NTPDuration.seconds(86_400)
    private static let memoryHalfLife = NTPDuration.seconds(4 * 3_600)
    /// What was seen may come again, and more of it.
    private static let safety = 2.0

    /// A sample was compared with what was predicted for it.
    ///
    /// - Parameter change: of the frequency since the sample before it, beyond what the samples' own errors explain; at
    ///   least zero.
    package mutating func note(_ change: Frequency, at moment: MonotonicTime) {
        let elapsed = self.moment.map { max(.zero, moment - $0) } ?? .zero
        self.moment = max(moment, self.moment ?? moment)
        let excess = unseen - Self.calmCeiling
        unseen = Self.calmCeiling + Frequency(fraction: excess.fraction * Self.share(elapsed, Self.cautionHalfLife))
        seen = max(change, Frequency(fraction: seen.fraction * Self.share(elapsed, Self.memoryHalfLife)))
    }

    /// A thermometer has predicted that the frequency changes by `change`, at least zero, within a poll interval.
    package mutating func notePredicted(_ change: Frequency, at moment: MonotonicTime) {
        let elapsed = predictedAt.map { max(.zero, moment - $0) } ?? .zero
        predictedAt = moment
        predicted = max(change, Frequency(fraction: predicted.fraction * Self.share(elapsed, Self.memoryHalfLife)))
    }

    /// Nothing is predicted any more: what was, has been the oscillator's own doing.
    package mutating func loseThermometer() {
        seen = max(seen, predicted)
        predicted = .zero
    }

    /// What is left of a half-life's quantity.
    private static func share(_ elapsed: NTPDuration, _ halfLife: NTPDuration) -> Double {
        Elementary.exp(-elapsed.seconds / halfLife.seconds * 0.693147180559945)
    }

    package var allowance: OscillatorAllowance {
        OscillatorAllowance(
            rate: max(OscillatorAllowance.leastRate, Frequency(fraction: seen.fraction * Self.safety)),
            ceiling: max(unseen, Frequency(fraction: max(seen, predicted).fraction * Self.safety))
        )
    }
}

/// Bound on the phase that the oscillator gains or loses, beyond all statistics, in the time since an estimate.
package struct OscillatorAllowance: BitwiseCopyable, Equatable, Sendable {
    /// The frequency may be off by it from the beginning: a change may have been under way.
    package var rate: Frequency
    /// And may change by so much, at `ramp`.
    package var ceiling: Frequency
    /// How long ago the change may have begun: what it has come to by now is part of the bound already.
    package var age = NTPDuration.zero

    /// Before anything is learned.
    package static let cautious = OscillatorStability().allowance
    /// As chrony's `maxclockerror`.
    package static let leastRate = Frequency.ppm(1)
    /// Fastest change of a crystal's frequency, per second: 20 °C in 3 minutes at 0.4 ppm/°C, rounded up.
    private static let ramp = 0.05e-6

    /// Over `elapsed`, which may be negative.
    package func phase(over elapsed: NTPDuration) -> NTPDuration {
        let time = elapsed.seconds.magnitude
        return .seconds(rate.fraction * time + ramped(over: age.seconds + time) - ramped(over: age.seconds))
    }

    /// Allows for no less than `other` does, from now on and before.
    package mutating func widen(to other: OscillatorAllowance) {
        rate = max(rate, other.rate)
        ceiling = max(ceiling, other.ceiling)
    }

    private func ramped(over time: Double) -> Double { min(Self.ramp * time / 2, ceiling.fraction) * time }
}
