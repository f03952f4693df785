/// A directive by name and what becomes of it.
struct Directive: Sendable {
    typealias Reader = @Sendable (inout Parser, inout DirectiveLine) throws(SyntaxError) -> Void

    enum Treatment: Sendable {
        /// Read by this function.
        case read(Reader)
        /// Likewise, and the last such line counts.
        case setting(Reader)
        /// ntpd's or NTPsec's, and not done here: a warning says what to do instead.
        case unsupported(String)
    }

    let name: String
    let treatment: Treatment

    init(_ name: String, _ reader: @escaping Reader) {
        self.name = name
        treatment = .read(reader)
    }

    init(setting name: String, _ reader: @escaping Reader) {
        self.name = name
        treatment = .setting(reader)
    }

    init(_ name: String, instead: String) {
        self.name = name
        treatment = .unsupported(instead)
    }

    /// Every directive of ntpd 4.2.8 and NTPsec 1.2, and Tickover's own.
    static let all: [Directive] = sources + access + clocks + files + tuning + unsupported

    private static let sources = [
        Directive("server") { (parser, line) throws(SyntaxError) in try parser.server(&line, kind: .server) },
        Directive("pool") { (parser, line) throws(SyntaxError) in try parser.server(&line, kind: .pool) },
        Directive("peer") { (parser, line) throws(SyntaxError) in try parser.peer(&line) },
        Directive("broadcast") { (parser, line) throws(SyntaxError) in try parser.broadcast(&line) },
        Directive("fudge") { (parser, line) throws(SyntaxError) in try parser.fudge(&line) },
    ]

    private static let access = [
        Directive("restrict") { (parser, line) throws(SyntaxError) in try parser.restrict(&line) },
        Directive("unrestrict") { (parser, line) throws(SyntaxError) in try parser.unrestrict(&line) },
        Directive("interface") { (parser, line) throws(SyntaxError) in try parser.interface(&line) },
        Directive("nic") { (parser, line) throws(SyntaxError) in try parser.interface(&line) },
        Directive("discard") { (parser, line) throws(SyntaxError) in try parser.discard(&line) },
        // NTPsec's name for it.
        Directive("limit") { (parser, line) throws(SyntaxError) in try parser.discard(&line) },
        Directive("mru") { (parser, line) throws(SyntaxError) in try parser.clientList(&line) },
        Directive(setting: "keys") { (parser, line) throws(SyntaxError) in
            parser.configuration.keyFile = try line.path(of: line.keyword)
        },
        Directive("trustedkey") { (parser, line) throws(SyntaxError) in try parser.trustedKeys(&line) },
        Directive(setting: "port") { (parser, line) throws(SyntaxError) in
            parser.configuration.port = try line.port(of: line.keyword)
        },
        Directive(setting: "threads") { (parser, line) throws(SyntaxError) in
            let threads = try line.wholeNumber(of: line.keyword, in: 0...Int64(Configuration.mostThreads))
            parser.configuration.threads = Int(threads)
        },
    ]

    private static let clocks = [
        Directive(setting: "rtc") { (parser, line) throws(SyntaxError) in
            parser.configuration.rtc = try parser.rtc(&line)
        },
        Directive(setting: "thermometer") { (parser, line) throws(SyntaxError) in
            parser.configuration.thermometer = try parser.thermometer(&line)
        },
        Directive(setting: "holdover") { (parser, line) throws(SyntaxError) in
            parser.configuration.holdover = try parser.holdover(&line)
        },
        Directive(setting: "clock") { (parser, line) throws(SyntaxError) in try parser.clock(&line) },
        Directive(setting: "leapsmearinterval") { (parser, line) throws(SyntaxError) in
            parser.configuration.leapSmearInterval = try parser.leapSmearInterval(&line)
        },
        Directive(setting: "leapfile") { (parser, line) throws(SyntaxError) in try parser.leapFile(&line) },
    ]

    private static let files = [
        Directive(setting: "driftfile") { (parser, line) throws(SyntaxError) in try parser.driftFile(&line) },
        Directive(setting: "logfile") { (parser, line) throws(SyntaxError) in
            parser.configuration.logFile = try line.path(of: line.keyword)
        },
        Directive("logconfig") { (parser, line) throws(SyntaxError) in try parser.logDetail(&line) },
        Directive(setting: "pidfile") { (parser, line) throws(SyntaxError) in
            parser.configuration.pidFile = try line.path(of: line.keyword)
        },
        Directive(setting: "statedir") { (parser, line) throws(SyntaxError) in
            parser.configuration.stateDirectory = try line.path(of: line.keyword, expected: "a directory")
        },
        Directive("includefile") { (parser, line) throws(SyntaxError) in try parser.include(&line) },
        Directive(setting: "statsdir") { (parser, line) throws(SyntaxError) in
            parser.configuration.statistics.directory = try line.path(of: line.keyword, expected: "a directory")
        },
        Directive("statistics") { (parser, line) throws(SyntaxError) in try parser.statistics(&line) },
        Directive("filegen") { (parser, line) throws(SyntaxError) in try parser.fileGenerator(&line) },
    ]

    private static let tuning = [
        Directive("tinker") { (parser, line) throws(SyntaxError) in try parser.tinker(&line) },
        Directive("tos") { (parser, line) throws(SyntaxError) in try parser.serviceParameters(&line) },
        Directive("enable") { (parser, line) throws(SyntaxError) in try parser.flags(&line, isEnabled: true) },
        Directive("disable") { (parser, line) throws(SyntaxError) in try parser.flags(&line, isEnabled: false) },
    ]

    private static let unsupported: [Directive] = [
        Directive("automax", instead: noAutokey),
        Directive("autokey", instead: noAutokey),
        Directive("broadcastclient", instead: noBroadcastClient),
        Directive("broadcastdelay", instead: noBroadcastClient),
        Directive("calldelay", instead: "there is no modem driver"),
        Directive("controlkey", instead: noRemoteControl),
        Directive("crypto", instead: noAutokey),
        Directive("device", instead: useRTC),
        Directive("dscp", instead: "packets are marked with ntpd's default, 46"),
        Directive("end", instead: useSimulator),
        Directive("extra", instead: "redirect the other port to the one served in the firewall"),
        Directive("keysdir", instead: noAutokey),
        Directive("manycastclient", instead: nameServers),
        Directive("manycastserver", instead: "give the clients a 'server' line with this machine's address"),
        Directive("mdnstries", instead: "let avahi announce the service"),
        Directive("multicastclient", instead: noBroadcastClient),
        Directive("nonvolatile", instead: "the drift file is written once an hour and at the end"),
        Directive("nts", instead: "use 'keys' and the option 'key'"),
        Directive("ntpsigndsocket", instead: "Active Directory's clients get unsigned time"),
        Directive("phone", instead: "there is no modem driver"),
        Directive("pollskewlist", instead: "requests are spread by up to 3 % of the poll interval"),
        Directive("refclock", instead: useRTC),
        Directive("requestkey", instead: noRemoteControl),
        Directive("reset", instead: "counters begin with the daemon's start"),
        Directive("revoke", instead: noAutokey),
        Directive("rlimit", instead: "set limits where the daemon is started, such as systemd's LimitNOFILE="),
        Directive("saveconfigdir", instead: noRemoteControl),
        Directive("setvar", instead: "there are no variables of your own"),
        Directive("simulate", instead: useSimulator),
        Directive("tick", instead: "the kernel's tick is steered by the daemon"),
        Directive("trap", instead: "watch the log"),
        Directive("ttl", instead: "use the option 'ttl' of 'broadcast'"),
        Directive("unconfig", instead: "take the server's line out"),
        Directive("unpeer", instead: "take the server's line out"),
    ]

    private static let noAutokey = "Autokey is broken by design and not spoken"
    private static let noBroadcastClient =
        "what is sent to everybody may be anybody's word; name servers in 'server' or 'pool' lines"
    private static let noRemoteControl = "change the file and send SIGHUP"
    private static let nameServers = "name servers in 'server' or 'pool' lines"
    private static let useRTC = "use an 'rtc' line for the DS3231"
    private static let useSimulator = "use 'tickover simulate'"
}
