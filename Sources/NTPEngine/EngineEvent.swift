import ClockDiscipline
import NTPTime
import NTPWire
import NetworkAddress
import RTCReference

/// What has happened that somebody may want to know. `Monitoring` makes words of it.
package enum EngineEvent: Equatable, Sendable {
    // MARK: The decision

    /// An upstream server is followed, which was not so before; its stratum.
    case synchronised(SocketAddress, stratum: UInt8)
    /// Another server is the system peer; its stratum.
    case systemPeerChanged(SocketAddress, stratum: UInt8)
    /// The time was taken from a clock, none having been known; its root distance.
    case timeLoaded(ReferenceClockID, rootDistance: NTPDuration)
    /// No upstream server can be used any more.
    case holdoverBegun(SystemState.Holdover.Basis)
    /// In holdover a clock is followed from now on.
    case holdoverClock(ReferenceClockID)
    /// The machine's clock is served as it runs; its stratum and root distance.
    case localServed(stratum: UInt8, rootDistance: NTPDuration)
    /// Nothing is served any more: the root distance has reached the limit.
    case tooDistant(limit: NTPDuration)
    /// Likewise, since somebody else has set the clock.
    case clockWrong
    /// Likewise, as holdover may last no longer.
    case holdoverOver
    /// The clock is behind by so much, which is beyond the panic limit; ahead if negative.
    case panic(NTPDuration, limit: NTPDuration)

    // MARK: The clock

    /// Positive if it was set forward.
    case stepped(ClockStep)
    /// Somebody else has set the clock, forward by so much.
    case displaced(NTPDuration)
    /// The oscillator's change with temperature is known, and predicted from now on; per °C.
    case temperatureFollowed(Frequency)
    /// Likewise by the processor's thermometer, which the oscillator comes after by `lag`; per °C.
    case thermometerFollowed(Frequency, lag: NTPDuration)
    /// What was known of that predicts no better than nothing any more.
    case thermometerIgnored
    /// The processor's thermometer cannot be read any more.
    case thermometerLost
    /// It can be read again.
    case thermometerFound

    // MARK: Servers

    case falseticker(SocketAddress)
    case jumped(SocketAddress)
    case contradictsClock(SocketAddress)
    /// Together they tell another time than before, by so much.
    case serversMoved(NTPDuration)
    case answers(SocketAddress)
    /// It does not answer; its name is looked up again.
    case lost(SocketAddress, host: String)
    case lookUpFailed(String)
    /// The first reply of the server that was refused for this reason; the key that it has to be authenticated by.
    case refused(SocketAddress, ReplyRefusal, keyID: UInt32?)
    /// It told us to go away (kiss codes DENY, RSTR).
    case denied(SocketAddress, ReferenceID)
    /// It asked for fewer requests (kiss code RATE); the interval from now on.
    case rateLimited(SocketAddress, interval: NTPDuration)

    // MARK: Leap seconds

    case leapSecondExpected(LeapSecond)
    case leapSecondWithdrawn
    case leapSecondPassed(LeapSecond)

    // MARK: The RTC

    /// What was kept of the chip is not of this kind, or cannot be read.
    case rtcMemoryUnreadable(kind: String)
    case rtcSet(WriteReport)
    case rtcTrimmed(TrimReport)
    case rtcTrouble(RTCTrouble)
    case rtcRefused(RTCRefusal)
    /// It tells another time than was predicted of it, by so much.
    case rtcMoved(NTPDuration)
}
