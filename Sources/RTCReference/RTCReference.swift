import HAL
import NTPTime

/// The RTC as a clock: its seconds found to a fraction of a millisecond, and set as finely.
///
/// Every call blocks for its transfers and for the second it waits for, up to a few seconds; the daemon makes them on a
/// thread of its own. The file descriptor, the clock and the bus belong to that thread.
package struct RTCReference {
    let chip: any RTCChip
    let clock: any MonotonicClock
    let squareWave: SquareWave?
    /// Times that are not in here are refused, in the chip and to be written.
    package let plausibleDates: ClosedRange<NTPDate>

    /// - Parameters:
    ///   - edges: what the chip's 1 Hz output is wired to, if it is.
    ///   - plausibleDates: from a moment that has certainly passed, such as the build's, to one that has not.
    package init(
        chip: any RTCChip,
        clock: any MonotonicClock,
        edges: (any EdgeInput)? = nil,
        plausibleDates: ClosedRange<NTPDate> = NTPDate.plausible
    ) {
        self.chip = chip
        self.clock = clock
        squareWave = edges.map(SquareWave.init)
        self.plausibleDates = plausibleDates
    }

    /// The chip's registers, and its second if it has one that may be believed; for people.
    ///
    /// - Throws: only if the registers themselves cannot be read.
    package func snapshot(expecting prediction: EdgePrediction? = nil) throws(RTCError) -> RTCSnapshot {
        let edge: Result<EdgeSample, RTCError>
        do throws(RTCError) {
            edge = .success(try findEdge(expecting: prediction))
        } catch {
            // A bus that hangs takes as long the second time.
            if case .chip(let failure) = error, failure.reason == .bus(.timedOut) { throw error }
            edge = .failure(error)
        }
        return RTCSnapshot(registers: try readSnapshot(), edge: edge)
    }

    /// - Throws: `chip`, also if it is of another kind: nothing is written to a chip before this has succeeded.
    func readSnapshot() throws(RTCError) -> RTCChipSnapshot {
        do throws(RTCChipError) { return try chip.readSnapshot() } catch { throw .chip(error) }
    }
}

/// What `RTCReference.snapshot` found.
package struct RTCSnapshot: Sendable {
    /// Read after the edge was looked for.
    package let registers: RTCChipSnapshot
    package let edge: Result<EdgeSample, RTCError>
}
