import ClockDiscipline
import HAL
import NTPTime

/// What came of setting the chip.
package struct WriteReport: Hashable, Sendable {
    /// The whole second that was written.
    package let written: NTPDate
    /// Chip − UTC after the write, measured at a later edge; positive when the chip is ahead.
    package let residual: NTPDuration
    /// Bound of `residual`, beside the time scale's own.
    package let uncertainty: NTPDuration
    /// OSF was set before; it is clear now.
    package let oscillatorHadStopped: Bool
    /// The oscillator was switched off for when the chip is on its battery (EOSC); it is on now.
    package let wasOffOnBattery: Bool
    /// The edge at which the residual was measured.
    package let edge: EdgeSample
    /// By how many seconds the write moved the chip, give or take one: what it was set to less what it showed before, at the
    /// same moment; positive if it was slow. nil if what it showed was no time.
    package var moved: Int64?

    /// `moved` for people.
    package var movement: String? { moved.map { $0 == 0 ? "less than 1 s" : "\($0) s" } }
}

extension RTCReference {
    /// From now to the second that is written, at least.
    private static let preparation = NTPDuration.milliseconds(50)
    /// How late a write may begin. A later one waits for another second instead, from the second miss on for twice as long:
    /// on a machine that always wakes up late a chip that is off by that, which the residual shows, is better than one that
    /// is not set.
    private static let latestStart = NTPDuration.milliseconds(1)
    /// How often a second may be missed, and how often a write that the bus interrupted is begun anew.
    private static let attempts = 5
    /// Transfers of each length whose shortest durations are compared.
    private static let timedTransfers = 4
    /// How far the new second may be from where it was put, for the search of its edge.
    private static let expectedResidual = NTPDuration.milliseconds(10)
    /// A chip that was just set is wrong by less than this, or the write has failed.
    private static let verificationTolerance = NTPDuration.milliseconds(500)

    /// What is found out of the chip before it is set.
    package struct WritePreparation: Sendable {
        fileprivate let lead: NTPDuration
        fileprivate let before: RTCChipSnapshot
        /// When that was read.
        fileprivate let moment: MonotonicTime
    }

    /// Reads what a write needs to know; the chip stays as it is.
    ///
    /// - Throws: `chip`: it does not answer, or is of another kind.
    package func prepareWrite() throws(RTCError) -> WritePreparation {
        WritePreparation(lead: try measuredLead(), before: try readSnapshot(), moment: clock.now)
    }

    /// Sets the chip to `timescale`, so that the chip's second begins when UTC's does, and measures how well that went.
    ///
    /// The chip's second begins anew at a known bit of the transfer that starts it. That transfer therefore begins one lead
    /// earlier: the time from the call to that bit, which is the driver's part before START and the bits. Both are
    /// measured: a short and a long read differ by a known number of bits, which gives the bit time, and what the short
    /// one took beyond its bits is the driver's and the scheduler's, half of it supposed to be before START. What this
    /// gets wrong is in the residual, which the next edge shows.
    ///
    /// A flag that the oscillator has stopped is cleared last, after the time has been read back and the seconds have been
    /// seen to advance. A chip that counts twelve hours goes on doing so.
    ///
    /// - Throws: `implausible` for a time that is not in `plausibleDates`, `chip` with `yearOutOfRange` outside of 2000–2099, both
    ///   before anything is written; `writeIncomplete`, `notVerified`, `oscillatorStopFlagStays`, and what `findEdge`
    ///   throws. After any of the latter the chip must not be believed until a write succeeds.
    package func write(
        _ timescale: Timescale,
        after preparation: WritePreparation
    ) throws(RTCError) -> WriteReport {
        let before = preparation.before
        let due = timescale.date(at: preparation.moment)
        let wasOffOnBattery: Bool
        do throws(RTCChipError) { wasOffOnBattery = try chip.startOscillator() } catch { throw .chip(error) }
        let placed = try place(timescale, lead: preparation.lead, hourMode: before.hourMode)
        if placed.oscillatorStopped { try clearOscillatorStopFlag() }
        return WriteReport(
            written: placed.written,
            residual: placed.residual,
            uncertainty: placed.edge.uncertainty,
            oscillatorHadStopped: before.oscillatorStopped,
            wasOffOnBattery: wasOffOnBattery,
            edge: placed.edge,
            moved: (try? before.unverifiedTime.get()).map { due.seconds &- $0.civil.date.seconds }
        )
    }

    /// A time that was written, read back, and found to begin its seconds where it should.
    struct Placement {
        var written: NTPDate
        var edge: EdgeSample
        /// Chip − `timescale` at the edge.
        var residual: NTPDuration
        /// OSF, which stays as it was.
        var oscillatorStopped: Bool
    }

    /// Writes the time and sees that it was taken.
    func place(_ timescale: Timescale, lead: NTPDuration, hourMode: HourMode) throws(RTCError) -> Placement {
        let written = try writeOnSecond(of: timescale, lead: lead, hourMode: hourMode)
        try verify(written, timescale)
        let prediction = EdgePrediction(
            moment: timescale.moment(of: written),
            uncertainty: Self.expectedResidual
        )
        let (bracket, registers) = try measureEdge(expecting: prediction)
        let time = try registers.readTime()
        let edge = sample(bracket, registers, time)
        let residual = edge.offset(from: timescale)
        guard residual.magnitude < Self.verificationTolerance else {
            throw .notVerified(written: CivilTime(written), read: time.civil)
        }
        return Placement(
            written: written,
            edge: edge,
            residual: residual,
            oscillatorStopped: registers.oscillatorStopped
        )
    }

    /// From the call of `startTime` to the moment at which the chip's second begins anew.
    func measuredLead() throws(RTCError) -> NTPDuration {
        var short = NTPDuration.max
        var long = NTPDuration.max
        for _ in 0..<Self.timedTransfers {
            short = min(short, try duration { () throws(RTCChipError) in _ = try chip.readSeconds() })
            long = min(long, try duration { () throws(RTCChipError) in _ = try chip.readSnapshot() })
        }
        let transfers = chip.kind.transfers
        let bits = transfers.readSnapshot - transfers.readSeconds
        let bit = max(.zero, long - short) * (1 / bits)
        let overhead = max(.zero, short - bit * transfers.readSeconds)
        return overhead / 2 + bit * transfers.start
    }

    /// How long `transfer` takes. Registers that hold nonsense take as long as others; the write is what they need.
    private func duration(of transfer: () throws(RTCChipError) -> Void) throws(RTCError) -> NTPDuration {
        let began = clock.now
        do throws(RTCChipError) {
            try transfer()
        } catch {
            if case .bus = error.reason { throw .chip(error) }
        }
        return clock.now - began
    }

    /// - Returns: the second that was written.
    private func writeOnSecond(
        of timescale: Timescale,
        lead: NTPDuration,
        hourMode: HourMode
    ) throws(RTCError) -> NTPDate {
        var failure: RTCChipError?
        var latestStart = Self.latestStart
        for attempt in 0..<Self.attempts {
            // The chip is that far into its second when it starts.
            let phase = chip.kind.transfers.phase
            let soonest = timescale.date(at: clock.now + lead + Self.preparation) - phase
            let second = NTPDate(seconds: soonest.seconds &+ (soonest.fraction == 0 ? 0 : 1))
            try check(second)
            let start = timescale.moment(of: second + phase) - lead
            do throws(RTCChipError) {
                try chip.prepareTime(CivilTime(second), hourMode: hourMode)
            } catch {
                guard case .bus = error.reason else { throw .chip(error) }
                failure = error
                continue
            }
            clock.sleep(until: start)
            guard clock.now - start <= latestStart else {
                if attempt > 0 { latestStart += latestStart }
                continue
            }
            do throws(RTCChipError) {
                try chip.startTime(CivilTime(second), hourMode: hourMode)
                return second
            } catch {
                guard case .bus = error.reason else { throw .chip(error) }
                failure = error
            }
        }
        if let failure { throw .writeIncomplete(failure) }
        throw .tooSlow
    }

    /// Reads the time back and compares it with what it must be by now.
    private func verify(_ written: NTPDate, _ timescale: Timescale) throws(RTCError) {
        let began = clock.now
        let time = try readSnapshot().readTime()
        let earliest = timescale.date(at: began) - Self.verificationTolerance
        let latest = timescale.date(at: clock.now) + Self.verificationTolerance
        // The chip shows the second that it is in: it began up to a second ago.
        guard time.civil.date <= latest, time.civil.date + .seconds(1) > earliest else {
            throw .notVerified(written: CivilTime(written), read: time.civil)
        }
    }

    private func clearOscillatorStopFlag() throws(RTCError) {
        do throws(RTCChipError) { try chip.clearOscillatorStopFlag() } catch { throw .chip(error) }
        guard try !readSnapshot().oscillatorStopped else { throw .oscillatorStopFlagStays }
    }
}
