import HAL
import NTPTime

/// Why a chip that answers, and has a time, is not believed.
package enum RTCRefusal: Hashable, Sendable {
    /// A write to it began and was not finished.
    case halfSet
    /// Its time is this long before the last that was seen of it.
    case wentBack(NTPDuration)
    /// It gains so much, which no chip of its kind does.
    case rate(Frequency)
}

extension RTCRefusal: CustomStringConvertible {
    /// What was seen and what the likely cause is, for people.
    package var description: String {
        switch self {
        case .halfSet:
            return "RTC: it was being set when the power failed, and may show anything"
        case .wentBack(let time):
            return
                "RTC: its time is \(fixed(time.seconds, 0)) s before the last that was seen of it: it stood still, or "
                + "somebody has set it back; an empty battery or a counterfeit chip"
        case .rate(let rate):
            let perDay = fixed(abs(rate.fraction) * 86_400, 1)
            return "RTC: it \(rate.fraction > 0 ? "gains" : "loses") \(perDay) s a day, which no chip "
                + "of its kind does: a counterfeit, or another chip"
        }
    }
}

extension RTCModel {
    /// The chip may be set back a little by whoever has better time.
    private static let goneBack = NTPDuration.seconds(60)

    /// Why the chip cannot be what it should be, by what was learned of it; nil if it can.
    ///
    /// - Parameter date: UTC, as the chip has it if nobody else does.
    package func refusal(at date: NTPDate) -> RTCRefusal? {
        guard !isBeingWritten else { return .halfSet }
        guard let state else { return nil }
        let drift = drift
        let surely = drift.fraction.magnitude - Self.boundDeviations * driftUncertainty.fraction
        guard surely <= kind.rate.largestDrift.fraction else { return .rate(drift) }
        let offset = predict(at: date).offset
        let gone = state.date - (date - offset)
        return gone > Self.goneBack ? .wentBack(gone) : nil
    }
}

/// Watches that the chip's seconds are as long as the oscillator's, within what either can be wrong by.
package struct RateWatch: Sendable {
    private var last: EdgeSample?
    private var misfits = 0
    /// The chip's rate, if it is beyond all reason time and again.
    package private(set) var impossibleRate: Frequency?

    /// Of the oscillator and the chip together.
    private static let tolerance = Frequency.ppm(200)
    /// Once is somebody who sets the chip.
    private static let patience = 3

    package init() {}

    package mutating func note(_ sample: EdgeSample) {
        defer { last = sample }
        guard let last, sample.edge > last.edge else { return }
        let elapsed = sample.edge - last.edge
        let gained = sample.chipTime - last.chipTime - elapsed
        let allowed = Self.tolerance * elapsed + sample.uncertainty + last.uncertainty
        misfits = gained.magnitude > allowed ? misfits + 1 : 0
        impossibleRate =
            misfits >= Self.patience ? Frequency(fraction: gained.seconds / elapsed.seconds) : nil
    }

    /// The chip was set.
    package mutating func restart() { last = nil }
}
