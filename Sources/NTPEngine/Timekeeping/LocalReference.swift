import ClockDiscipline
import NTPTime
import NTPWire

/// The machine's clock as it runs, served when there is nothing else to go by (ntpd's local clock and orphan mode).
package struct LocalReference: Equatable, Sendable {
    package var stratum: UInt8
    package var referenceID: ReferenceID
    /// How long after the start nothing else must have come up.
    package var wait: NTPDuration

    package init(stratum: UInt8, referenceID: ReferenceID, wait: NTPDuration) {
        self.stratum = stratum
        self.referenceID = referenceID
        self.wait = wait
    }

    /// What a clock may be wrong by that somebody has set by hand.
    private static let handSetError = NTPDuration.seconds(1)

    /// The clock taken as right when nothing else is known. How far it drifts from then on nobody sees, so the bound grows.
    static func time(of clock: ClockReading, prior: FrequencyPrior) -> TimeReference {
        TimeReference(
            estimate: ClockEstimate(
                moment: clock.monotonic,
                date: clock.date,
                frequency: prior.frequency,
                phaseError: .zero,
                frequencyError: prior.error
            ),
            rootDelay: .zero,
            rootDispersion: handSetError,
            leap: .none
        )
    }
}
