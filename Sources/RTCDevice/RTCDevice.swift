import ClockDiscipline
import Configuration
import HAL
import Linux
import NTPTime
import RTCReference
import Simulation

/// The configured chip: opened when it is first used, and again after it could not be opened.
///
/// Used by one thread at a time, which may hang in it for as long as the bus does.
package final class RTCDevice {
    /// What it is and where, for people.
    package let name: String
    /// What is known of all such chips.
    package let kind: RTCKind
    private let clock: any MonotonicClock
    /// What the chip's square wave is wired to.
    private let edges: (any EdgeInput)?
    private let open: () throws(RTCTrouble) -> any RTCChip
    private var reference: RTCReference?

    init(
        name: String,
        kind: RTCKind,
        clock: any MonotonicClock,
        edges: (any EdgeInput)?,
        open: @escaping () throws(RTCTrouble) -> any RTCChip
    ) {
        self.name = name
        self.kind = kind
        self.clock = clock
        self.edges = edges
        self.open = open
    }

    /// Whether the chip is used differently from how it was found, until `close`.
    package var hasSquareWave: Bool { edges != nil }

    /// Why the second is polled for although the square wave is wired; nil while its edges are good.
    package var squareWaveTrouble: String? { reference?.squareWaveTrouble?.description }

    /// What `work` makes of the chip, which is opened for it.
    package func use<Result>(_ work: (RTCReference) throws(RTCError) -> Result) throws(RTCTrouble) -> Result {
        let reference = try opened()
        do throws(RTCError) { return try work(reference) } catch { throw .failed(error) }
    }

    private func opened() throws(RTCTrouble) -> RTCReference {
        if let reference { return reference }
        let reference = RTCReference(
            chip: try open(),
            clock: clock,
            edges: edges
        )
        self.reference = reference
        return reference
    }

    /// Does a job of the engine's.
    package func answer(to request: RTCRequest) -> RTCAnswer {
        do throws(RTCTrouble) {
            return try opened().answer(to: request)
        } catch {
            return .failed(request, error, mayHaveChanged: false)
        }
    }

    /// Finds the second's edge; with a prediction, waits for it.
    package func sample(expecting prediction: EdgePrediction?) throws(RTCTrouble) -> EdgeSample {
        try use { reference throws(RTCError) in try reference.findEdge(expecting: prediction) }
    }

    /// Reads what a write needs to know; the chip stays as it is.
    package func prepareWrite() throws(RTCTrouble) -> RTCReference.WritePreparation {
        try use { reference throws(RTCError) in try reference.prepareWrite() }
    }

    /// Sets the chip on the second, reads it back, and measures the edge.
    package func write(
        _ timescale: Timescale,
        after preparation: RTCReference.WritePreparation
    ) throws(RTCTrouble) -> WriteReport {
        try use { reference throws(RTCError) in try reference.write(timescale, after: preparation) }
    }

    /// Everything that the chip says of itself.
    ///
    /// - Parameter converting: measures the temperature before.
    package func snapshot(
        expecting prediction: EdgePrediction? = nil,
        converting: Bool = false
    ) throws(RTCTrouble) -> RTCSnapshot {
        try use { reference throws(RTCError) in
            if converting { _ = try reference.convertTemperature() }
            return try reference.snapshot(expecting: prediction)
        }
    }

    /// Sets the trim register, and lets it take effect.
    package func setTrim(_ trim: TrimOffset) throws(RTCTrouble) -> TrimReport {
        try use { reference throws(RTCError) in try reference.setTrim(trim) }
    }

    /// Leaves the chip as it was found, if it was opened.
    package func close() throws(RTCTrouble) {
        guard let reference else { return }
        do throws(RTCError) { try reference.close() } catch { throw .failed(error) }
    }
}
