import NTPTime
import NetworkAddress
import Testing

@testable import Configuration

/// The configuration that `text` describes, which must have nothing to remark on.
private func parsed(_ text: String, _ location: SourceLocation = #_sourceLocation) -> Configuration {
    let result = Configuration.parse(text: text, file: "f")
    #expect(result.diagnostics.map(\.description) == [], sourceLocation: location)
    return result.configuration
}

private func network(_ text: String) throws -> IPNetwork { try #require(ValueText.network(text)) }

@Suite struct `Words` {
    @Test(arguments: [
        "port 5", "port\t5\r", "port 5#6", "port 5 # 6 \"", "\u{feff}port 5", "  port \"5\"", "port\"5\"",
        "port 5\n\n\n",
        "# port 4\r\nport 5\r\n",
    ])
    func `are split as ntpd splits them`(text: String) {
        #expect(parsed(text).port == 5)
    }

    @Test func `in quotes keep their spaces and number signs`() {
        #expect(parsed("driftfile \"/var/lib/my drift #1\"").driftFile == "/var/lib/my drift #1")
    }

    @Test func `that are not UTF-8 are repaired`() {
        let result = Configuration.parse(bytes: Array("logfile /a".utf8) + [0xff, 0x0a], file: "f")
        #expect(result.configuration.logFile == "/a\u{fffd}")
        #expect(result.diagnostics.isEmpty)
    }
}

@Suite struct `An empty configuration` {
    @Test(arguments: ["", "\n", "# nothing", "\r\n\r\n"])
    func `has the defaults`(text: String) {
        #expect(parsed(text) == Configuration())
        #expect(parsed(text).stepThreshold == .milliseconds(128))
        #expect(parsed(text).panicThreshold == .seconds(1000))
    }
}

@Suite struct `Servers` {
    @Test func `have ntpd's defaults`() {
        let server = parsed("server ntp.example").servers.first
        #expect(server?.minimumPoll == PollExponent(6))
        #expect(server?.maximumPoll == PollExponent(10))
        #expect(server?.version == 4)
        #expect(server?.port == 123)
        #expect(server?.family == nil)
    }

    @Test func `take all options`() {
        let text = "pool -6 a.example iburst burst prefer noselect minpoll 4 maxpoll 17 version 3 port 11123"
        var expected = ServerDirective(host: "a.example", kind: .pool)
        expected.initialBurst = true
        expected.burst = true
        expected.prefer = true
        expected.noSelect = true
        expected.minimumPoll = PollExponent(4)
        expected.maximumPoll = PollExponent(17)
        expected.version = 3
        expected.family = .v6
        expected.port = 11123
        #expect(parsed(text).servers == [expected])
    }

    @Test(arguments: [
        ("minpoll 12", 12, 12), ("maxpoll 4", 4, 4), ("minpoll 0", 0, 10), ("maxpoll 17", 6, 17),
        ("minpoll 3 maxpoll 3", 3, 3),
    ])
    func `let the default poll give way to the one written`(options: String, minimum: Int8, maximum: Int8) {
        let server = parsed("server a \(options)").servers.first
        #expect(server?.minimumPoll.log2Seconds == minimum)
        #expect(server?.maximumPoll.log2Seconds == maximum)
    }

    @Test(arguments: ["127.0.0.1", "::1", "fe80::1%eth0", "a-b_c.example.", "2001:db8::7b"])
    func `may be names or addresses`(host: String) {
        #expect(parsed("server \(host)").servers.map(\.host) == [host])
    }

    @Test func `written as peers are servers`() {
        let servers = Configuration.parse(text: "peer a iburst", file: "f").configuration.servers
        #expect(servers.first?.kind == .server)
        #expect(servers.first?.initialBurst == true)
    }
}

@Suite struct `Restrictions` {
    @Test func `for all addresses are for both families`() {
        #expect(
            parsed("restrict default noquery").restrictions == [
                Restriction(network: .allV4, flags: .noQuery), Restriction(network: .allV6, flags: .noQuery),
            ]
        )
        #expect(parsed("restrict -6 default").restrictions == [Restriction(network: .allV6)])
    }

    @Test(arguments: [
        ("10.1.2.3", "10.1.2.3/32"), ("10.1.2.3/8", "10.0.0.0/8"), ("10.1.2.3 mask 255.255.0.0", "10.1.0.0/16"),
        ("0.0.0.0 mask 0.0.0.0", "0.0.0.0/0"), ("fe80::1 mask ffc0::", "fe80::/10"), ("2001:db8::/32", "2001:db8::/32"),
        ("-4 10.0.0.1", "10.0.0.1/32"),
    ])
    func `name networks in several ways`(text: String, expected: String) throws {
        #expect(try parsed("restrict \(text) kod").restrictions.map(\.network) == [network(expected)])
    }

    @Test func `know every flag`() {
        let text = """
            restrict ::1 ignore noserve noquery limited kod version notrust \
            nomodify notrap nopeer lowpriotrap noepeer epeer flake mssntp ippeerlimit -1
            """
        #expect(
            parsed(text).restrictions.map(\.flags) == [
                [.ignore, .noServe, .noQuery, .limited, .kissOfDeath, .version, .noTrust]
            ]
        )
    }

    @Test func `merge on the same address and mask`() throws {
        let text = """
            restrict 10.0.0.0 mask 255.0.0.0 noquery
            restrict 10.0.0.0/8 limited ntpport
            restrict 10.9.9.9/8 kod
            restrict 10.0.0.0/9 noserve
            restrict source noquery
            restrict source limited
            """
        #expect(
            try parsed(text).restrictions == [
                Restriction(network: network("10.0.0.0/8"), flags: [.noQuery, .kissOfDeath]),
                Restriction(network: network("10.0.0.0/8"), onlyFromNTPPort: true, flags: .limited),
                Restriction(network: network("10.0.0.0/9"), flags: .noServe),
            ]
        )
        #expect(parsed(text).restrictSource == [.noQuery, .limited])
    }

    @Test func `are taken back whole or by the flag`() throws {
        let text = """
            restrict default noquery limited
            restrict 10.0.0.0/8 kod
            restrict source noquery kod
            unrestrict default limited
            unrestrict 10.0.0.0 mask 255.0.0.0
            unrestrict source kod
            """
        #expect(parsed(text).restrictions.map(\.flags) == [.noQuery, .noQuery])
        #expect(parsed(text).restrictSource == .noQuery)
        #expect(parsed("restrict source kod\nunrestrict source").restrictSource == nil)
    }
}

@Suite struct `Interface rules` {
    @Test func `keep their order`() throws {
        let text = """
            interface ignore all
            nic listen eth0
            interface drop 192.168.1.0/24
            interface listen ::1
            interface ignore wildcard
            interface ignore ipv6
            interface listen ipv4
            """
        #expect(
            try parsed(text).interfaceRules == [
                InterfaceRule(action: .ignore, match: .all),
                InterfaceRule(action: .listen, match: .name("eth0")),
                InterfaceRule(action: .drop, match: .network(network("192.168.1.0/24"))),
                InterfaceRule(action: .listen, match: .network(network("::1/128"))),
                InterfaceRule(action: .ignore, match: .wildcard),
                InterfaceRule(action: .ignore, match: .ipv6),
                InterfaceRule(action: .listen, match: .ipv4),
            ]
        )
    }
}

@Suite struct `Clocks` {
    @Test(arguments: [("rtc auto", true), ("rtc auto notrim", false), ("rtc ds3231 notrim /dev/i2c-1", false)])
    func `are trimmed unless it is forbidden`(text: String, trims: Bool) {
        #expect(parsed(text).trimsRTC == trims)
    }

    @Test func `hold over within limits`() {
        #expect(parsed("").holdover == HoldoverDirective())
        var limits = HoldoverDirective()
        limits.stratum = 5
        limits.distance = .seconds(0.5)
        limits.duration = .seconds(86_400)
        #expect(parsed("holdover stratum 5 distance 0.5 duration 86400").holdover == limits)
    }

    @Test(arguments: [
        ("rtc auto", RTCDirective.automatic), ("rtc none", .none), ("rtc ds3231", .ds3231(DS3231Location())),
        ("rtc ds3231 /dev/i2c-1", .ds3231(DS3231Location(device: "/dev/i2c-1"))),
        ("rtc ds3231 address 0x57 /dev/i2c-0", .ds3231(DS3231Location(device: "/dev/i2c-0", address: 0x57))),
        (
            "rtc ds3231 sqw gpiochip0 18 /dev/i2c-1",
            .ds3231(DS3231Location(device: "/dev/i2c-1", squareWave: .gpio(chip: "/dev/gpiochip0", line: 18)))
        ),
        (
            "rtc ds3231 sqw pps0",
            .ds3231(DS3231Location(squareWave: .pps(device: "/dev/pps0", onClear: false)))
        ),
        (
            "rtc ds3231 sqw /dev/pps1 clear",
            .ds3231(DS3231Location(squareWave: .pps(device: "/dev/pps1", onClear: true)))
        ),
        ("rtc ds3231 address 104", .ds3231(DS3231Location(address: 0x68))),
        ("rtc simulated", .simulated(SimulatedRTC())),
    ])
    func `for holdover are named by rtc`(text: String, expected: RTCDirective) {
        #expect(parsed(text).rtc == expected)
    }

    @Test func `that are simulated have faults`() {
        var expected = SimulatedRTC()
        expected.offset = .seconds(-1.5)
        expected.drift = .ppm(2.25)
        expected.squareWave = true
        expected.stopped = true
        expected.hung = true
        #expect(parsed("rtc simulated offset -1.5 drift +2.25 sqw stopped hung").rtc == .simulated(expected))
    }

    @Test(arguments: [
        ("clock auto", ClockDirective.automatic), ("clock kernel", .kernel), ("clock virtual", .virtual),
    ])
    func `that are served are named by clock`(text: String, expected: ClockDirective) {
        #expect(parsed(text).clock == expected)
    }

    @Test func `have thresholds that 0 switches off`() {
        #expect(parsed("tinker panic 0 step 0").panicThreshold == nil)
        #expect(parsed("tinker panic 0 step 0").stepThreshold == nil)
        #expect(parsed("tinker step 0.4\ntinker panic 1e4").stepThreshold == .seconds(0.4))
        #expect(parsed("tinker step 0.4\ntinker panic 1e4").panicThreshold == .seconds(10_000))
    }
}

@Suite struct `Files and ports` {
    @Test func `are kept as written`() {
        let configuration = parsed(
            """
            driftfile /a/drift
            logfile "log file"
            pidfile /run/t.pid
            statedir state
            port 11123
            """
        )
        #expect(configuration.driftFile == "/a/drift")
        #expect(configuration.logFile == "log file")
        #expect(configuration.pidFile == "/run/t.pid")
        #expect(configuration.stateDirectory == "state")
        #expect(configuration.port == 11123)
    }
}
