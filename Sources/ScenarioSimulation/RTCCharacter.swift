import Configuration
import NTPTime

/// The chip on the client's I2C bus.
package struct RTCCharacter: Equatable, Sendable {
    /// Its kind.
    package var chip = RTCChipName.ds3231
    /// The chip less true time at the start.
    package var offset = NTPDuration.zero
    /// Drift at 25 °C at the start (positive is fast), its random walk, and its change with each °C.
    package var oscillator = OscillatorCharacter()
    /// What else its time depends on.
    package var nature = ChipNature.lifelike(.ds3231)
    /// Its phase as somebody measured it, which comes on top of its drift.
    package var phaseTable: PhaseTable?
    /// Bits per second on the bus.
    package var bitRate = 100_000.0
    /// Mean time that the driver and the kernel add before and after each transfer, exponentially distributed.
    package var latency = NTPDuration.microseconds(50)
    /// Mean latency of the interrupt that stamps the square wave's edges, exponentially distributed; nil if it is not
    /// wired.
    package var squareWave: NTPDuration?
    /// Share of the transfers in which an octet is not acknowledged.
    package var noise = 0.0
    /// Whether its oscillator has stopped before the start, so that its flag says that the time is worth nothing.
    package var isStopped = false

    package init() {}
}

/// What happens to the chip or its bus.
package enum RTCFault: Equatable, Sendable {
    /// Every transfer hangs for some seconds.
    case hung
    /// A device holds the bus low.
    case heldLow
    /// No device acknowledges its address.
    case silent
    /// The bus works again.
    case working
    /// The chip's oscillator stops for a moment, which its flag tells.
    case stopped
    /// Somebody sets the chip forward by this.
    case step(NTPDuration)
}
