import ClockDiscipline
import Configuration
import DS3231
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
    private let clock: any MonotonicClock
    private let address: I2CAddress
    /// What the chip's square wave is wired to.
    private let edges: (any EdgeInput)?
    private let open: () throws(RTCDeviceError) -> any I2CBus
    private var reference: RTCReference?

    init(
        name: String,
        clock: any MonotonicClock,
        address: I2CAddress,
        edges: (any EdgeInput)?,
        open: @escaping () throws(RTCDeviceError) -> any I2CBus
    ) {
        self.name = name
        self.clock = clock
        self.address = address
        self.edges = edges
        self.open = open
    }

    /// Whether the chip is used differently from how it was found, until `close`.
    package var hasSquareWave: Bool { edges != nil }

    /// Why the second is polled for although the square wave is wired; nil while its edges are good.
    package var squareWaveTrouble: String? { reference?.squareWaveTrouble?.description }

    /// What `work` makes of the chip, which is opened for it.
    package func use<Result>(_ work: (RTCReference) throws(RTCError) -> Result) throws(RTCDeviceError) -> Result {
        let reference = try opened()
        do throws(RTCError) { return try work(reference) } catch { throw RTCDeviceError(error) }
    }

    private func opened() throws(RTCDeviceError) -> RTCReference {
        if let reference { return reference }
        let reference = RTCReference(
            chip: DS3231(bus: try open(), address: address),
            clock: clock,
            edges: edges,
            earliestDate: .earliestPlausible
        )
        self.reference = reference
        return reference
    }

    /// Finds the second's edge; with a prediction, waits for it.
    package func sample(expecting prediction: EdgePrediction?) throws(RTCDeviceError) -> EdgeSample {
        try use { reference throws(RTCError) in try reference.findEdge(expecting: prediction) }
    }

    /// Sets the chip on the second, reads it back, and measures the edge.
    package func write(_ timescale: Timescale) throws(RTCDeviceError) -> WriteReport {
        try use { reference throws(RTCError) in try reference.write(timescale) }
    }

    /// Everything that the chip says of itself.
    ///
    /// - Parameter converting: measures the temperature before.
    package func snapshot(
        expecting prediction: EdgePrediction? = nil,
        converting: Bool = false
    ) throws(RTCDeviceError) -> RTCSnapshot {
        try use { reference throws(RTCError) in
            if converting { _ = try reference.convertTemperature() }
            return try reference.snapshot(expecting: prediction)
        }
    }

    /// Sets the aging register, and lets it take effect.
    package func setAging(_ aging: AgingOffset) throws(RTCDeviceError) -> TrimReport {
        try use { reference throws(RTCError) in try reference.setAging(aging) }
    }

    /// Leaves the chip as it was found, if it was opened.
    package func close() throws(RTCDeviceError) {
        guard let reference else { return }
        do throws(RTCError) { try reference.close() } catch { throw RTCDeviceError(error) }
    }
}

/// Why the chip gave no answer, in words; two of the same words are the same trouble.
package struct RTCDeviceError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    /// Whether the chip answers, and what it has is no time.
    package let isTimeless: Bool

    package init(description: String) { self.init(description, isTimeless: false) }
    init(_ error: RTCError) { self.init(error.description, isTimeless: error.isTimeless) }
    init(_ error: I2COpenError) { self.init(error.description, isTimeless: false) }

    private init(_ description: String, isTimeless: Bool) {
        self.description = description
        self.isTimeless = isTimeless
    }
}
