import DS3231
import NTPTime

/// When the chip's own rate is to be set right by its aging register, so that others, and the time without power, have
/// a chip that keeps time.
///
/// The chip's time is corrected by what was learned of it in any case, and each change of the register makes that less
/// certain for some hours: hence seldom, and not for what a day's temperature does.
package struct TrimPolicy: Hashable, Sendable {
    /// A mean drift below this is left alone.
    private static let threshold = Frequency.ppm(0.1)
    /// Deviation of a drift that is known well enough.
    private static let certainty = Frequency.ppm(0.03)
    /// The drift at the moment must be as near to the mean of the day.
    private static let agreement = Frequency.ppm(0.05)
    /// Time since the last change, and over which the mean is taken, in s.
    private static let day = 86_400.0
    /// Of a change, in steps: no chip that is fit for use is off by more than 2 ppm.
    private static let largestChange = 20

    private var since: NTPDate?
    private var last: NTPDate?
    private var mean = 0.0

    package init() {}

    /// The register was changed, or the chip may be another.
    package mutating func restart() { self = TrimPolicy() }

    /// What the aging register should be set to; nil if it is to be left alone.
    ///
    /// - Parameter date: UTC, each time later than before.
    package mutating func trim(of model: RTCModel, at date: NTPDate) -> AgingOffset? {
        guard let aging = model.aging, model.driftUncertainty < Self.certainty else { return nil }
        let drift = model.drift.fraction
        let since = since ?? date
        let elapsed = (date - since).seconds
        let share = last.map { (date - $0).seconds / min(max(elapsed, 1), Self.day) } ?? 1
        mean += min(max(share, 0), 1) * (drift - mean)
        self.since = since
        last = date
        guard elapsed >= Self.day, abs(mean) > Self.threshold.fraction,
            abs(drift - mean) < Self.agreement.fraction
        else { return nil }
        let steps = Int((drift / AgingOffset.step.fraction).rounded())
        let change = min(max(steps, -Self.largestChange), Self.largestChange)
        let target = AgingOffset(steps: Int8(min(max(Int(aging.steps) + change, -128), 127)))
        return target == aging ? nil : target
    }
}
