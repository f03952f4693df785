import ClockDiscipline
import NTPTime
import NTPWire
import RTCReference

/// The RTC: loaded at boot, learned and written back in sync, followed in holdover.
extension Engine {
    mutating func askRTC(at now: ClockReading) {
        let frequency = currentPrior(at: now.monotonic).frequency
        let estimate = served.reference?.estimate
        guard let request = rtc?.request(at: now.monotonic, estimate: estimate, frequency: frequency) else { return }
        // What is kept says that a write is under way before it is, should the power fail in it.
        if case .write = request { saveRTC() }
        actions.append(.rtc(request))
    }

    /// The answer to the last `EngineAction.rtc`.
    package mutating func rtcAnswered(_ answer: RTCAnswer, at now: ClockReading) {
        switch answer {
        case .sample(let sample): take(sample, at: now)
        case .written(let report):
            rtc?.note(report, estimate: served.reference?.estimate, at: now)
            log(
                .notice,
                "RTC set, \(fixed(report.residual.milliseconds, 3)) ms off, ±\(fixed(report.uncertainty.milliseconds, 3)) ms"
            )
            saveRTC()
        case .failed(_, let reason):
            guard rtc?.noteFailure(reason, at: now.monotonic) == true else { return }
            log(.warning, reason)
        }
    }

    private mutating func take(_ sample: EdgeSample, at now: ClockReading) {
        rtc?.note(sample, in: state, at: now.monotonic)
        switch state {
        case .synchronised:
            guard let reference = networkReference else { return }
            if rtc?.learn(sample, against: reference) == true { rtc?.requestWrite(of: .disciplined) }
        case .unsynchronised, .holdover: followRTC(at: now)
        }
    }

    /// Steers by the RTC where it knows better than the oscillator alone: the bounds decide.
    private mutating func followRTC(at now: ClockReading) {
        let prior = currentPrior(at: now.monotonic)
        guard let reference = rtc?.reference(prior: prior),
            reference.rootDistance(at: now.monotonic) < ReplyCheck.maximumDistance
        else { return }
        serveAsRTC()
        if state == .holdover, let own = networkReference,
            own.rootDistance(at: now.monotonic) < reference.rootDistance(at: now.monotonic)
        {
            return
        }
        let isFirst = state == .unsynchronised
        guard follow(reference, by: rtcLoop, isFirst: isFirst, at: now) else { return }
        if isFirst {
            state = .holdover
            log(.notice, "time loaded from the RTC, ±\(fixed(served.rootDistance(at: now.monotonic).seconds, 3)) s")
        }
    }

    /// Sets the chip at somebody's request.
    ///
    /// - Parameter date: the time to set it to now; nil for the disciplined clock's.
    /// - Returns: whether it can be done; the result comes with the next answer of the RTC.
    package mutating func setRTC(to date: NTPDate?, at now: ClockReading) -> Bool {
        guard rtc != nil else { return false }
        if let date {
            rtc?.requestWrite(of: .given(ClockReading(monotonic: now.monotonic, date: date)))
            return true
        }
        guard state == .synchronised else { return false }
        rtc?.requestWrite(of: .disciplined)
        return true
    }

    mutating func saveRTC() {
        guard let rtc else { return }
        actions.append(.saveRTC(rtc.saved))
    }
}
