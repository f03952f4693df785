import ClockDiscipline
import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress
import RTCReference

/// All that control queries tell of a daemon, as it is at one moment.
package struct QueryView: Sendable {
    let engine: Engine
    private let responders: [Responder]
    let host: HostDescription
    let now: ClockReading
    /// Since the daemon's start.
    let uptime: NTPDuration
    /// Control requests since then.
    let queries: UInt64

    /// - Parameter responders: all who answer, by the same rules.
    package init(
        engine: Engine,
        responders: [Responder],
        host: HostDescription,
        now: ClockReading,
        uptime: NTPDuration,
        queries: UInt64
    ) {
        self.engine = engine
        self.responders = responders
        self.host = host
        self.now = now
        self.uptime = uptime
        self.queries = queries
    }

    /// Any of them, for its access list and keys.
    var rules: Responder { responders[0] }

    var counters: ServerCounters { ServerCounters(sum: responders.map { $0.counters }) }

    var clients: ClientList { ClientList(responders.map { $0.clients }) }

    var served: ServedTime { engine.served }

    /// The date of a moment in the recent past.
    func date(of moment: MonotonicTime) -> NTPDate { now.date - (now.monotonic - moment) }

    /// Leap indicator, source and last event (RFC 9327 section 3.1).
    var status: UInt16 {
        let (source, event): (UInt16, UInt16) =
            switch engine.state.kind {
            case .unsynchronised: (0, 6)
            case .synchronised: (6, 5)
            case .holdover: (engine.servedClock == nil ? 0 : 5, 8)
            case .local: (5, 5)
            }
        return UInt16(served.leap.rawValue) << 14 | source << 8 | event
    }

    /// The associations, and the RTC as one of them.
    var peers: [QueriedPeer] {
        engine.associations.map { QueriedPeer($0, in: self) } + (engine.rtc.map { [QueriedPeer($0, in: self)] } ?? [])
    }

    func peer(_ id: AssociationID?) -> QueriedPeer? {
        if id == .rtc { return engine.rtc.map { QueriedPeer($0, in: self) } }
        return engine.associations.first { $0.id == id }.map { QueriedPeer($0, in: self) }
    }

    /// What is followed.
    var systemPeer: QueriedPeer? { peer(engine.servedClock == .rtc ? .rtc : engine.systemPeer) }
}

/// What does not change while the daemon runs.
package struct HostDescription: Sendable {
    /// Of the daemon.
    package var version: String
    /// As uname(2) has them.
    package var processor: String
    package var system: String
    /// nil without one.
    package var rtcName: String?
    package var servesKernelClock: Bool

    package init(
        version: String,
        processor: String,
        system: String,
        rtcName: String?,
        servesKernelClock: Bool
    ) {
        self.version = version
        self.processor = processor
        self.system = system
        self.rtcName = rtcName
        self.servesKernelClock = servesKernelClock
    }
}
