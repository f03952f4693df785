import NTPTime
import NTPWire
import NetworkAddress
import Support
import Testing

@testable import Monitoring

/// Our own daemon at the other end, its fragments in the wrong order.
private struct QueriedExchange: ControlExchange {
    let daemon: Queried
    var names: [IPAddress: String] = [:]

    var now: NTPDate { daemon.now.date }

    func name(of address: IPAddress) -> String? { names[address] }

    func ask(
        _ operation: ControlOperation,
        association: UInt16,
        text: String
    ) throws(ControlFailure) -> ControlReply {
        guard let query = ControlQuery(operation, association: association, sequence: 1, text: text) else {
            throw .failed("too long")
        }
        var answer = ControlAnswer(to: query.header)
        for datagram in daemon.answer(query.octets).reversed() {
            switch answer.take(datagram.span) {
            case .whole(let reply): return reply
            case .refused(let error): throw .refused(error)
            case .partial: break
            case .ignored: throw .failed("a fragment does not fit")
            }
        }
        throw .silent
    }
}

/// Answers as they are written down, by association; anything else is an unknown variable.
private struct ScriptedExchange: ControlExchange {
    var associations: [(id: UInt16, status: UInt16, variables: String)] = []
    var system: [String: String] = [:]
    /// Of one mrulist request after another.
    var pages: [Result<String, ControlError>] = []
    var requests: [String] = []

    let now = NTPDate(NTPTimestamp(bits: 0xeeb3_ff57_0000_0000), near: NTPDate.earliestPlausible)

    func name(of address: IPAddress) -> String? { nil }

    mutating func ask(
        _ operation: ControlOperation,
        association: UInt16,
        text: String
    ) throws(ControlFailure) -> ControlReply {
        switch operation {
        case .readStatus:
            let words = associations.flatMap { [$0.id, $0.status] }
            return ControlReply(status: 0, data: words.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] })
        case .readVariables where association != 0:
            guard let peer = associations.first(where: { $0.id == association }), !peer.variables.isEmpty else {
                throw .refused(.badAssociation)
            }
            return ControlReply(status: peer.status, data: Array(peer.variables.utf8))
        case .readVariables:
            guard let text = system[text] else { throw .refused(.unknownVariable) }
            return ControlReply(status: 0x0615, data: Array(text.utf8))
        case .requestNonce: return ControlReply(status: 0, data: Array("nonce=1234\r\n".utf8))
        case .readClients:
            requests.append(text)
            switch pages.isEmpty ? .failure(.badValue) : pages.removeFirst() {
            case .success(let page): return ControlReply(status: 0, data: Array(page.utf8))
            case .failure(let error): throw .refused(error)
            }
        default: throw .refused(.badOperation)
        }
    }
}

extension NTPQSession {
    fileprivate mutating func show(_ line: String) throws -> String {
        try text(of: try #require(try NTPQCommand(line: line)))
    }
}

@Suite struct `ntpq's table of peers` {
    private static let pool = """
        srcadr=0.0.0.0, srcport=123, srchost="0.debian.pool.ntp.org", dstadr=0.0.0.0, dstport=0, leap=3, stratum=16,
        refid=POOL, reftime=0x00000000.00000000, rec=0x00000000.00000000, reach=0x0, hmode=3, pmode=0, hpoll=6,
        ppoll=10, flash=0x1600, offset=0.000, delay=0.000, dispersion=16000.000, jitter=0.000
        """
    private static let server = """
        srcadr=192.0.2.123, srcport=123, dstadr=192.0.2.9, dstport=123, leap=0, stratum=2, precision=-23,
        rootdelay=0.900, rootdisp=15.900, refid=198.51.100.207, reftime=0xeeb3ff00.00000000,
        rec=0xeeb3f357.00000000, reach=0xf7, unreach=0, hmode=3, pmode=4, hpoll=10, ppoll=7, headway=0, flash=0x0,
        keyid=0, offset=-123.456, delay=9.876, dispersion=10.101, jitter=0.400, xleave=0.058,
        filtdelay= 9.88 9.90, filtoffset= -0.12 -0.10, filtdisp= 0.00 1.00
        """
    private static let clock = """
        srcadr=127.127.22.1, srcport=123, stratum=0, refid=PPS, reftime=0xeeb3ff50.00000000, reach=377, hmode=3,
        hpoll=4, ppoll=4, offset=0.001234, delay=0.000000, jitter=12345.678901
        """
    private static let long = """
        srcadr=2001:db8:1111:2222:3333:4444:5555:6666, stratum=1, refid=2001:db8:aaaa:bbbb::1, reach=0x1, hmode=1,
        rec=0xee860000.00000000, hpoll=17, ppoll=99, delay=1.0, offset=-1234567.0, jitter=99999.9
        """

    /// - Parameter line: what ntpsec's ntpq shows of these.
    @Test(
        arguments: [
            (0x8011, pool, " 0.debian.pool.n .POOL.          16 p    -   64    0    0.000    0.000    0.000"),
            (0x961a, server, "*192.0.2.123     198.51.100.207   2 u  51m  128  367    9.876 -123.456    0.400"),
            (0x9724, clock, "oPPS(1)          .PPS.            0 l    7   16  171   0.0000   0.0012 12345.68"),
            (0x1324, long, "-2001:db8:1111:2 -8:aaaa:bbbb::1  1 s  35d  36h    1    1.000 -1234567 99999.90"),
        ] as [(UInt16, String, String)]
    )
    func `shows what the daemon says`(status: UInt16, variables: String, line: String) throws {
        let exchange = ScriptedExchange(associations: [(1, status, variables)])
        var session = NTPQSession(exchange)
        #expect(
            try session.show("peers") == """
                     remote           refid      st t when poll reach   delay   offset   jitter
                ===============================================================================
                \(line)

                """
        )
    }

    @Test func `with associations has less room for what is followed`() throws {
        let exchange = ScriptedExchange(associations: [(65_000, 0x961a, Self.server), (1, 0x8011, Self.pool)])
        var session = NTPQSession(exchange)
        #expect(
            try session.show("apeers") == """
                     remote       refid   assid  st t when poll reach   delay   offset   jitter
                ===============================================================================
                 0.debian.pool.n .POOL.   1      16 p    -   64    0    0.000    0.000    0.000
                *192.0.2.123     ...      65000   2 u  51m  128  367    9.876 -123.456    0.400

                """
        )
    }

    @Test func `takes the daemon's clock for when, and whole names where there is room`() throws {
        let exchange = ScriptedExchange(
            associations: [(1, 0x8011, Self.pool), (2, 0x961a, Self.server)],
            system: ["clock": "clock=0xeeb3f358.00000000\r\n"]
        )
        var session = NTPQSession(exchange, terminalWidth: 90, server: "host ")
        #expect(
            try session.show("lpeers") == """
                serv      remote                     refid      st t when poll reach   delay   offset   jitter
                ==============================================================================================
                host  0.debian.pool.ntp.org     .POOL.          16 p    -   64    0    0.000    0.000    0.000
                host *192.0.2.123               198.51.100.207   2 u    1  128  367    9.876 -123.456    0.400

                """
        )
    }

    @Test func `leaves out what is neither configured nor reachable, and what is gone`() throws {
        let exchange = ScriptedExchange(
            associations: [(1, 0x0011, Self.pool), (2, 0x961a, Self.server), (3, 0x961a, "")]
        )
        var session = NTPQSession(exchange)
        #expect(try session.show("peers").split(separator: "\n").count == 3)
        #expect(try session.show("lpeers").split(separator: "\n").count == 4)
        session = NTPQSession(ScriptedExchange())
        #expect(try session.show("peers") == "No association IDs returned\n")
    }

    @Test func `of our own daemon has servers and the RTC`() throws {
        let daemon = Queried(servers: 2)
        var session = NTPQSession(QueriedExchange(daemon: daemon, names: [IPAddress(v4: 0xc000_0201): "two.example"]))
        #expect(
            try session.show("pe") == """
                     remote           refid      st t when poll reach   delay   offset   jitter
                ===============================================================================
                 192.0.2.0       .INIT.          16 u    -   64    0   0.0000   0.0000   0.0000
                 two.example     .INIT.          16 u    -   64    0   0.0000   0.0000   0.0000
                 RTC(0)          .RTC.            0 l    -   64    0   0.0000   0.0000   0.0000

                """
        )
    }
}

@Suite struct `ntpq's commands` {
    @Test(
        arguments: [
            ("", nil), ("  ", nil), ("peers", .peers(.referenceID)), ("pe", .peers(.referenceID)), ("lp", .allPeers),
            ("apeers", .peers(.association)), ("as", .associations), ("assoc", .associations), ("las", .associations),
            ("rv", .variables(.id(0), names: [])), ("rv 0 a,b  c", .variables(.id(0), names: ["a", "b", "c"])),
            ("readvar 17 offset", .variables(.id(17), names: ["offset"])), ("rv &2", .variables(.place(2), names: [])),
            ("cv 5", .clockVariables(.id(5), names: [])), ("pstats &1", .peerStatistics(.place(1))),
            ("sysi", .report(.system)), ("kerninfo", .report(.kernel)), ("sysstats", .report(.statistics)),
            ("monstats", .report(.clients)), ("mrulist", .clients(parameters: "")),
            ("mrulist limited mincount=3", .clients(parameters: ", resany=0x20, mincount=3")),
            ("mru kod resall=0x20", .clients(parameters: ", resany=0x400, resall=0x20")), ("quit", .quit),
            ("ex", .quit),
            ("?", .help), ("help peers\r", .help),
        ] as [(String, NTPQCommand?)]
    )
    func `are read`(line: String, command: NTPQCommand?) throws {
        #expect(try NTPQCommand(line: line) == command)
    }

    @Test(arguments: [
        ("p", "***Command 'p' ambiguous: peers, pstats"), ("wirtevar", "***Command 'wirtevar' unknown; try 'help'"),
        ("peers 1", "***Command 'peers' takes no arguments"), ("pstats", "usage: pstats ASSOCIATION"),
        ("rv x", "***'x' is no association: expected its number, or & and its place in the list"),
        ("rv 65536", "***'65536' is no association: expected its number, or & and its place in the list"),
        ("rv &0", "***'&0' is no association: expected its number, or & and its place in the list"),
        ("mrulist sort=addr", "***Unknown parameter 'sort=addr' of mrulist"),
        ("mrulist mincount", "***Unknown parameter 'mincount' of mrulist"),
    ])
    func `say what is wrong`(line: String, message: String) {
        let failure = #expect(throws: ControlFailure.self) { try NTPQCommand(line: line) }
        #expect(failure?.description == message)
    }

    @Test func `on variables show them as they were sent, set for people`() throws {
        var session = NTPQSession(QueriedExchange(daemon: Queried()))
        let text = try session.show("rv")
        #expect(
            text.hasPrefix(
                "associd=0 status=c006 leap_alarm, sync_unspec, no events, restart,\nversion=\"tickoverd 1.2\", "
            )
        )
        #expect(
            text.contains("leap=11") && text.contains("stratum=16")
                && text.contains("clock=eef45080.00000000 2027-01-15T08:00:00.000Z")
        )
        #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count <= 79 })
        #expect(try session.show("rv 0 stratum,leap") == "stratum=16, leap=11\n")
        #expect(try session.show("rv &1 reach flash") == "reach=000, flash=1000 peer_unreach\n")
        #expect(try session.show("cv 65535 refid") == "refid=RTC\n")
        #expect(throws: ControlFailure.self) { try session.show("rv 0 nonsense") }
        #expect(throws: ControlFailure.self) { try session.show("rv &9") }
    }

    @Test func `on filters show tables`() throws {
        let item = "filtdelay= 0.31 0.32, filtoffset= -0.01 12.50"
        var session = NTPQSession(ScriptedExchange(associations: [(9, 0x9614, item)]))
        #expect(
            try session.show("rv 9 filtdelay") == "filtdelay =    0.31    0.32, filtoffset=   -0.01   12.50\n"
        )
    }

    @Test func `on associations list their status`() throws {
        let exchange = ScriptedExchange(associations: [(17_767, 0x8011, ""), (3, 0xf42a, ""), (17_769, 0x1b0d, "")])
        var session = NTPQSession(exchange)
        #expect(
            try session.show("as") == """

                ind assid status  conf reach auth condition  last_event cnt
                ===========================================================
                  1     3  f42a   yes   yes   ok  candidate    sys_peer  2
                  2 17767  8011   yes    no  none    reject    mobilize  1
                  3 17769  1b0d    no  none  none   outlier     popcorn  0

                """
        )
    }

    @Test(arguments: ["sysinfo", "kerninfo", "sysstats", "monstats", "pstats &1", "pstats 65535"])
    func `on reports leave out what the daemon does not have`(line: String) throws {
        var session = NTPQSession(QueriedExchange(daemon: Queried()))
        let rows = try session.show(line).split(separator: "\n")
        #expect(rows.count >= 5 - (line == "pstats 65535" ? 2 : 0))
        #expect(rows.drop { $0.hasPrefix("associd") }.allSatisfy { $0.utf8.count >= 32 }, "\(rows)")
    }

    @Test func `on reports set values for people`() throws {
        let names = VariableReport.system.rows.map { $0.name }.joined(separator: ",")
        let exchange = ScriptedExchange(
            system: [
                names: "peeradr=192.0.2.1:123, peermode=3, leap=2, rootdelay=1.5,reftime=0xeeb3ff56.68187a75",
                "ss_uptime": "ss_uptime=266645", "ss_received": "ss_received=5",
            ]
        )
        var session = NTPQSession(exchange)
        #expect(
            try session.show("sysinfo") == """
                associd=0 status=0615 leap_none, sync_ntp, 1 event, clock_sync,
                system peer:       192.0.2.1:123
                system peer mode:         client
                leap indicator:               10
                root delay:                  1.5
                reference time:    eeb3ff56.68187a75 2026-11-27T13:08:38.406Z

                """
        )
        // An ntpd without some of them refuses all at once.
        #expect(
            try session.show("sysstats") == """
                uptime:                  3D 02:04:05
                packets received:                  5

                """
        )
    }
}

@Suite struct `ntpq's list of clients` {
    @Test(arguments: [0, 1, 16, 17, 700]) func `has all of them, the latest first`(count: Int) throws {
        let daemon = Queried()
        for index in 0..<count {
            daemon.serve(SocketAddress(address: IPAddress(v4: 0x0a00_0000 + UInt32(index)), port: 1_000))
        }
        var session = NTPQSession(QueriedExchange(daemon: daemon))
        let lines = try session.show("mrulist").split(separator: "\n")
        #expect(lines.count == count + 3 && lines.last == "# Collected \(count) slots")
        let addresses = lines.dropFirst(2).dropLast().compactMap { IPAddress(String($0.split(separator: " ").last!)) }
        #expect(addresses.map { Int($0.v4Bits & 0xffff) } == Array((0..<count).reversed()))
    }

    private static let page = """
        addr.0=192.0.2.1:123, last.0=0xeeb3ff00.00000000, first.0=0xeeb3fe00.00000000, ct.0=2, mv.0=35, rs.0=0x420,
        addr.1=[2001:db8::1]:40000, last.1=0xeeb3ff10.80000000, first.1=0xeeb3ff00.00000000, ct.1=34, mv.1=27, rs.1=0x0,
        sc.1=1.084, dr.1=0
        """

    @Test func `counts an address once, by what was told last`() throws {
        var session = NTPQSession(
            ScriptedExchange(pages: [
                .success("nonce=1, \(Self.page)"),
                .success(
                    "last.older=0xeeb3ff10.80000000, addr.0=192.0.2.1:123, last.0=0xeeb3ff50.00000000, "
                        + "first.0=0xeeb3fe00.00000000, ct.0=3, mv.0=35, rs.0=0, now=0xeeb3ff57.00000000"
                ),
            ])
        )
        #expect(
            try session.show("mrulist") == """
                 lstint avgint rstr r m v  count    score   drop rport remote address
                =====================================================================
                      7    168    0 . 3 4      3        -      -   123 192.0.2.1
                     71  0.500    0 . 3 3     34    1.084      0 40000 2001:db8::1
                # Collected 2 slots

                """
        )
        // It goes on behind those that it had last.
        #expect(
            session.exchange.requests[1] == "nonce=1234, frags=32, addr.0=[2001:db8::1]:40000, "
                + "last.0=0xeeb3ff10.80000000, addr.1=192.0.2.1:123, last.1=0xeeb3ff00.00000000"
        )
    }

    @Test func `begins anew when all that it had last have asked again`() throws {
        var session = NTPQSession(
            ScriptedExchange(pages: [
                .success(Self.page), .failure(.unknownVariable), .success(Self.page + ", now=0xeeb3ff57.00000000"),
            ])
        )
        #expect(try session.show("mrulist").hasSuffix("# Collected 2 slots\n"))
        #expect(session.exchange.requests[2] == "nonce=1234, frags=32")
    }

    @Test(
        arguments: [
            Array(repeating: Result.success(page), count: 1) + [.success("nonce=1")],
            Array(repeating: [.success(page), .failure(.unknownVariable)], count: 9).flatMap { $0 },
            [.failure(.permission)],
        ] as [[Result<String, ControlError>]]
    )
    func `does not go on for ever`(pages: [Result<String, ControlError>]) {
        var session = NTPQSession(ScriptedExchange(pages: pages))
        #expect(throws: ControlFailure.self) { try session.show("mrulist") }
    }
}

@Suite struct `Status words` {
    /// As libntp's statustoa has them.
    @Test(
        arguments: [
            (0x0615, "leap_none, sync_ntp, 1 event, clock_sync"), (0xc016, "leap_alarm, sync_unspec, 1 event, restart"),
            (0x4520, "leap_add_sec, sync_local, 2 events, unspecified"),
            (0x3fff, "leap_none, sync_63, 15 events, stale_leapsecond_values"),
        ] as [(UInt16, String)]
    )
    func `of the system are told`(bits: UInt16, text: String) { #expect(StatusWord(bits: bits).system == text) }

    @Test(
        arguments: [
            (0xc016, "conf, authenb, sel_reject, 1 event, no_reply"), (0x4520, "authenb, sel_backup, 2 events"),
            (0x3fff, "auth, reach, bcast, sel_pps.peer, 15 events, _15"),
            (0x0003, ", sel_reject, no events, unreachable"),
        ] as [(UInt16, String)]
    )
    func `of a peer are told`(bits: UInt16, text: String) { #expect(StatusWord(bits: bits).peer == text) }

    @Test(
        arguments: [(0x0615, "1 event, clk_bad_date"), (0x0003, "no events, clk_fault"), (0xffff, "15 events, clk_15")]
            as [(UInt16, String)]
    )
    func `of a clock are told`(bits: UInt16, text: String) { #expect(StatusWord(bits: bits).clock == text) }
}

@Suite struct `ntpq's numbers` {
    @Test(
        arguments: [
            (-5, "-"), (0, "-"), (1, "1"), (2_048, "2048"), (2_049, "34m"), (18_000, "300m"), (18_060, "5h"),
            (345_600, "96h"), (400_000, "5d"), (4_000_000_000, "46296d"),
        ] as [(Int64, String)]
    )
    func `of intervals get larger units`(seconds: Int64, text: String) {
        #expect(intervalText(seconds: seconds) == text)
    }

    @Test(arguments: [
        (0.0, 4, "  0.0000"), (999.99994, 4, "999.9999"), (1_000, 4, "1000.000"), (-99.9, 4, "-99.9000"),
        (-100, 4, "-100.000"), (9_999.9994, 3, "9999.999"), (12_345.6, 3, "12345.60"), (1_234_567, 3, " 1234567"),
    ])
    func `keep to eight characters`(value: Double, decimals: Int, text: String) {
        #expect(eightCharacters(value, decimals: decimals) == text)
    }
}
