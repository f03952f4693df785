import ClockDiscipline
import HAL
import NTPTime
import NTPWire
import NetworkAddress
import RTCReference

/// What the engine wants done: the shell carries the actions out in order and reports back.
package enum EngineAction: Sendable {
    /// Send a request from a port of its own; the reply comes back by `Engine.received`.
    case send(AssociationID, to: SocketAddress, NTPDatagram)
    /// Send the time unasked, from the port that it is served on.
    case broadcast(NTPDatagram, to: SocketAddress, timeToLive: UInt8)
    /// The association is gone; its socket can be closed.
    case close(AssociationID)
    /// There are other associations than before.
    case associationsChanged
    /// Look a host up; the answer comes back by `Engine.resolved`.
    case resolve(SourceID, host: String)
    case step(by: ClockStep)
    case steer(ClockSteering)
    case publish(ClockStatus)
    /// Ask the RTC; the answer comes back by `Engine.rtcAnswered`.
    case rtc(RTCRequest)
    /// Read the processor's thermometer; the answer comes back by `Engine.thermometerRead`.
    case readThermometer
    /// Keep the oscillator's frequency for the next start (ntpd's drift file).
    case saveFrequency(Frequency)
    /// Keep what was learned of the RTC for the next start.
    case saveRTC(String)
    /// A reply was used: a line for the statistics. The association has what came of it.
    case measured(AssociationID, Exchange)
    /// The clock was corrected, having been behind by so much: likewise.
    case corrected(by: NTPDuration)
    /// Tell whoever reads the log.
    case tell(EngineEvent)
    /// The offset is beyond the panic limit: end with an error.
    case panic
}

/// The moments at which a request left and its reply came.
package struct Exchange: Sendable {
    package var sentAt: MonotonicTime
    package var receivedAt: MonotonicTime
}

/// Names a configured source line, as long as the engine runs.
package typealias SourceID = Int

/// The engine's source of random bits, cryptographically strong outside of simulations.
package protocol RandomSource: AnyObject {
    func next() -> UInt64
}
