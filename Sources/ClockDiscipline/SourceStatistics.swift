import NTPTime

/// The samples of one source and the straight line through them.
///
/// A weighted least-squares fit of (source date - local oscillator) over the oscillator, as in chrony's
/// `sourcestats.c`: samples count the less the more their delay exceeds the smallest one, and a runs test on the
/// residuals drops the oldest samples once the line has become too stiff for the oscillator. Different from chrony:
/// the frequency known beforehand enters as a prior, so that one sample makes an estimate and a short burst does not
/// upset a known frequency; and the samples are on the oscillator's scale, so none is ever adjusted.
package struct SourceStatistics: Sendable {
    private var samples: [ClockSample] = []
    private let prior: FrequencyPrior
    private var fit: LineFit?

    /// Samples kept at the most.
    package static let capacity = 64
    /// Fewer samples are not dropped by the runs test.
    private static let fewestForRunsTest = 8

    package init(prior: FrequencyPrior) { self.prior = prior }

    package var count: Int { samples.count }
    package var newest: ClockSample? { samples.last }

    /// Adds a sample that is later than all before it; an earlier one is left out.
    package mutating func add(_ sample: ClockSample) {
        if let last = samples.last, sample.moment <= last.moment { return }
        if samples.count == Self.capacity { samples.removeFirst() }
        samples.append(sample)
        var line = LineFit(samples, prior: prior)
        while samples.count > Self.fewestForRunsTest, line.tooFewRuns {
            samples.removeFirst(max(1, samples.count / 8))
            line = LineFit(samples, prior: prior)
        }
        fit = line
    }

    /// The line's value at the newest sample, nil without samples.
    package var estimate: ClockEstimate? {
        guard let fit, let newest = samples.last else { return nil }
        return ClockEstimate(
            moment: newest.moment,
            date: newest.date + .seconds(fit.intercept),
            frequency: Frequency(fraction: fit.slope),
            phaseError: .seconds(fit.interceptError),
            frequencyError: Frequency(fraction: fit.slopeError)
        )
    }

    /// How far a sample is from the line, if they cannot both be right, each within its bound; otherwise nil.
    package func contradiction(of sample: ClockSample) -> NTPDuration? {
        guard let estimate else { return nil }
        let line = TimeReference(estimate: estimate, rootDelay: delay, rootDispersion: dispersion, leap: .none)
        let difference = (sample.date - estimate.date(at: sample.moment)).magnitude
        return difference > line.rootDistance(at: sample.moment) + sample.errorBound ? difference : nil
    }

    /// Twice a bound on the estimate's error from asymmetric paths: each sample's delay by the size of its share.
    package var delay: NTPDuration { .seconds(fit?.delay ?? 0) }

    /// A bound on the estimate's error from the samples' own dispersions.
    package var dispersion: NTPDuration { .seconds(fit?.dispersion ?? 0) }

    /// Standard deviation of the residuals.
    package var jitter: NTPDuration { .seconds(fit?.residualDeviation ?? 0) }

    /// The newest sample's deviation from the line.
    package var newestResidual: NTPDuration { .seconds(-(fit?.intercept ?? 0)) }
}
