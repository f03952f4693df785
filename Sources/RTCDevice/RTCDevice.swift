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
    private let open: () throws(RTCDeviceError) -> any I2CBus
    private var reference: RTCReference?

    init(
        name: String,
        clock: any MonotonicClock,
        address: I2CAddress,
        open: @escaping () throws(RTCDeviceError) -> any I2CBus
    ) {
        self.name = name
        self.clock = clock
        self.address = address
        self.open = open
    }

    private func opened() throws(RTCDeviceError) -> RTCReference {
        if let reference { return reference }
        let reference = RTCReference(
            chip: DS3231(bus: try open(), address: address),
            clock: clock,
            earliestDate: .earliestPlausible
        )
        self.reference = reference
        return reference
    }

    /// Finds the second's edge; with a prediction, waits for it.
    package func sample(expecting prediction: EdgePrediction?) throws(RTCDeviceError) -> EdgeSample {
        let reference = try opened()
        do throws(RTCError) { return try reference.findEdge(expecting: prediction) } catch {
            throw RTCDeviceError(error)
        }
    }

    /// Sets the chip on the second, reads it back, and measures the edge.
    package func write(_ timescale: Timescale) throws(RTCDeviceError) -> WriteReport {
        let reference = try opened()
        do throws(RTCError) { return try reference.write(timescale) } catch { throw RTCDeviceError(error) }
    }

    /// Everything that the chip says of itself.
    package func snapshot() throws(RTCDeviceError) -> RTCSnapshot {
        let reference = try opened()
        do throws(RTCError) { return try reference.snapshot() } catch { throw RTCDeviceError(error) }
    }

    /// Sets the aging register, and lets it take effect.
    package func setAging(_ aging: AgingOffset) throws(RTCDeviceError) -> TrimReport {
        let reference = try opened()
        do throws(RTCError) { return try reference.setAging(aging) } catch { throw RTCDeviceError(error) }
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
