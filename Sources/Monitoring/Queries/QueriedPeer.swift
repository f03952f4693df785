import ClockDiscipline
import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress
import RTCReference

/// An association as control queries show it; the RTC is one, too, as ntpd's reference clocks are.
struct QueriedPeer {
    let id: AssociationID
    let address: String
    let port: UInt16
    /// A name beside the address.
    var name: String?
    var selection: PeerStatus.Selection
    var reach: UInt8
    /// Polls without a reply since the last one.
    var missed: Int
    var leap: LeapIndicator
    var stratum: UInt8
    var precision: Int8
    var rootDelay: NTPDuration
    var rootDispersion: NTPDuration
    var referenceID: String
    var referenceTimestamp: NTPTimestamp?
    var received: NTPTimestamp?
    var hostPoll: PollExponent
    var peerPoll: PollExponent
    var refusal: ReplyRefusal?
    /// 0 without one.
    var keyID: UInt32 = 0
    var delay: NTPDuration
    /// Peer less served clock.
    var offset: NTPDuration
    var dispersion: NTPDuration
    var jitter: NTPDuration
    /// Since it was last heard; nil if it never was.
    var silence: NTPDuration?
    /// nil for the RTC, like the counters.
    var untilNextPoll: NTPDuration?
    var counts: Counts?

    /// ntpd's counters of an association.
    struct Counts {
        var sent: UInt64
        var received: UInt64
        var refusals: RefusalCounts
    }

    var status: UInt16 {
        PeerStatus(selection: selection, isReachable: reach != 0, isAuthenticated: keyID != 0).word
    }

    var socketAddress: String {
        address.utf8.contains(UInt8(ascii: ":")) ? "[\(address)]:\(port)" : "\(address):\(port)"
    }

    /// RFC 5905's packet sanity tests that the last reply failed (figure 20), as bits.
    var flash: UInt16 {
        let unreachable: UInt16 = reach == 0 ? 0x1000 : 0
        return unreachable
            | {
                switch refusal {
                case nil: 0
                case .bogusOrigin: 0x0002
                case .notAuthentic, .cryptoNAK: 0x0010
                case .unsynchronised: 0x0020
                case .malformed, .wrongMode, .invalidHeader, .implausibleDate: 0x0040
                case .tooDistant: 0x0400
                case .loop: 0x0800
                }
            }()
    }
}

extension QueriedPeer {
    init(_ association: Association, in view: QueryView) {
        let engine = view.engine
        let reply = association.lastReply
        let statistics = association.statistics
        let estimate = statistics.estimate
        let host = association.configuration.host
        id = association.id
        address = association.address.address.description
        port = association.address.port
        name = IPAddress(host) == nil ? host : nil
        selection = PeerStatus.Selection(of: id, in: engine)
        reach = association.reach
        missed = association.missed
        leap = reply?.leap ?? .unsynchronised
        stratum = reply?.stratum ?? 16
        precision = reply?.precision ?? 0
        rootDelay = reply?.rootDelay.signedMagnitude ?? .zero
        rootDispersion = reply?.rootDispersion.duration ?? .zero
        referenceID = reply.map { SourcesReport.text(of: $0.referenceID, stratum: $0.stratum) } ?? "INIT"
        referenceTimestamp = reply?.referenceTimestamp
        received = association.lastReplyAt.map { view.date(of: $0).timestamp }
        hostPoll = association.poll
        peerPoll = reply?.poll ?? association.poll
        refusal = association.lastRefusal
        keyID = association.configuration.keyID ?? 0
        delay = statistics.newest?.delay ?? .zero
        offset = estimate?.offset(of: view.now) ?? .zero
        dispersion = estimate == nil ? .seconds(16) : statistics.dispersion
        jitter = estimate == nil ? .zero : statistics.jitter
        silence = association.lastReplyAt.map { view.now.monotonic - $0 }
        untilNextPoll = max(.zero, association.nextPoll - view.now.monotonic)
        counts = Counts(sent: association.sent, received: association.received, refusals: association.refusals)
    }

    /// - Parameter keeper: the RTC. Its offset is what it says of the time, corrected by what is known of it, less the
    ///   served clock.
    init(_ keeper: RTCSource, in view: QueryView) {
        let sample = keeper.lastSample
        let prediction = keeper.model.predict(at: sample?.chipTime ?? view.now.date)
        id = .rtc
        // ntpd's way to write a reference clock. Its driver numbers end at 46.
        address = "127.127.47.0"
        port = 123
        name = "RTC(0)"
        reach = keeper.reach
        missed = keeper.reach & 1 == 0 ? 1 : 0
        selection =
            if view.engine.servedClock == .rtc {
                .systemPeer
            } else if keeper.doubt > .zero {
                .falseticker
            } else {
                keeper.lastError == nil && sample != nil ? .backup : .rejected
            }
        leap = keeper.lastError == nil && sample != nil ? .none : .unsynchronised
        stratum = 0
        precision = view.served.precision
        rootDelay = .zero
        rootDispersion = prediction.uncertainty
        referenceID = "RTC"
        received = sample.map { view.date(of: $0.edge).timestamp }
        referenceTimestamp = received
        hostPoll = keeper.poll
        peerPoll = keeper.poll
        delay = .zero
        offset = sample.map { $0.chipTime - prediction.offset - view.date(of: $0.edge) } ?? .zero
        dispersion = prediction.uncertainty
        jitter = sample?.uncertainty ?? .zero
        silence = sample.map { view.now.monotonic - $0.edge }
    }
}
