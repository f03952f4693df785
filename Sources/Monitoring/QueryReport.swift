import NTPTime
import NTPWire

/// `tickover query`: one exchange with a server, its four timestamps and what follows from them.
package struct QueryReport: Sendable {
    package var server: String
    package var reply: NTPPacket
    /// T1 and T4 on the system clock, T2 and T3 on the server's.
    package var sent: NTPDate
    package var serverReceived: NTPDate
    package var serverSent: NTPDate
    package var received: NTPDate

    package init(server: String, reply: NTPPacket, sent: NTPDate, received: NTPDate) {
        self.server = server
        self.reply = reply
        self.sent = sent
        self.received = received
        serverReceived = NTPDate(reply.receiveTimestamp, near: sent)
        serverSent = NTPDate(reply.transmitTimestamp, near: sent)
    }

    /// Server less system clock: positive if the system clock is slow (RFC 5905 section 8).
    package var offset: NTPDuration { (serverReceived - sent) / 2 + (serverSent - received) / 2 }
    package var delay: NTPDuration { (received - sent) - (serverSent - serverReceived) }
    private var distance: NTPDuration {
        (reply.rootDelay.signedMagnitude + max(delay, .zero)) / 2 + reply.rootDispersion.duration
    }
    private var isSynchronised: Bool { reply.leap != .unsynchronised && (1...15).contains(reply.stratum) }

    package var text: String {
        var text = row("Server", server)
        text += row(
            "Stratum",
            "\(reply.stratum), reference \(SourcesReport.text(of: reply.referenceID, stratum: reply.stratum)), leap \(reply.leap.text)"
        )
        text += row("T1", sent.iso8601(decimals: 9))
        text += row("T2", serverReceived.iso8601(decimals: 9))
        text += row("T3", serverSent.iso8601(decimals: 9))
        text += row("T4", received.iso8601(decimals: 9))
        text += row("Delay", delay.plain())
        text += row(
            "Root",
            "delay \(reply.rootDelay.signedMagnitude.plain()), dispersion \(reply.rootDispersion.duration.plain())"
        )
        guard isSynchronised else { return text + row("Offset", "none: the server is not synchronised") }
        return text + row("Offset", "\(offset.signed()) ±\(distance.plain())")
    }

    package var json: JSON {
        .object([
            ("server", .string(server)), ("leap", .string(reply.leap.text)),
            ("stratum", .integer(Int64(reply.stratum))), ("version", .integer(Int64(reply.version))),
            ("refid", .string(SourcesReport.text(of: reply.referenceID, stratum: reply.stratum))),
            ("synchronised", .bool(isSynchronised)), ("t1", .string(sent.iso8601(decimals: 9))),
            ("t2", .string(serverReceived.iso8601(decimals: 9))), ("t3", .string(serverSent.iso8601(decimals: 9))),
            ("t4", .string(received.iso8601(decimals: 9))), ("offset_s", seconds(offset)), ("delay_s", seconds(delay)),
            ("root_delay_s", seconds(reply.rootDelay.signedMagnitude)),
            ("root_dispersion_s", seconds(reply.rootDispersion.duration)), ("bound_s", seconds(distance)),
        ])
    }
}
