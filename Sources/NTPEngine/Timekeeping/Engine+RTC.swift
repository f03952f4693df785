import ClockDiscipline
import HAL
import NTPTime
import NTPWire
import RTCReference

/// The RTC: loaded at boot, learned and written back in sync, followed in holdover.
extension Engine {
    mutating func askRTC(at now: ClockReading) {
        let reference = timekeeper.followed
        let frequency = reference?.estimate.frequency ?? currentPrior(at: now.monotonic).frequency
        guard let request = rtc?.request(at: now.monotonic, reference: reference, frequency: frequency) else { return }
        // What is kept says that a write is under way before it is, should the power fail in it.
        if case .write = request { saveRTC() }
        actions.append(.rtc(request))
    }

    /// The answer to the last `EngineAction.rtc`.
    package mutating func rtcAnswered(_ answer: RTCAnswer, at now: ClockReading) {
        switch answer {
        case .sample(let sample):
            guard configuration.plausibleDates.contains(sample.chipTime) else {
                // The chip may hold dates that the kernel's clock must not.
                let error = RTCError.implausible(sample.chipTime, plausible: configuration.plausibleDates)
                return rtcAnswered(.timeless(.failed(error)), at: now)
            }
            take(sample, at: now)
        case .written(let report):
            rtc?.note(report, known: timekeeper.network?.reference, at: now.monotonic)
            tell(.rtcSet(report))
            saveRTC()
        case .trimmed(let report):
            let estimate = timekeeper.followed?.estimate
            rtc?.note(report, at: estimate?.date(at: report.effective) ?? now.date, now: now.monotonic)
            tell(.rtcTrimmed(report))
            saveRTC()
        case .failed(_, let trouble, let mayHaveChanged):
            let wasSetting = isSettingRTC
            noteFailure(trouble, isTimeless: false, mayHaveChanged: mayHaveChanged, at: now.monotonic)
            // What is kept says that a write is under way.
            if wasSetting, !mayHaveChanged { saveRTC() }
        case .timeless(let trouble):
            noteFailure(trouble, isTimeless: true, mayHaveChanged: false, at: now.monotonic)
            guard isTimeKnown, let estimate = timekeeper.followed?.estimate,
                rtc?.mayBeWritten(at: estimate.date(at: now.monotonic)) == true
            else { return }
            rtc?.requestWrite()
        }
    }

    private mutating func noteFailure(
        _ trouble: RTCTrouble,
        isTimeless: Bool,
        mayHaveChanged: Bool,
        at now: MonotonicTime
    ) {
        let isNews = rtc?.noteFailure(trouble, isTimeless: isTimeless, mayHaveChanged: mayHaveChanged, at: now)
        if isNews == true { tell(.rtcTrouble(trouble)) }
    }

    private mutating func take(_ sample: EdgeSample, at now: ClockReading) {
        let refusal = rtc?.refusal
        if let leapSeconds { rtc?.catchUp(with: leapSeconds, at: sample.chipTime) }
        let situation = situation
        rtc?.note(sample, in: situation, at: now.monotonic)
        if let news = rtc?.refusal, refusal == nil { tell(.rtcRefused(news)) }
        if let temperature = sample.temperature { noteChipTemperature(temperature.celsius, at: sample.edge) }
        // Around a leap second it is not certain on which side of it the second that is written lies.
        if isTimeKnown, let network = timekeeper.network, rtc?.compare(sample, with: network.reference) == true,
            !isLeapSecondClose(at: now.monotonic)
        {
            rtc?.requestWrite()
        }
        guard !isLeapSecondClose(at: now.monotonic) else { return }
        updateRTCReference(at: now.monotonic)
        decide(after: .clock(.rtc), at: now)
    }

    /// Whether servers are believed, and were heard lately.
    private var isTimeKnown: Bool {
        guard state.kind == .synchronised, let network = timekeeper.network else { return false }
        return associations.contains { network.members.contains($0.id) && $0.isReachable }
    }

    private var situation: RTCSource.Situation {
        switch state.kind {
        case .unsynchronised: .nothingKnown
        case .synchronised: isTimeKnown ? .synchronised : .holdover
        case .holdover, .local: .holdover
        }
    }

    /// What the chip makes of the time at its last sample.
    private mutating func updateRTCReference(at now: MonotonicTime) {
        let gain = rtc?.lastSample.map { thermalGain(at: $0.edge) } ?? .none
        let (prior, allowance) = (currentPrior(at: now), timekeeper.stability.allowance)
        let since = rtc?.store.memory.unknownSince
        let jump = rtc?.updateReference(prior: prior, thermal: gain, allowance: allowance)
        if let jump { noteRTCDoubt(jump) }
        // A chip that is seen for the first time may have gone wrong by any amount when it is seen again.
        if rtc?.store.memory.unknownSince != since { saveRTC() }
        guard let network = timekeeper.network?.reference,
            let doubt = rtc?.reference?.contradiction(of: network, at: now)
        else { return }
        // Both cannot be right. While servers are heard, the chip is compared with them and put right.
        rtc?.dismissReference()
        guard !isTimeKnown else { return }
        rtc?.addDoubt(doubt)
        noteRTCDoubt(doubt)
    }

    private mutating func noteRTCDoubt(_ size: NTPDuration) {
        tell(.rtcMoved(size))
        saveRTC()
    }

    /// A server's sample was taken: it tells how far off the chip is, and what temperature does to the oscillator.
    mutating func learn(by association: Association, of reference: TimeReference) {
        guard rtc != nil || processorThermometer != nil, let sample = association.statistics.newest,
            let estimate = association.statistics.estimate
        else { return }
        // What the servers are apart is no noise of this sample.
        let others = reference.estimate.date(at: sample.moment) - estimate.date(at: sample.moment)
        let error = association.statistics.newestError
        let reading = ClockReading(monotonic: sample.moment, date: sample.date + others - error.mean)
        let timescale = Timescale(reading: reading, frequency: reference.estimate.frequency)
        let doubt = association.doubt(servable: configuration.selection.maximumDistance, at: sample.moment)
        rtc?.learn(UTCSample(timescale, error.deviation), against: reference, isDoubtful: doubt > .zero)
        learnTemperature(from: reading, deviation: error.deviation)
    }

    /// Sets the chip at somebody's request.
    ///
    /// - Parameter date: the time to set it to now; nil for the disciplined clock's.
    /// - Returns: why it cannot be done; nil if it can, and the result comes with the RTC's answer.
    package mutating func setRTC(to date: NTPDate?, at now: ClockReading) -> String? {
        guard rtc != nil else { return "no RTC is configured" }
        if let date {
            guard configuration.plausibleDates.contains(date) else {
                let earliest = configuration.plausibleDates.lowerBound.iso8601(decimals: 0)
                let latest = configuration.plausibleDates.upperBound.iso8601(decimals: 0)
                return "expected a time from \(earliest) to \(latest)"
            }
            rtc?.requestWrite(of: ClockReading(monotonic: now.monotonic, date: date))
            return nil
        }
        guard isTimeKnown else { return "the clock is not synchronised; give the time with --time" }
        rtc?.requestWrite()
        return nil
    }

    /// Sets the chip's trim register at somebody's request.
    ///
    /// - Parameter trim: it stays so from now on; nil lets it be set as the chip needs it again.
    /// - Returns: why it cannot be done; nil if it can, and the result comes with the RTC's answer.
    package mutating func trimRTC(to trim: TrimOffset?, at now: ClockReading) -> String? {
        guard rtc != nil else { return "no RTC is configured" }
        rtc?.requestTrim(to: trim)
        return nil
    }

    /// Sets the chip a last time if the time is known and the chip needs it.
    ///
    /// Most chips do not: they are set whenever they are off, and what is left is corrected by what was learned. It is for
    /// one that was never set, has lost its time, or was set so lately that the next write was not due.
    /// - Returns: whether it is to be; `isSettingRTC` tells when that is over.
    package mutating func setRTCBeforeEnd(at now: ClockReading) -> Bool {
        guard isTimeKnown, let estimate = timekeeper.followed?.estimate,
            rtc?.needsWrite(at: estimate.date(at: now.monotonic)) == true
        else { return false }
        rtc?.requestWrite()
        return true
    }

    package var isSettingRTC: Bool { rtc?.isSetting ?? false }

    mutating func saveRTC() {
        guard let rtc else { return }
        actions.append(.saveRTC(rtc.saved))
    }
}

extension RTCSource {
    /// What the decision sees of the chip.
    func report(at now: MonotonicTime) -> ClockReport {
        ClockReport(
            id: .rtc,
            reference: reference,
            isUsable: isUsable(at: now),
            hasHistory: model.hasHistory,
            isDoubtful: doubt > .zero
        )
    }
}
