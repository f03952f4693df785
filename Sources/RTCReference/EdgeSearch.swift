import HAL
import NTPTime

/// Finding the moment at which the chip's second begins, from a register that counts whole seconds.
///
/// A read shows the seconds as they were at a START that lies somewhere between the stamps around the call. When one
/// read shows the old second and the next one the new, the second began after the former's first stamp and before the
/// latter's last: that bracket holds whatever the bus, the driver and the scheduler did in between, and nothing about
/// bit rates is assumed. A read that was delayed gives a wide bracket, not a wrong one.
extension RTCReference {
    /// Between polls while nothing is known about the second.
    private static let searchInterval = NTPDuration.milliseconds(2)
    /// The longest search: a second of the slowest chip, and what polling adds.
    static let searchTime = NTPDuration.milliseconds(1_100)
    /// How much earlier than needed polling begins, for a late wake-up and a slow transfer, and how much later than needed it
    /// ends; twice that after each second that was missed.
    private static let margin = NTPDuration.milliseconds(3)
    /// Predictions worse than this are not worth polling tightly for.
    private static let widestPrediction = NTPDuration.milliseconds(250)
    /// Tight brackets are asked for; after this many that were missed or wide, the latest is taken, or another search's.
    private static let attempts = 3
    /// More than the oscillator and the chip drift apart in one second.
    private static let driftInSecond = NTPDuration.microseconds(200)
    /// The full time must have been read this soon after the edge to belong to its second.
    private static let latestReading = NTPDuration.milliseconds(950)

    /// The moment at which one second began.
    struct Bracket {
        /// The old second was read by a call that began here.
        var earliest: MonotonicTime
        /// The new second was read by a call that ended here.
        var latest: MonotonicTime
        /// The new value of the seconds register.
        var second: UInt8
        /// Whether it was not polled for, but stamped by an interrupt.
        var isStamped = false

        var width: NTPDuration { latest - earliest }
        var middle: MonotonicTime { earliest + width / 2 }
        /// Half of the width, rounded up.
        var uncertainty: NTPDuration { latest - middle }
    }

    /// Waits for a second to begin, and reads the time that it begins.
    ///
    /// With a prediction this polls for some milliseconds around it. Without one, or when the second is not where it was
    /// predicted, it polls for up to 1.1 s every 2 ms, then tightly around the next second.
    ///
    /// With a square wave the edge is one of the wave's, which takes up to two seconds; it is polled for when the wave
    /// does not come, or does not come with the second.
    ///
    /// - Throws: `oscillatorStopped`, `implausible`, `noEdge`, `incoherentSeconds`, `incoherentTime`, `tooSlow`, `chip`.
    package func findEdge(expecting prediction: EdgePrediction? = nil) throws(RTCError) -> EdgeSample {
        let (bracket, registers) = try measureEdge(expecting: prediction)
        guard !registers.oscillatorStopped else { throw .oscillatorStopped }
        let time = try registers.readTime()
        try check(time.civil.date)
        return sample(bracket, registers, time)
    }

    func check(_ date: NTPDate) throws(RTCError) {
        guard plausibleDates.contains(date) else { throw .implausible(date, plausible: plausibleDates) }
    }

    func sample(_ bracket: Bracket, _ registers: RTCChipSnapshot, _ time: RTCChipTime) -> EdgeSample {
        EdgeSample(
            edge: bracket.middle,
            uncertainty: bracket.uncertainty + registers.ripple,
            chipTime: time.civil.date,
            temperature: registers.temperature,
            trim: registers.trim,
            isStamped: bracket.isStamped
        )
    }

    /// Finds the edge whether or not the time is to be believed, and reads the registers within the second that it began.
    func measureEdge(expecting prediction: EdgePrediction?) throws(RTCError) -> (Bracket, RTCChipSnapshot) {
        let bracket: Bracket
        do throws(RTCError) {
            bracket = try bracketEdge(expecting: prediction)
        } catch {
            // A chip of another kind, or one that knows that its oscillator has stopped, says more than the symptom does.
            guard error.isSymptom, try readSnapshot().oscillatorStopped else { throw error }
            throw .oscillatorStopped
        }
        let registers = try readSnapshot()
        guard clock.now - bracket.earliest < Self.latestReading else { throw .tooSlow }
        if case .success(let time) = registers.unverifiedTime, time.civil.second != bracket.second {
            throw .incoherentTime(expectedSecond: bracket.second, read: time.civil)
        }
        return (bracket, registers)
    }

    func bracketEdge(expecting prediction: EdgePrediction?) throws(RTCError) -> Bracket {
        guard let squareWave else { return try bracketPolledEdge(expecting: prediction) }
        do throws(RTCError) {
            let bracket = try bracketStampedEdge(of: squareWave)
            squareWave.trouble = nil
            return bracket
        } catch .squareWave(let trouble) {
            let bracket = try bracketPolledEdge(expecting: prediction)
            // Not before: a chip that stands still is no trouble of the wave's.
            squareWave.trouble = trouble
            return bracket
        }
    }

    private func bracketPolledEdge(expecting prediction: EdgePrediction?) throws(RTCError) -> Bracket {
        if let prediction, prediction.uncertainty < Self.widestPrediction,
            let bracket = try bracketTightly(prediction, margin: Self.margin)
        {
            return bracket
        }
        var latest = try search()
        var margin = Self.margin
        // A second that has been found in a search is found more finely the next time it begins.
        for attempt in 1...Self.attempts {
            let next = EdgePrediction(
                moment: latest.middle + .seconds(1),
                uncertainty: latest.uncertainty + Self.driftInSecond * Double(attempt)
            )
            guard let bracket = try bracketTightly(next, margin: margin) else {
                margin += margin
                continue
            }
            let isFiner = bracket.width < latest.width
            latest = bracket
            if isFiner { break }
        }
        // The registers are read within the second that the edge began, so it must not lie back too far.
        return clock.now - latest.earliest < Self.latestReading ? latest : try search()
    }

    /// Polls back to back around `prediction`, moved on by whole seconds to where that can still begin in time.
    ///
    /// - Returns: nil if the second did not begin while polling.
    private func bracketTightly(_ prediction: EdgePrediction, margin: NTPDuration) throws(RTCError) -> Bracket? {
        let reach = prediction.uncertainty + margin
        var moment = prediction.moment
        let lead = clock.now - (moment - reach)
        if lead > .zero { moment += NTPDuration(units: ((lead.units >> 32) + 1) << 32) }
        clock.sleep(until: moment - reach)
        return try poll(every: .zero, until: moment + reach)
    }

    private func search() throws(RTCError) -> Bracket {
        guard let bracket = try poll(every: Self.searchInterval, until: clock.now + Self.searchTime) else {
            throw .noEdge
        }
        return bracket
    }

    /// Reads the seconds until they change or `deadline` has passed.
    private func poll(every interval: NTPDuration, until deadline: MonotonicTime) throws(RTCError) -> Bracket? {
        var earliest = clock.now
        let before = try readSeconds()
        repeat {
            clock.sleep(until: earliest + interval)
            let began = clock.now
            let second = try readSeconds()
            if second != before {
                guard second == (before + 1) % 60 else { throw .incoherentSeconds(from: before, to: second) }
                return Bracket(earliest: earliest, latest: clock.now, second: second)
            }
            earliest = began
        } while clock.now < deadline
        return nil
    }

    func readSeconds() throws(RTCError) -> UInt8 {
        do throws(RTCChipError) { return try chip.readSeconds() } catch { throw .chip(error) }
    }
}

extension RTCChipSnapshot {
    /// The time, whether or not it is to be believed.
    func readTime() throws(RTCError) -> RTCChipTime {
        do throws(RTCChipError) { return try unverifiedTime.get() } catch { throw .chip(error) }
    }
}
