import NTPTime

/// What is left after some time of a Gauss-Markov process with standard deviation 1.
package struct GaussMarkovDecay: Equatable, Sendable {
    /// The share of the process that is lost by then.
    package let lost: Double
    /// The mean of what is there meanwhile, as a share of what was there.
    package let mean: Double
    /// Variance of the process's mean that chance adds.
    package let meanVariance: Double

    /// What is left at the end.
    package var kept: Double { 1 - lost }

    /// - Parameter part: the time as a share of the time constant; not negative.
    package init(part: Double) {
        if part < 0.01 {
            // Series, as the differences below would lose their digits.
            lost = part * (1 - part / 2 * (1 - part / 3 * (1 - part / 4)))
            meanVariance = part * (2.0 / 3 - part * (1.0 / 2 - part * (7.0 / 30 - part / 12)))
        } else {
            lost = 1 - Elementary.exp(-part)
            meanVariance = (2 * (part - lost) - lost * lost) / (part * part)
        }
        mean = part > 0 ? lost / part : 1
    }
}
