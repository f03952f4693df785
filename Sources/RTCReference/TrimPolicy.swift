import HAL
import NTPTime

/// When the chip's own rate is to be set right by its trim register, so that others, and the time without power, have
/// a chip that keeps time.
///
/// The chip's time is corrected by what was learned of it in any case, and each change of the register makes that less
/// certain for some hours: hence seldom, and not for what a day's temperature does.
package struct TrimPolicy: Hashable, Sendable {
    /// In steps: a mean drift below this is left alone.
    private static let threshold = 1.0
    /// In steps: deviation of a drift that is known well enough.
    private static let certainty = 0.5
    /// In steps: the drift at the moment must be as near to the mean of the day.
    private static let agreement = 0.5
    /// Time since the last change, and over which the mean is taken, in s.
    private static let day = 86_400.0
    /// Of a change, in steps: it is made again if it was not enough.
    private static let largestChange = 20.0

    private var since: NTPDate?
    private var last: NTPDate?
    private var mean = 0.0

    package init() {}

    /// The register was changed, or the chip may be another.
    package mutating func restart() { self = TrimPolicy() }

    /// What the trim register should be set to; nil if it is to be left alone.
    ///
    /// - Parameter date: UTC, each time later than before.
    package mutating func trim(of model: RTCModel, at date: NTPDate) -> TrimOffset? {
        guard let trim = model.kind.trim, let present = model.trim else { return nil }
        let step = trim.step.fraction
        guard model.driftUncertainty.fraction < Self.certainty * step else { return nil }
        let drift = model.drift.fraction
        let since = since ?? date
        let elapsed = (date - since).seconds
        let share = last.map { (date - $0).seconds / min(max(elapsed, 1), Self.day) } ?? 1
        mean += min(max(share, 0), 1) * (drift - mean)
        self.since = since
        last = date
        guard elapsed >= Self.day, abs(mean) > Self.threshold * step,
            abs(drift - mean) < Self.agreement * step
        else { return nil }
        let change = min(max((drift / step).rounded(), -Self.largestChange), Self.largestChange)
        let target = trim.clamped(Double(present.steps) + change)
        return target == present ? nil : target
    }
}
