import NTPEngine
import NTPTime
import NTPWire

/// `ntpq -c "rv ASSOCIATION"`, and what `ntpq -p` shows, in ntpd's order.
enum PeerVariables {
    typealias Peer = Variable<QueriedPeer>

    static let all = listed + statistics

    private static let listed: [Peer] = [
        Peer("srcadr") { $0.address },
        .whole("srcport") { $0.port },
        Peer("srchost") { $0.name.map(quoted) },
        // Each request leaves from a port of its own, and from the address that the way asks for.
        Peer("dstadr") { $0.address.utf8.contains(UInt8(ascii: ":")) ? "::" : "0.0.0.0" },
        .whole("dstport") { _ in 0 },
        .whole("leap") { $0.leap.rawValue },
        .whole("stratum") { $0.stratum },
        .whole("precision") { $0.precision },
        .milliseconds("rootdelay") { $0.rootDelay },
        .milliseconds("rootdisp") { $0.rootDispersion },
        Peer("refid") { $0.referenceID },
        .timestamp("reftime") { $0.referenceTimestamp },
        .timestamp("rec") { $0.received },
        Peer("reach") { hexadecimal($0.reach) },
        .whole("unreach") { $0.missed },
        .whole("hmode") { _ in NTPMode.client.rawValue },
        .whole("pmode") { _ in NTPMode.server.rawValue },
        .whole("hpoll") { $0.hostPoll.log2Seconds },
        .whole("ppoll") { $0.peerPoll.log2Seconds },
        .whole("headway") { _ in 0 },
        Peer("flash") { hexadecimal($0.flash) },
        .whole("keyid") { $0.keyID },
        .milliseconds("offset") { $0.offset },
        .milliseconds("delay") { $0.delay },
        .milliseconds("dispersion") { $0.dispersion },
        .milliseconds("jitter") { $0.jitter },
    ]
    /// `ntpq -c pstats`, as far as it is counted here: times in seconds, and datagrams.
    private static let statistics: [Peer] = [
        Peer("timerec", isListed: false) { $0.silence.map { "\($0.units >> 32)" } },
        Peer("timer", isListed: false) { $0.untilNextPoll.map { "\($0.units >> 32)" } },
        Peer("sent", isListed: false) { $0.counts.map { "\($0.sent)" } },
        Peer("received", isListed: false) { $0.counts.map { "\($0.received)" } },
        Peer("badauth", isListed: false) { peer in
            peer.counts.map { "\($0.refusals[.notAuthentic] + $0.refusals[.cryptoNAK])" }
        },
        Peer("bogusorg", isListed: false) { peer in peer.counts.map { "\($0.refusals[.bogusOrigin])" } },
        Peer("seldisp", isListed: false) { peer in peer.counts.map { "\($0.refusals[.tooDistant])" } },
    ]
}
