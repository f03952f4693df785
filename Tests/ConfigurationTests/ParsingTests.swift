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
            nomodify notrap nopeer lowpriotrap noepeer epeer ippeerlimit -1
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

    @Test func `name hosts, whose addresses are looked up later`() {
        let text = """
            restrict ntp.example kod
            restrict -6 ntp.example ntpport noquery
            restrict lan-host
            restrict ntp.example limited nomodify
            restrict gone.example ignore
            unrestrict gone.example
            unrestrict ntp.example kod
            """
        let result = Configuration.parse(text: text, file: "f")
        #expect(result.diagnostics == [])
        #expect(
            result.configuration.restrictedHosts == [
                HostRestriction(host: "ntp.example", flags: .limited),
                HostRestriction(host: "ntp.example", family: .v6, onlyFromNTPPort: true, flags: .noQuery),
                HostRestriction(host: "lan-host"),
            ]
        )
        #expect(result.configuration.restrictions.isEmpty)
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
        ("rtc auto", RTCDirective.automatic), ("rtc none", .none),
        ("rtc pcf85063a", .chip(.pcf85063a, RTCLocation(address: 0x51))),
        (
            "rtc pcf85063a /dev/i2c-10 address 0x52 notrim assumed 30",
            .chip(.pcf85063a, RTCLocation(device: "/dev/i2c-10", address: 0x52))
        ),
        ("rtc ds3231", .chip(.ds3231, RTCLocation(address: 0x68))),
        ("rtc ds3231 /dev/i2c-1", .chip(.ds3231, RTCLocation(device: "/dev/i2c-1", address: 0x68))),
        ("rtc ds3231 address 0x57 /dev/i2c-0", .chip(.ds3231, RTCLocation(device: "/dev/i2c-0", address: 0x57))),
        (
            "rtc ds3231 sqw gpiochip0 18 /dev/i2c-1",
            .chip(
                .ds3231,
                RTCLocation(device: "/dev/i2c-1", address: 0x68, squareWave: .gpio(chip: "/dev/gpiochip0", line: 18))
            )
        ),
        (
            "rtc ds3231 sqw pps0",
            .chip(.ds3231, RTCLocation(address: 0x68, squareWave: .pps(device: "/dev/pps0", onClear: false)))
        ),
        (
            "rtc ds3231 sqw /dev/pps1 clear",
            .chip(.ds3231, RTCLocation(address: 0x68, squareWave: .pps(device: "/dev/pps1", onClear: true)))
        ),
        ("rtc ds3231 address 104", .chip(.ds3231, RTCLocation(address: 0x68))),
        ("rtc simulated", .simulated(SimulatedRTC())),
    ])
    func `for holdover are named by rtc`(text: String, expected: RTCDirective) {
        #expect(parsed(text).rtc == expected)
    }

    @Test(arguments: [
        ("rtc auto", 1.0), ("rtc auto assumed 60", 60), ("rtc ds3231 assumed 0.5", 0.5),
        ("rtc pcf85063a notrim assumed 1e3", 1_000), ("rtc simulated assumed 5 stopped", 5),
    ])
    func `that were never compared with UTC are assumed to be right to a second, or what is said`(
        text: String,
        seconds: Double
    ) {
        #expect(parsed(text).assumedRTCError == .seconds(seconds))
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

    @Test(arguments: [
        ("", ThermometerDirective.automatic), ("thermometer auto", .automatic), ("thermometer none", .none),
        ("thermometer /sys/class/hwmon/hwmon1/temp1_input", .file("/sys/class/hwmon/hwmon1/temp1_input")),
    ])
    func `have a thermometer beside them`(text: String, expected: ThermometerDirective) {
        #expect(parsed(text).thermometer == expected)
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

@Suite struct `Statistics` {
    @Test func `are written into a folder when they are asked for`() {
        let statistics = parsed("statsdir /var/log/ntpstats/\nstatistics loopstats rawstats").statistics
        #expect(StatisticsKind.allCases.filter { statistics.file(of: $0) != nil } == [.loopstats, .rawstats])
        #expect(statistics.file(of: .loopstats)?.directory == "/var/log/ntpstats/")
        #expect(statistics[.loopstats].name == "loopstats")
        #expect(parsed("statistics loopstats").statistics.file(of: .loopstats) == nil)
        #expect(parsed("statsdir /s\nstatistics loopstats\ndisable stats").statistics.file(of: .loopstats) == nil)
    }

    @Test func `have files as filegen says`() {
        let statistics = parsed(
            """
            filegen loopstats file loop type week nolink
            filegen peerstats file peers type pid link disable
            """
        ).statistics
        var loop = StatisticsFile(name: "loop", period: .week, isLinked: false)
        loop.isEnabled = true
        #expect(statistics[.loopstats] == loop)
        #expect(statistics[.peerstats] == StatisticsFile(name: "peers", period: .pid, isLinked: true))
    }
}

@Suite struct `The last resort` {
    @Test(arguments: [
        "server 127.127.1.0\nfudge 127.127.1.0 stratum 10", "fudge 127.127.1.0 stratum 10\nserver 127.127.1.0 prefer",
        "server 127.127.1.1 minpoll 4\nfudge 127.127.1.1 stratum 10",
    ])
    func `is the local clock at the stratum of its fudge line`(text: String) {
        #expect(parsed(text).lastResort.localClock == 10)
        #expect(parsed(text).servers.isEmpty)
    }

    @Test func `has ntpd's defaults`() {
        #expect(parsed("server 127.127.1.0").lastResort.localClock == 5)
        #expect(parsed("fudge 127.127.1.0 stratum 10").lastResort.localClock == nil)
        #expect(parsed("tos orphan 16").lastResort.orphan == nil)
        #expect(
            parsed("tos orphan 6").lastResort == LastResortDirective(localClock: nil, orphan: 6, wait: .seconds(300))
        )
        #expect(parsed("tos orphan 6 orphanwait 1").lastResort.wait == .seconds(1))
    }
}

@Suite struct `Service parameters` {
    @Test func `say where the time is broadcast to`() {
        var expected = [
            BroadcastDirective(address: "192.0.2.255"), BroadcastDirective(address: "224.0.1.1"),
            BroadcastDirective(address: "ff05::101%eth0"),
        ]
        expected[1].timeToLive = 5
        expected[1].key = 3
        expected[2].interval = PollExponent(4)
        expected[2].version = 3
        let text = """
            broadcast 192.0.2.255
            broadcast -4 224.0.1.1 ttl 5 key 3
            broadcast ff05::101%eth0 minpoll 4 version 3
            """
        #expect(parsed(text).broadcasts == expected)
        for wrong in ["example.org", "2001:db8::1", "-6 224.0.1.1", "%eth0", ""] {
            let result = Configuration.parse(text: "broadcast \(wrong)", file: "f")
            #expect(result.configuration.broadcasts.isEmpty && result.diagnostics.count == 1, "\(wrong)")
        }
    }

    @Test func `say which sources are followed`() {
        let text = "tos minsane 3 minclock 4 maxclock 11 mindist 0.02 maxdist 1.5\ntos floor 2 ceiling 8"
        var expected = SelectionDirective()
        expected.minimumSources = 3
        expected.maximumAssociations = 11
        expected.minimumDistance = .milliseconds(20)
        expected.maximumDistance = .seconds(1.5)
        expected.lowestStratum = 2
        expected.strataEnd = 8
        #expect(parsed(text).selection == expected)
    }

    @Test func `are flags, too`() {
        let configuration = parsed("disable monitor auth ntp kernel stats bclient calibrate mode7\nenable monitor auth")
        #expect(!configuration.disciplinesClock)
        #expect(configuration.statistics.isSuspended)
        #expect(parsed("disable ntp\nenable ntp").disciplinesClock)
    }
}

@Suite struct `Log classes` {
    @Test(arguments: [
        ("=all", LogDetail.events), ("=syncall +clockall", .events), ("=syncstatus +sysevents", .events),
        ("=syncstatus", .status), ("=allstatus", .status), ("=clockstatistics", .trouble), ("-all", .trouble),
        ("-allinfo -allevents", .status), ("peerinfo", .events), ("=syncstatus -syncall +peerstatus", .status),
        ("=allsync", .events), ("=syncstatus allsys", .events), ("-allclock -allpeer -allsys -allsync", .trouble),
        ("-allclock -allpeer -allsync", .events), ("=syncstatus +allpeer -allpeer", .status),
    ])
    func `are as detailed as the most detailed one`(text: String, expected: LogDetail) {
        #expect(parsed("logconfig \(text)").logDetail == expected)
    }

    @Test func `are all there by default`() {
        #expect(Configuration().logDetail == .events)
        #expect(parsed("logconfig =syncstatus\nlogconfig +syncevents").logDetail == .events)
    }
}

@Suite struct `Included files` {
    /// Reads the configuration in `/etc/ntp.conf` of these files.
    private func parsed(_ files: [String: String]) -> (configuration: Configuration, diagnostics: [String]) {
        let result = Configuration.parse(bytes: Array(files["/etc/ntp.conf", default: ""].utf8), file: "/etc/ntp.conf")
        {
            path throws(UnreadableFile) in
            guard let text = files[path] else { throw UnreadableFile(reason: "no \(path)") }
            return Array(text.utf8)
        }
        return (result.configuration, result.diagnostics.map(\.description))
    }

    @Test func `stand where they are included`() {
        let result = parsed([
            "/etc/ntp.conf": "server a\nincludefile ntp.d/more\nserver d",
            "/etc/ntp.d/more": "server b\nincludefile yet/more", "/etc/ntp.d/yet/more": "server c",
        ])
        #expect(result.configuration.servers.map(\.host) == ["a", "b", "c", "d"])
        #expect(result.diagnostics == [])
    }

    @Test func `are named by what is said of them`() {
        let result = parsed([
            "/etc/ntp.conf": "includefile /etc/more\nport 2\nincludefile none\nserver a b",
            "/etc/more": "port 1\nserver a b",
        ])
        #expect(
            result.diagnostics == [
                "/etc/more:2:10: error: unknown option 'b'",
                "/etc/ntp.conf:2:1: warning: 'port' replaces the one on line 1 of /etc/more",
                "/etc/ntp.conf:3:1: warning: no /etc/none; going on without",
                "/etc/ntp.conf:4:10: error: unknown option 'b'",
            ]
        )
    }

    @Test func `in a circle are read five times`() {
        let result = parsed(["/etc/ntp.conf": "server a\nincludefile ntp.conf"])
        #expect(result.configuration.servers.count == 6)
        #expect(
            result.diagnostics == [
                "/etc/ntp.conf:2:1: error: expected files to include each other 5 deep at most"
            ]
        )
    }
}
