import NTPTime

/// An estimate of UTC together with the bound on its error: what one source, or all of them combined, says.
package struct TimeReference: BitwiseCopyable, Equatable, Sendable {
    package var estimate: ClockEstimate
    /// Total round-trip delay to the primary source; half of it bounds the error from asymmetric paths.
    package var rootDelay: NTPDuration
    /// Bound on all other systematic errors at the moment of the estimate, up to the primary source.
    package var rootDispersion: NTPDuration
    package var leap: LeapIndicator
    /// What the oscillator may have done since the estimate.
    package var allowance: OscillatorAllowance
    /// The part of the root dispersion that is for what is possible, but not likely.
    package var precaution: NTPDuration

    package init(
        estimate: ClockEstimate,
        rootDelay: NTPDuration,
        rootDispersion: NTPDuration,
        leap: LeapIndicator,
        allowance: OscillatorAllowance = .cautious,
        precaution: NTPDuration = .zero
    ) {
        self.estimate = estimate
        self.rootDelay = rootDelay
        self.rootDispersion = rootDispersion
        self.leap = leap
        self.allowance = allowance
        self.precaution = precaution
    }

    /// Multiple of a standard error that is taken as its bound.
    package static let boundFactor = 3.0

    /// Root dispersion with noise and with what the oscillator may have done since.
    package func rootDispersion(at moment: MonotonicTime) -> NTPDuration {
        rootDispersion + estimate.phaseError(at: moment) * Self.boundFactor
            + allowance.phase(over: moment - estimate.moment)
    }

    /// Root distance (RFC 5905 section 11.1): the bound on the estimate's error.
    package func rootDistance(at moment: MonotonicTime) -> NTPDuration {
        rootDelay / 2 + rootDispersion(at: moment)
    }

    /// The distance that is likely: the bound without precautions, with what a calm oscillator does. Choices go by it, promises by the bound.
    package func likelyDistance(at moment: MonotonicTime) -> NTPDuration {
        rootDelay / 2 + rootDispersion - precaution + estimate.phaseError(at: moment) * Self.boundFactor
            + OscillatorAllowance.leastRate * (moment - estimate.moment).magnitude
    }

    /// How far two references are apart, if they cannot both be right, each within its bound; otherwise nil.
    package func contradiction(of other: TimeReference, at moment: MonotonicTime) -> NTPDuration? {
        let difference = (estimate.date(at: moment) - other.estimate.date(at: moment)).magnitude
        return difference > rootDistance(at: moment) + other.rootDistance(at: moment) ? difference : nil
    }
}
