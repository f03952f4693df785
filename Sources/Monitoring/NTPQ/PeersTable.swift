import NTPTime
import NTPWire
import NetworkAddress

/// The table of `ntpq -p`, in its columns.
package struct PeersTable: Sendable {
    package enum Style: Sendable {
        /// `peers`: what each follows.
        case referenceID
        /// `apeers`: a shorter reference identifier, and the association.
        case association
    }

    private let style: Style
    private let nameWidth: Int
    /// What all lines begin with that are about this server, as wide as it is; empty for a single server.
    private let server: String

    private static let referenceWidth = 15
    private static let associationWidth = 7
    /// Beyond it a wide terminal does not help the reader.
    private static let mostSlack = 24

    /// - Parameter terminalWidth: columns of the terminal; 80 where there is none.
    init(_ style: Style, terminalWidth: Int, server: String = "") {
        self.style = style
        self.server = server
        nameWidth = 15 + min(max(0, terminalWidth - 80), Self.mostSlack)
    }

    /// Two lines.
    var header: String {
        let reference = style == .association ? "   refid   assid  " : "       refid      "
        let titles = "     remote".left(nameWidth) + reference + "st t when poll reach   delay   offset   jitter"
        let rule = String(repeating: "=", count: 64 + nameWidth + server.utf8.count)
        return "\("server".cut(max(0, server.utf8.count - 1)).left(server.utf8.count))\(titles)\n\(rule)\n"
    }

    /// - Parameter name: of the peer's address, if there is one.
    func line(_ peer: AnsweredPeer, name: String?) -> String {
        var reference = peer.referenceID
        if style == .association {
            let width = Self.referenceWidth - Self.associationWidth
            reference =
                (reference.utf8.count < width ? reference : "...").left(width + 1) + "\(peer.association)".left(6)
        } else {
            if reference.utf8.count > Self.referenceWidth {
                reference = "-" + reference.suffix(Self.referenceWidth - 1)
            }
            reference = reference.left(Self.referenceWidth)
        }
        let when = intervalText(seconds: peer.silence ?? 0).right(4)
        let poll = intervalText(seconds: 1 << Int64(peer.poll)).right(4)
        let quantities = [peer.delay, peer.offset, peer.jitter].map { quantity in
            quantity.map { eightCharacters($0, decimals: peer.decimals) } ?? ".".right(8)
        }
        return server + peer.status.tally + (name ?? peer.name).cut(nameWidth).left(nameWidth) + " " + reference
            + " \("\(peer.stratum)".right(2)) \(peer.type) \(when) \(poll)  \(String(peer.reach, radix: 8).right(3))"
            + " \(quantities.joined(separator: " "))\n"
    }
}

/// What a daemon says of one of its peers.
struct AnsweredPeer {
    let association: UInt16
    let status: StatusWord
    /// As the daemon gives it: an address, or a reference clock's or pool's name.
    let name: String
    /// nil for what is known by its name.
    let address: IPAddress?
    /// An address, or `.GPS.`.
    let referenceID: String
    let stratum: Int64
    /// One letter: `u`nicast, `l`ocal clock, `p`ool, `s`ymmetric, `b`roadcast client, `B`roadcast or `M`ulticast server.
    let type: String
    /// Seconds since it was last heard; nil if it never was.
    let silence: Int64?
    /// log2 of the seconds between requests.
    let poll: Int64
    let reach: UInt8
    /// In milliseconds; nil where it is not given. The offset is the peer's less the daemon's clock.
    let delay: Double?
    let offset: Double?
    let jitter: Double?
    /// As many decimals of them are shown, 3 or 4, as the daemon gives or more.
    let decimals: Int

    /// - Parameter clock: what the daemon's clock showed.
    init(association: UInt16, reply: ControlReply, clock: NTPTimestamp) {
        let variables = ControlVariables(reply.data)
        let source = variables["srcadr"] ?? ""
        let sourceAddress = IPAddress(source)
        let host = variables["srchost"]
        let reference = variables["refid"] ?? ""
        let isClock = source.hasPrefix("127.127.") || host?.utf8.contains(UInt8(ascii: "(")) == true
        let isNamed = isClock || sourceAddress == nil || source == "0.0.0.0" || source == "::"
        self.association = association
        status = StatusWord(bits: reply.status)
        name = isNamed ? host ?? Self.clockName(source) ?? source : source
        address = isNamed ? nil : sourceAddress
        let isAddress = reference.utf8.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
        referenceID = isAddress ? reference : ".\(reference)."
        stratum = wholeNumber(variables["stratum"]) ?? 16
        type = Self.type(
            mode: wholeNumber(variables["hmode"]),
            isClock: isClock,
            isPool: reference == "POOL",
            isMulticast: sourceAddress?.isMulticast == true
        )
        let heard = ["rec", "reftime"].compactMap { NTPTimestamp(text: variables[$0] ?? "") }.first { !$0.isZero }
        silence = heard.map { (clock - $0).units >> 32 }
        let polls = ["ppoll", "hpoll"].map { wholeNumber(variables[$0]) ?? 0 }
        poll = min(max(0, min(polls[0], polls[1])), Int64(PollExponent.range.upperBound.log2Seconds))
        reach = UInt8(truncatingIfNeeded: wholeNumber(variables["reach"]) ?? 0)
        func quantity(_ name: String) -> Double? { variables[name].flatMap { decimal($0) } }
        (delay, offset, jitter) = (quantity("delay"), quantity("offset"), quantity("jitter") ?? quantity("dispersion"))
        let digits = variables["delay"]?.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        decimals = (digits.map { $0.count > 1 ? $0[1].count : 0 } ?? 0) > 3 ? 4 : 3
    }

    private static func type(mode: Int64?, isClock: Bool, isPool: Bool, isMulticast: Bool) -> String {
        switch mode {
        case 1: "s"
        case 2: "S"
        case 3: isClock ? "l" : isPool ? "p" : isMulticast ? "a" : "u"
        case 5: isMulticast ? "M" : "B"
        case 6: "b"
        default: "?"
        }
    }

    /// ntpd's names of reference clocks, whose addresses are 127.127.KIND.UNIT.
    private static func clockName(_ address: String) -> String? {
        guard let bits = IPAddress(address)?.v4Bits, bits >> 16 == 0x7f7f else { return nil }
        let name =
            switch bits >> 8 & 0xff {
            case 1: "LOCAL"
            case 8: "GENERIC"
            case 18: "ACTS_MODEM"
            case 20: "GPS_NMEA"
            case 22: "PPS"
            case 28: "SHM"
            case 29: "GPS_PALISADE"
            case 30: "GPS_ONCORE"
            case 46: "GPSD_JSON"
            default: "REFCLK"
            }
        return "\(name)(\(bits & 0xff))"
    }
}
