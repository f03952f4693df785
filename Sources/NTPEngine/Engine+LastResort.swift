import ClockDiscipline
import NTPTime
import NTPWire

/// What is served when there is neither server nor RTC to go by: the machine's clock as it runs.
package struct LastResort: Equatable, Sendable {
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
    static let handSetError = NTPDuration.seconds(1)
}

extension Engine {
    mutating func resortToOwnClock(at now: ClockReading) {
        guard let lastResort = configuration.lastResort, state == .unsynchronised, lastResortBegin <= now.monotonic
        else {
            return
        }
        // By the user's word the clock is right; how far it drifts from now on nobody sees, so the bound grows.
        served.reference = TimeReference(
            estimate: ClockEstimate(
                moment: now.monotonic,
                date: now.date,
                frequency: prior.frequency,
                phaseError: .zero,
                frequencyError: prior.error
            ),
            rootDelay: .zero,
            rootDispersion: LastResort.handSetError,
            leap: .none
        )
        served.referenceDate = now.date
        serve(lastResort, at: now)
    }

    /// Serves what is served already, whatever its bound, as the user wants it.
    mutating func serve(_ lastResort: LastResort, at now: ClockReading) {
        log(
            .warning,
            "the clock is served as it runs, at stratum \(lastResort.stratum), ±\(fixed(served.rootDistance(at: now).seconds, 1)) s and growing"
        )
        state = .lastResort
        served.stratum = lastResort.stratum
        served.referenceID = lastResort.referenceID
        serveLeapSecond()
        publishStatus(at: now)
    }
}
