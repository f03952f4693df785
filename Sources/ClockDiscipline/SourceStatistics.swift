import NTPTime

/// The samples of one source and what they say of UTC.
///
/// A bank of Kalman filters (`FilterBank`) over (source date - local oscillator). The newest samples are kept and
/// filtered again when the path has turned out to be another, so that this tells of the samples before, too. Different
/// from chrony's `sourcestats.c`: a sample counts by what its delay says of its error, not by a rule of thumb; the
/// oscillator's wander is estimated, not tested for; the frequency known beforehand enters as a prior, so that one sample
/// makes an estimate; and the samples are on the oscillator's scale, so none is ever adjusted.
package struct SourceStatistics: Sendable {
    /// The newest samples, the oldest first.
    private var samples: [ClockSample] = []
    /// The samples as the filters took them.
    private var measurements: [PhaseMeasurement] = []
    /// By which that was.
    private var path: PathStatistics?
    /// How many of the samples came over the path before the present one.
    private var olderPath = 0
    /// The sample that phases are measured from.
    private var origin: ClockSample?
    /// The filters before the first of `samples`.
    private var past: FilterBank
    /// The filters after the last one.
    private var present: FilterBank
    private var fit: SourceFit?

    /// Samples that are kept.
    package static let capacity = 64

    package init(prior: FrequencyPrior) {
        past = FilterBank(prior)
        present = past
    }

    /// Samples taken, up to `capacity`.
    package var count: Int { samples.count }
    package var newest: ClockSample? { samples.last }

    /// Adds a sample that is later than all before it; an earlier one is left out.
    package mutating func add(_ sample: ClockSample) {
        if let last = samples.last, sample.moment <= last.moment { return }
        if samples.count == Self.capacity { forgetOldest() }
        samples.append(sample)
        let origin = self.origin ?? sample
        self.origin = origin
        let isOnNewPath = noticeNewPath()
        let delays = samples.map { $0.delay.seconds }
        let path = PathStatistics(delays[olderPath...])
        if let known = self.path, !isOnNewPath, path.isNear(known) {
            let measurement = Self.measurement(of: sample, over: known, from: origin)
            measurements.append(measurement)
            present.take(measurement)
        } else {
            filterAnew(path, older: olderPath > 0 ? PathStatistics(delays[..<olderPath]) : path, from: origin)
        }
        fit = SourceFit(measurements, samples, past: past, present: present)
    }

    /// The source's scale has jumped by `correction`, as UTC does at a leap second.
    package mutating func shift(by correction: NTPDuration) {
        for index in samples.indices { samples[index].date += correction }
        origin?.date += correction
    }

    private mutating func forgetOldest() {
        past.take(measurements.removeFirst())
        samples.removeFirst()
        olderPath = max(0, olderPath - 1)
    }

    /// - Returns: whether the newest samples have come over another path than those before.
    private mutating func noticeNewPath() -> Bool {
        let delays = samples.dropFirst(olderPath).map { $0.delay.seconds }
        let newer = PathStatistics.newPath(in: delays[...])
        guard newer > 0 else { return false }
        olderPath = samples.count - newer
        return true
    }

    private mutating func filterAnew(_ path: PathStatistics, older: PathStatistics, from origin: ClockSample) {
        self.path = path
        measurements = samples.indices.map { index in
            Self.measurement(of: samples[index], over: index < olderPath ? older : path, from: origin)
        }
        present = past
        for measurement in measurements { present.take(measurement) }
    }

    private static func measurement(
        of sample: ClockSample,
        over path: PathStatistics,
        from origin: ClockSample
    ) -> PhaseMeasurement {
        let elapsed = sample.moment - origin.moment
        let dispersion = sample.dispersion.seconds
        return PhaseMeasurement(
            time: elapsed.seconds,
            offset: (sample.date - origin.date - elapsed - (sample.thermal.phase - origin.thermal.phase)).seconds,
            excess: sample.delay.seconds - path.base,
            spread: path.spread,
            // Uniform within the bound.
            reading: max(dispersion * dispersion / 3, leastVariance)
        )
    }

    /// Of timestamps' resolution, a nanosecond's.
    private static let leastVariance = 1e-18

    /// UTC at the newest sample, nil without samples. The frequency is that expected for the time until the next one.
    package var estimate: ClockEstimate? {
        guard let fit, let origin, let newest = samples.last else { return nil }
        let interval = samples.count > 1 ? newest.moment - samples[samples.count - 2].moment : .zero
        let ahead = min(interval.seconds, Self.longestForecast) / 2
        return ClockEstimate(
            moment: newest.moment,
            date: origin.date + (newest.moment - origin.moment) + (newest.thermal.phase - origin.thermal.phase)
                + .seconds(fit.state.phase),
            frequency: Frequency(fraction: fit.state.frequency + fit.state.drift * ahead) + newest.thermal.rate,
            phaseError: .seconds(fit.state.phaseVariance.squareRoot()),
            frequencyError: Frequency(fraction: fit.state.frequencyVariance.squareRoot())
        )
    }

    /// Seconds over which a drift of the frequency is believed to go on.
    private static let longestForecast = 2_048.0

    /// The standard error of the estimate, `elapsed` after the newest sample, by the wander that has been seen.
    package func predictedError(after elapsed: NTPDuration) -> NTPDuration {
        .seconds(present.mixture(after: elapsed.seconds).phaseVariance.squareRoot())
    }

    /// How far a sample is from the estimate, if they cannot both be right, each within its bound; otherwise nil.
    ///
    /// - Parameter allowance: what the oscillator may have done since the newest sample.
    package func contradiction(of sample: ClockSample, allowance: OscillatorAllowance) -> NTPDuration? {
        guard let line = line(allowance: allowance) else { return nil }
        let difference = (sample.date - line.estimate.date(at: sample.moment)).magnitude
        return difference > line.rootDistance(at: sample.moment) + sample.errorBound ? difference : nil
    }

    private static let fewestForFrequency = 8

    /// The estimate with its bound relative to the source; nil without samples.
    package func line(allowance: OscillatorAllowance) -> TimeReference? {
        estimate.map {
            TimeReference(
                estimate: $0,
                rootDelay: delay,
                rootDispersion: dispersion,
                leap: .none,
                allowance: allowance
            )
        }
    }

    /// By how much the oscillator's frequency must have changed since the newest sample for `sample` to be where it is:
    /// what its distance from the prediction exceeds both errors by, over the time between; zero while the path and the
    /// frequency are hardly known.
    package func frequencyChange(before sample: ClockSample) -> Frequency {
        guard let estimate, let newest, sample.moment > newest.moment, count >= Self.fewestForFrequency else {
            return .zero
        }
        let elapsed = sample.moment - newest.moment
        let thermal = sample.thermal.phase - newest.thermal.phase - newest.thermal.rate * elapsed
        let distance = (sample.date - estimate.date(at: sample.moment) - thermal).magnitude
        // What a delay exceeds the newest sample's by may all be on one way.
        let queues = (sample.delay - min(sample.delay, newest.delay)) / 2
        let noise = estimate.phaseError(at: sample.moment) * TimeReference.boundFactor + dispersion + sample.dispersion
        let excess = distance - queues - noise - jitter * TimeReference.boundFactor
        return max(.zero, Frequency(fraction: excess.seconds / elapsed.seconds))
    }

    /// Twice a bound on the estimate's error from asymmetric paths and queues: the path's delay, and each sample's excess
    /// over it by the size of its share in the estimate.
    package var delay: NTPDuration { .seconds(fit?.delay ?? 0) }

    /// A bound on the estimate's error from the samples' own dispersions, by their shares.
    package var dispersion: NTPDuration { .seconds(fit?.dispersion ?? 0) }

    /// Standard deviation of what the path adds to a sample.
    package var jitter: NTPDuration { .seconds(fit?.jitter ?? 0) }

    /// What the newest sample's own error is expected to be: its mean, and its standard deviation from that.
    package var newestError: (mean: NTPDuration, deviation: NTPDuration) {
        (.seconds(fit?.newestError.mean ?? 0), .seconds(fit?.newestError.variance.squareRoot() ?? 0))
    }

    /// The newest sample's difference from the estimate.
    package var newestResidual: NTPDuration { .seconds(fit?.newestResidual ?? 0) }
}

/// What the samples come to; in seconds.
private struct SourceFit {
    let state: Mixture
    let delay: Double
    let dispersion: Double
    let jitter: Double
    let newestResidual: Double
    let newestError: (mean: Double, variance: Double)

    init?(_ measurements: [PhaseMeasurement], _ samples: [ClockSample], past: FilterBank, present: FilterBank) {
        guard let newest = measurements.last else { return nil }
        state = present.mixture()
        jitter = newest.spread.squareRoot()
        newestResidual = newest.offset - state.phase

        // The estimate is a weighted sum of the measurements and of what was before them. Going back from the last one,
        // `phase`, `frequency` and `drift` are what the state's parts at that time count in it.
        let best = present.bestModel
        let gains = past.gains(of: measurements, byModel: best)
        let noise = present.models[best].noise
        let expected = newest.error(noise)
        // Whatever is supposed of the noise: what was queued may have been so on either way.
        newestError = (expected.mean, max(expected.variance, newest.excess * newest.excess / 12))
        let skew = noise.skew.magnitude
        var phase = 1.0
        var frequency = 0.0
        var drift = 0.0
        var excess = 0.0
        var dispersion = 0.0
        for index in measurements.indices.reversed() {
            let gain = gains[index]
            let weight = phase * gain.phase + frequency * gain.frequency + drift * gain.drift
            excess += weight.magnitude * measurements[index].excess
            dispersion += weight.magnitude * samples[index].dispersion.seconds
            phase -= weight
            let elapsed =
                index > 0
                ? measurements[index].time - measurements[index - 1].time : past.elapsed(until: measurements[index])
            drift += elapsed * frequency + elapsed * elapsed / 2 * phase
            frequency += elapsed * phase
        }
        // The samples before those that are kept were no better and no worse.
        let count = Double(measurements.count)
        excess += phase.magnitude * measurements.reduce(0) { $0 + $1.excess } / count
        dispersion += phase.magnitude * samples.reduce(0) { $0 + $1.dispersion.seconds } / count
        let base = samples[samples.count - 1].delay.seconds - newest.excess
        delay = base + excess * (1 + 2 * skew)
        self.dispersion = dispersion
    }
}
