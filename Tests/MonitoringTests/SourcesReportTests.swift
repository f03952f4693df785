import NTPTime
import NTPWire
import Testing

@testable import Monitoring
@testable import NTPEngine

@Suite struct `The report on sources` {
    @Test func `says what was refused, and how often`() {
        let daemon = Queried(servers: 2)
        let before = SourcesReport(of: daemon.engine, at: daemon.now)
        #expect(!before.text.contains("refused") && before.json.text.contains(#""refused": null, "refusals": []"#))
        let reply = NTPPacket(mode: .server, stratum: 1, originTimestamp: NTPTimestamp(bits: 7)).octets
        for _ in 0..<3 { daemon.engine.received(2, reply.span, at: daemon.now.monotonic, now: daemon.now) }
        daemon.engine.received(2, reply.span.extracting(first: 47), at: daemon.now.monotonic, now: daemon.now)
        let report = SourcesReport(of: daemon.engine, at: daemon.now)
        #expect(
            report.text.hasSuffix("refused replies of 192.0.2.1:123: 1 malformed packet, 3 bogus origin timestamp\n"),
            "\(report.text)"
        )
        #expect(
            report.json.text.contains(
                #""refused": "malformed packet", "refusals": [{"reason": "malformed packet", "count": 1}, "#
                    + #"{"reason": "bogus origin timestamp", "count": 3}]}]"#
            ),
            "\(report.json.text)"
        )
    }
}
