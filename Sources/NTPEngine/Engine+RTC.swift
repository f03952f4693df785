import ClockDiscipline
import DS3231
import NTPTime
import NTPWire
import RTCReference

/// The RTC: loaded at boot, learned and written back in sync, followed in holdover.
extension Engine {
    mutating func askRTC(at now: ClockReading) {
        let estimate = served.reference?.estimate
        let frequency = estimate?.frequency ?? currentPrior(at: now.monotonic).frequency
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
            rtc?.note(report, estimate: networkReference?.estimate, at: now)
            log(
                .notice,
                "RTC set, \(fixed(report.residual.milliseconds, 3)) ms off, ±\(fixed(report.uncertainty.milliseconds, 3)) ms"
            )
            saveRTC()
        case .trimmed(let report):
            let estimate = served.reference?.estimate
            rtc?.note(report, at: estimate?.date(at: report.effective) ?? now.date, now: now.monotonic)
            log(.notice, "RTC trimmed by its aging register, from \(report.before) to \(report.after)")
            saveRTC()
        case .failed(_, let reason): noteFailure(reason, isTimeless: false, at: now.monotonic)
        case .timeless(let reason):
            noteFailure(reason, isTimeless: true, at: now.monotonic)
            guard state == .synchronised, let estimate = networkReference?.estimate,
                rtc?.mayBeWritten(at: estimate.date(at: now.monotonic)) == true
            else { return }
            rtc?.requestWrite(of: .disciplined)
        }
    }

    private mutating func noteFailure(_ reason: String, isTimeless: Bool, at now: MonotonicTime) {
        guard rtc?.noteFailure(reason, isTimeless: isTimeless, at: now) == true else { return }
        log(.warning, reason)
    }

    private mutating func take(_ sample: EdgeSample, at now: ClockReading) {
        let refusal = rtc?.refusal
        if let leapSeconds { rtc?.catchUp(with: leapSeconds, at: sample.chipTime) }
        rtc?.note(sample, in: state, at: now.monotonic)
        if let news = rtc?.refusal, refusal == nil { log(.warning, "\(news); it is not followed") }
        noteTemperature(sample)
        switch state {
        case .synchronised:
            guard let reference = networkReference else { return }
            // Around a leap second it is not certain on which side of it the second that is written lies.
            if rtc?.note(sample, against: reference) == true, !isLeapSecondClose(at: now.monotonic) {
                rtc?.requestWrite(of: .disciplined)
            }
        case .unsynchronised, .holdover, .lastResort: break
        }
        followRTC(at: now)
    }

    /// A server's sample was taken: it tells how far off the chip is.
    mutating func teachRTC(by association: Association, of reference: TimeReference) {
        guard rtc != nil, association.contradiction == nil, let sample = association.statistics.newest,
            let estimate = association.reference?.estimate
        else { return }
        // What the servers are apart is no noise of this sample.
        let others = reference.estimate.date(at: sample.moment) - estimate.date(at: sample.moment)
        let error = association.statistics.newestError
        let reading = ClockReading(monotonic: sample.moment, date: sample.date + others - error.mean)
        let timescale = Timescale(reading: reading, frequency: reference.estimate.frequency)
        rtc?.learn(Comparison(timescale, error.deviation), against: reference)
        let wasUsed = thermal.isUsed
        thermal.learn(reading, deviation: error.deviation)
        if !wasUsed, thermal.isUsed, let coefficient = thermal.estimate?.coefficient {
            log(
                .info,
                "the oscillator follows temperature by \(fixed(coefficient.ppm, 3)) ppm/°C, which is foretold now"
            )
        }
    }

    /// The oscillator runs otherwise at another temperature; so does what is estimated of it.
    private mutating func noteTemperature(_ sample: EdgeSample) {
        let change = thermal.note(celsius: sample.temperature.celsius, at: sample.edge)
        guard change != .zero else { return }
        networkReference?.estimate.changeFrequency(by: change, at: sample.edge)
        served.reference?.estimate.changeFrequency(by: change, at: sample.edge)
        guard served.correction.duration == .zero, let estimate = served.reference?.estimate else { return }
        actions.append(.steer(ClockSteering(frequency: estimate.frequency)))
    }

    /// Steers by the RTC where it knows better than the servers' last word and the oscillator: the bounds decide.
    private mutating func followRTC(at now: ClockReading) {
        guard !isLeapSecondClose(at: now.monotonic) else { return }
        let prior = currentPrior(at: now.monotonic)
        let gain = rtc?.lastSample.map { thermal.gain(at: $0.edge) } ?? .none
        let wasDoubted = rtc?.contradiction != nil
        let reference = rtc?.reference(
            prior: prior,
            thermal: gain,
            own: state == .unsynchronised ? nil : networkReference
        )
        if let contradiction = rtc?.contradiction, !wasDoubted { doubtRTC(contradiction) }
        guard let reference, !isHoldoverOver,
            reference.rootDistance(at: now.monotonic) < configuration.holdover.distance
        else { return }
        if state != .synchronised { serveAsRTC() }
        if state != .unsynchronised, let own = networkReference,
            own.rootDistance(at: now.monotonic) < reference.rootDistance(at: now.monotonic)
        {
            return
        }
        let isFirst = state == .unsynchronised || state == .lastResort
        guard follow(reference, by: rtcLoop, isFirst: isFirst, at: now) else { return }
        if isFirst {
            state = .holdover
            holdoverSince = now.monotonic
            log(.notice, "time loaded from the RTC, ±\(fixed(reference.rootDistance(at: now.monotonic).seconds, 3)) s")
        }
    }

    /// Sets the chip at somebody's request.
    ///
    /// - Parameter date: the time to set it to now; nil for the disciplined clock's.
    /// - Returns: why it cannot be done; nil if it can, and the result comes with the RTC's answer.
    package mutating func setRTC(to date: NTPDate?, at now: ClockReading) -> String? {
        guard rtc != nil else { return "no RTC is configured" }
        if let date {
            guard date >= .earliestPlausible else {
                return "expected a time after \(NTPDate.earliestPlausible.iso8601(decimals: 0)), which is past"
            }
            rtc?.requestWrite(of: .given(ClockReading(monotonic: now.monotonic, date: date)))
            return nil
        }
        guard state == .synchronised else { return "the clock is not synchronised; give the time with --time" }
        rtc?.requestWrite(of: .disciplined)
        return nil
    }

    /// Sets the chip's aging register at somebody's request.
    ///
    /// - Parameter aging: it stays so from now on; nil lets it be set as the chip needs it again.
    /// - Returns: why it cannot be done; nil if it can, and the result comes with the RTC's answer.
    package mutating func trimRTC(to aging: AgingOffset?, at now: ClockReading) -> String? {
        guard rtc != nil else { return "no RTC is configured" }
        rtc?.requestTrim(to: aging)
        return nil
    }

    /// Sets the chip a last time if the time is known and the chip needs it.
    ///
    /// Most chips do not: they are set whenever they are off, and what is left is corrected by what was learned. It is for
    /// one that was never set, has lost its time, or was set so lately that the next write was not due.
    /// - Returns: whether it is to be; `isSettingRTC` tells when that is over.
    package mutating func setRTCBeforeEnd(at now: ClockReading) -> Bool {
        guard state == .synchronised, let estimate = networkReference?.estimate,
            rtc?.needsWrite(at: estimate.date(at: now.monotonic)) == true
        else { return false }
        rtc?.requestWrite(of: .disciplined)
        return true
    }

    /// Whether the time that is served is the RTC's.
    package var isFollowingRTC: Bool { state == .holdover && served.referenceID == .rtc }

    package var isSettingRTC: Bool { rtc?.isSetting ?? false }

    /// The chip has made a jump, and is not followed any more. While there are servers, they are; in holdover the bound
    /// covers both.
    private mutating func doubtRTC(_ contradiction: NTPDuration) {
        guard state != .synchronised else {
            served.reference = networkReference
            rtc?.startLineAnew()
            return
        }
        guard let base = served.reference else { return }
        served.reference?.rootDispersion = max(base.rootDispersion, contradiction)
        log(.warning, "RTC: it is \(fixed(contradiction.seconds, 3)) s away from where it was; it is not followed")
    }

    mutating func saveRTC() {
        guard let rtc else { return }
        actions.append(.saveRTC(rtc.saved))
    }
}
