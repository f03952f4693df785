import NTPTime

/// A source that is fit to take part in the selection.
package struct SelectionCandidate<ID: Hashable & Sendable>: Sendable {
    package var id: ID
    package var reference: TimeReference
    package var stratum: UInt8
    /// The user's word that this one is to be the system peer whenever it is a truechimer.
    package var prefer: Bool

    package init(id: ID, reference: TimeReference, stratum: UInt8, prefer: Bool) {
        self.id = id
        self.reference = reference
        self.stratum = stratum
        self.prefer = prefer
    }
}

/// Outcome of the selection at one moment.
package struct SourceSelection<ID: Hashable & Sendable>: Sendable {
    /// The sources whose correctness intervals all share a point, best first; empty if no majority agrees.
    package var truechimers: [SelectionCandidate<ID>]
    /// The others.
    package var falsetickers: [ID]
    /// Between which true time is if whoever is wrong is a minority: the first and the last point that a majority's intervals
    /// share. The truechimers share one, but so may others, if an interval is wide. nil for so few that none may be wrong.
    private var possible: (low: NTPDate, high: NTPDate)?
    /// Likewise the oscillator's frequency, in s/s.
    private var possibleFrequency: ClosedRange<Double>?

    /// Marzullo's intersection: the largest set of candidates whose intervals (estimate ± root distance) share a
    /// point, if it is a majority.
    ///
    /// As in RFC 5905 section 11.2.1 without its additional midpoint count: an interval of ours is a bound, not a
    /// confidence interval, so that a midpoint outside of the intersection proves nothing. Two sources that disagree
    /// are no majority, and neither is believed. One alone is believed, having nobody to contradict it.
    ///
    /// - Parameter systemPeer: the present choice; it stays first unless another is clearly better.
    /// - Parameter voters: the candidates and those who may yet be heard, of whom a majority is taken to be right.
    package init(
        among candidates: [SelectionCandidate<ID>],
        at moment: MonotonicTime,
        keeping systemPeer: ID?,
        voters: Int = 0,
        limits: SelectionLimits = SelectionLimits()
    ) {
        let voters = max(voters, candidates.count)
        guard let first = candidates.first else {
            truechimers = []
            falsetickers = []
            return
        }
        let origin = first.reference.estimate.date(at: moment)
        let intervals = candidates.map { candidate in
            let centre = candidate.reference.estimate.date(at: moment) - origin
            let distance = max(candidate.reference.rootDistance(at: moment), limits.minimumDistance)
            return (low: centre - distance, high: centre + distance)
        }
        // A largest set of intervals that share a point shares the low end of one of them.
        var agreeing: [Int] = []
        for point in intervals.map({ $0.low }) {
            let covering = intervals.indices.filter { intervals[$0].low <= point && point <= intervals[$0].high }
            if covering.count > agreeing.count { agreeing = covering }
        }
        // Who may yet be heard may say anything.
        let others = voters / 2 - (voters - candidates.count)
        guard 2 * agreeing.count > candidates.count, others >= 0 else {
            truechimers = []
            falsetickers = candidates.map { $0.id }
            return
        }
        falsetickers = candidates.indices.filter { !agreeing.contains($0) }.map { candidates[$0].id }
        guard agreeing.count >= limits.minimumSources else {
            truechimers = []
            return
        }
        func cost(_ candidate: SelectionCandidate<ID>) -> Double {
            let distance = candidate.reference.likelyDistance(at: moment).seconds + 1e-3 * Double(candidate.stratum)
            return candidate.id == systemPeer ? distance * Self.hysteresis : distance
        }
        truechimers = agreeing.map { candidates[$0] }.sorted { left, right in
            left.prefer == right.prefer ? cost(left) < cost(right) : left.prefer
        }
        guard voters >= SelectionLimits.fewestToOutvote else { return }
        if let range = Self.shared(by: intervals.map { $0.low...$0.high }, moreThan: others) {
            possible = (origin + range.lowerBound, origin + range.upperBound)
        }
        let frequencies = candidates.map { candidate in
            let estimate = candidate.reference.estimate
            let error = estimate.frequencyError.fraction * Self.frequencyDeviations
            return estimate.frequency.fraction - error...estimate.frequency.fraction + error
        }
        // A majority that agrees on the time need not agree on the frequency yet: then it may be anybody's.
        possibleFrequency =
            Self.shared(by: frequencies, moreThan: others) ?? Self.shared(by: frequencies, moreThan: 0)
    }

    /// From the first to the last point that lies in more than `count` of the intervals; nil if none does.
    private static func shared<Value>(by intervals: [ClosedRange<Value>], moreThan count: Int) -> ClosedRange<Value>? {
        let points = intervals.flatMap { [$0.lowerBound, $0.upperBound] }.filter { point in
            intervals.count { $0.contains(point) } > count
        }
        guard let low = points.min(), let high = points.max() else { return nil }
        return low...high
    }

    /// Of a frequency, which a few samples tell with heavier tails than the time.
    private static var frequencyDeviations: Double { 5 }

    /// How much smaller the present system peer's distance counts, so that two like ones do not take turns.
    private static var hysteresis: Double { 0.7 }
}

extension SourceSelection {
    /// The truechimers' mean, weighted by the inverse squares of their likely distances; nil if there are none.
    ///
    /// Its bound is the same mean of their bounds, since each one's error is within its own, and no less than what true time
    /// may be away from it as long as a minority is wrong; the user's word for one counts more than that.
    package func combined(at moment: MonotonicTime) -> TimeReference? {
        guard let first = truechimers.first else { return nil }
        let origin = first.reference.estimate.date(at: moment)
        var total = 0.0
        var offset = 0.0
        var delay = 0.0
        var dispersion = 0.0
        var allowance = first.reference.allowance
        var phaseVariance = 0.0
        var frequencyTotal = 0.0
        var frequency = 0.0
        for candidate in truechimers {
            let reference = candidate.reference
            let estimate = reference.estimate
            let distance = max(reference.likelyDistance(at: moment).seconds, 1e-6)
            let weight = 1 / (distance * distance)
            total += weight
            offset += weight * (estimate.date(at: moment) - origin).seconds
            delay += weight * reference.rootDelay.seconds
            let elapsed = moment - estimate.moment
            dispersion += weight * (reference.rootDispersion + reference.allowance.phase(over: elapsed)).seconds
            allowance.rate = max(allowance.rate, reference.allowance.rate)
            allowance.ceiling = max(allowance.ceiling, reference.allowance.ceiling)
            allowance.age = max(allowance.age, reference.allowance.age + elapsed.magnitude)
            let error = weight * estimate.phaseError(at: moment).seconds
            phaseVariance += error * error
            let precision = 1 / max(estimate.frequencyError.fraction * estimate.frequencyError.fraction, 1e-24)
            frequencyTotal += precision
            frequency += precision * estimate.frequency.fraction
        }
        var rate = frequency / frequencyTotal
        if let possibleFrequency, !first.prefer {
            rate = min(max(rate, possibleFrequency.lowerBound), possibleFrequency.upperBound)
            let farthest = max(rate - possibleFrequency.lowerBound, possibleFrequency.upperBound - rate)
            allowance.rate = max(allowance.rate, Frequency(fraction: farthest))
        }
        let date = origin + .seconds(offset / total)
        var reference = TimeReference(
            estimate: ClockEstimate(
                moment: moment,
                date: date,
                frequency: Frequency(fraction: rate),
                phaseError: .seconds(phaseVariance.squareRoot() / total),
                // Sources that share the oscillator share its wander: no better than the best of them.
                frequencyError: truechimers.map { $0.reference.estimate.frequencyError }.min()
                    ?? OscillatorModel.tolerance
            ),
            rootDelay: .seconds(delay / total),
            rootDispersion: .seconds(dispersion / total),
            leap: agreedLeap,
            allowance: allowance
        )
        if let possible, !first.prefer {
            let farthest = max(date - possible.low, possible.high - date)
            reference.rootDispersion += max(.zero, farthest - reference.rootDistance(at: moment))
        }
        return reference
    }

    /// The leap indicator that most of the truechimers announce.
    private var agreedLeap: LeapIndicator {
        for leap in [LeapIndicator.insertion, .deletion]
        where 2 * truechimers.count(where: { $0.reference.leap == leap }) > truechimers.count {
            return leap
        }
        return .none
    }
}
