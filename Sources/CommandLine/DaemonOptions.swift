import NetworkAddress

/// What the command line asks of `tickoverd`.
package enum DaemonInvocation: Equatable, Sendable {
    case run(DaemonOptions)
    case help
    case version
}

/// The daemon's options; they mean what they mean to ntpd.
package struct DaemonOptions: Equatable, Sendable {
    /// `-g`: the first correction may be of any size.
    package var panicGate = false
    /// `-n`, `-q`, `-d`, `-D`: stay in the foreground.
    package var foreground = false
    /// `-N`: run at high priority.
    package var highPriority = false
    /// `-q`: set the clock once and end.
    package var quit = false
    /// `--single-thread`: no threads; I2C and name resolution hold up the rest.
    package var singleThread = false
    /// `-d` as often as it was given, or `-D`: 0 logs the ordinary things.
    package var debugLevel: Int32 = 0
    /// `-4` or `-6`: the family that names are resolved in and that is served; nil is both.
    package var family: AddressFamily?
    /// `-c`.
    package var configurationFile: String?
    /// `-l`; counts before the configuration's `logfile`.
    package var logFile: String?
    /// `-p`; counts before the configuration's `pidfile`.
    package var pidFile: String?
    /// `-f`, `-s`: count before the configuration's `driftfile` and `statsdir`.
    package var driftFile: String?
    package var statisticsDirectory: String?
    /// `-I`: names and addresses of interfaces, instead of the configuration's `interface` lines.
    package var interfaces: [String] = []
    /// `-x`: an offset is stepped only beyond 600 s.
    package var slew = false
    /// `-u`: who to become when everything is open that only root may open.
    package var identity: Identity?
    /// Servers beside the configuration's.
    package var servers: [String] = []
    /// What was asked for and is not done, for the log.
    package var warnings: [String] = []

    package init() {}

    /// A user and a group, by names or numbers.
    package struct Identity: Equatable, Sendable {
        package var user: String
        /// nil for the user's own.
        package var group: String?
    }
}

extension DaemonOptions {
    /// Reads the command line.
    ///
    /// - Parameter arguments: without the program's name.
    /// - Throws: `UsageError` for an unknown option, or a missing or wrong value.
    package static func parse(_ arguments: [String]) throws(UsageError) -> DaemonInvocation {
        var options = DaemonOptions()
        var scanner = OptionScanner(arguments, DaemonOption.forms)
        while let argument = try scanner.next() {
            switch argument {
            case .option(.help, _, _): return .help
            case .option(.version, _, _): return .version
            case .option(let option, let name, let value): try options.apply(option, name, value)
            case .operand(let server): options.servers.append(server)
            }
        }
        return .run(options)
    }

    private mutating func apply(_ option: DaemonOption, _ name: String, _ value: String) throws(UsageError) {
        switch option {
        case .panicGate: panicGate = true
        case .foreground: foreground = true
        case .highPriority: highPriority = true
        case .quit:
            quit = true
            foreground = true
        case .singleThread: singleThread = true
        case .debug:
            debugLevel = min(debugLevel + 1, Self.debugLevels.upperBound)
            foreground = true
        case .debugLevel:
            debugLevel = try OptionValue.wholeNumber(value, of: name, in: Self.debugLevels)
            foreground = true
        case .ipv4: try set(.v4)
        case .ipv6: try set(.v6)
        case .configurationFile: configurationFile = try OptionValue.path(value, of: name)
        case .logFile: logFile = try OptionValue.path(value, of: name)
        case .pidFile: pidFile = try OptionValue.path(value, of: name)
        case .driftFile: driftFile = try OptionValue.path(value, of: name)
        case .statisticsDirectory: statisticsDirectory = try OptionValue.path(value, of: name)
        case .interface: interfaces.append(value)
        case .slew: slew = true
        case .user: identity = try Identity(value, of: name)
        case .ignored(let instead): warnings.append("option '\(name)' is not supported: \(instead); ignored")
        case .help, .version: break
        }
    }

    private static let debugLevels: ClosedRange<Int32> = 0...9

    private mutating func set(_ newFamily: AddressFamily) throws(UsageError) {
        guard family == nil || family == newFamily else { throw UsageError("expected either '-4' or '-6', not both") }
        family = newFamily
    }
}

extension DaemonOptions.Identity {
    /// `USER[:GROUP]`.
    fileprivate init(_ value: String, of option: String) throws(UsageError) {
        let parts = value.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init(_:))
        guard !parts[0].isEmpty, parts.last?.isEmpty == false else {
            throw UsageError("option '\(option)' expects a user or USER:GROUP, not '\(value)'")
        }
        user = parts[0]
        group = parts.count == 2 ? parts[1] : nil
    }
}

private enum DaemonOption {
    case panicGate, foreground, highPriority, quit, singleThread, debug, debugLevel, ipv4, ipv6
    case configurationFile, logFile, pidFile, driftFile, statisticsDirectory, interface, slew, user, help, version
    /// ntpd's and NTPsec's, which mean nothing here, and what to do instead.
    case ignored(String)

    static var forms: [OptionForm<DaemonOption>] {
        [
            OptionForm(.panicGate, "g", "panicgate"),
            OptionForm(.foreground, "n", "nofork"),
            OptionForm(.highPriority, "N", "nice"),
            OptionForm(.quit, "q", "quit"),
            OptionForm(.singleThread, nil, "single-thread"),
            OptionForm(.debug, "d", "debug"),
            OptionForm(.debug, nil, "debug-level"),
            OptionForm(.debugLevel, "D", "set-debug-level", value: "LEVEL"),
            OptionForm(.ipv4, "4", "ipv4"),
            OptionForm(.ipv6, "6", "ipv6"),
            OptionForm(.configurationFile, "c", "configfile", value: "FILE"),
            OptionForm(.logFile, "l", "logfile", value: "FILE"),
            OptionForm(.pidFile, "p", "pidfile", value: "FILE"),
            OptionForm(.driftFile, "f", "driftfile", value: "FILE"),
            OptionForm(.statisticsDirectory, "s", "statsdir", value: "DIRECTORY"),
            OptionForm(.interface, "I", "interface", value: "INTERFACE"),
            OptionForm(.slew, "x", "slew"),
            OptionForm(.user, "u", "user", value: "USER[:GROUP]"),
            OptionForm(.help, "h", "help"),
            OptionForm(.help, "?"),
            OptionForm(.version, "V", "version"),
        ] + ignoredForms
    }

    private static var ignoredForms: [OptionForm<DaemonOption>] {
        [
            OptionForm(.ignored("nobody becomes a source who is not named"), "a", "authreq"),
            OptionForm(.ignored("nobody becomes a source who is not named"), "A", "authnoreq"),
            OptionForm(.ignored("broadcasts are not listened to"), "b", "bcastsync"),
            OptionForm(.ignored("write 'tinker step' into the configuration"), "G", "force-step-once"),
            OptionForm(.ignored("run the daemon in a container"), "i", "jaildir", value: "DIRECTORY"),
            OptionForm(.ignored("write 'keys' into the configuration"), "k", "keyfile", value: "FILE"),
            OptionForm(.ignored("write 'interface ignore NAME'"), "L", "novirtualips"),
            OptionForm(.ignored("let avahi announce the service"), "m", "mdns"),
            OptionForm(.ignored("that is for Windows"), "M", "modifymmtimer"),
            OptionForm(.ignored("use -N"), "P", "priority", value: "NUMBER"),
            OptionForm(.ignored("broadcasts are not listened to"), "r", "propagationdelay", value: "SECONDS"),
            OptionForm(.ignored("write 'trustedkey' into the configuration"), "t", "trustedkey", value: "KEY"),
            OptionForm(.ignored("send SIGHUP"), "U", "updateinterval", value: "SECONDS"),
            OptionForm(.ignored("there are no variables of your own"), "v", "var", value: "VARIABLE"),
            OptionForm(.ignored("use 'tickover wait-sync'"), "w", "wait-sync", value: "SECONDS"),
            OptionForm(.ignored("that is for Windows"), "z", "usepcc"),
            OptionForm(.ignored("that is for Windows"), "Z", "pccfreq", value: "FREQUENCY"),
            OptionForm(.ignored("there are no variables of your own"), nil, "dvar", value: "VARIABLE"),
        ]
    }
}

extension DaemonOptions {
    package static let usage = """
        Usage: tickoverd [OPTION]... [SERVER]...

        Serves time over NTP, from the network and a real-time clock. Each SERVER is one
        more to take the time from.

          -c, --configfile FILE    configuration; otherwise /etc/tickover.conf,
                                   /etc/ntp.conf or what is built in
          -g, --panicgate          let the first correction be of any size
          -x, --slew               step the clock only if it is off by over 600 s
          -q, --quit               set the clock once and end; fails if no server is to be
                                   had within half a minute
          -n, --nofork             stay in the foreground
          -l, --logfile FILE       log to FILE
          -p, --pidfile FILE       write the process id to FILE
          -f, --driftfile FILE     keep the oscillator's frequency in FILE
          -s, --statsdir DIR       write statistics into DIR
          -I, --interface NAME     listen on this interface or address, and on loopback;
                                   may be repeated
          -u, --user USER[:GROUP]  give up root, but for the right to set the clock
          -N, --nice               run at high priority
          -4, --ipv4               IPv4 only
          -6, --ipv6               IPv6 only
          -d, --debug              log more, in the foreground; may be repeated
          -D, --set-debug-level N  log at level N (0 to 9), in the foreground
              --single-thread      use no threads, for simulators and debugging
          -h, --help               show this help
          -V, --version            show the version

        Other options of ntpd's, and what to do instead:

          -a, --authreq            nobody becomes a source who is not named
          -A, --authnoreq          likewise
          -b, --bcastsync          broadcasts are not listened to
          -G, --force-step-once    write 'tinker step' into the configuration
          -i, --jaildir DIR        run the daemon in a container
          -k, --keyfile FILE       write 'keys' into the configuration
          -L, --novirtualips       write 'interface ignore NAME'
          -m, --mdns               let avahi announce the service
          -M, --modifymmtimer      that is for Windows
          -P, --priority N         use -N
          -r, --propagationdelay S  broadcasts are not listened to
          -t, --trustedkey KEY     write 'trustedkey' into the configuration
          -U, --updateinterval S   send SIGHUP
          -v, --var NAME           there are no variables of your own
              --dvar NAME          likewise
          -w, --wait-sync S        use 'tickover wait-sync'
          -z, --usepcc             that is for Windows
          -Z, --pccfreq F          likewise

        Signals: SIGHUP opens log files anew and reads the configuration again: servers,
        access, statistics and leap file change while the clock goes on as it was.
        SIGINT and SIGTERM end the daemon.

        Exit status: 0 success, 1 failure, 2 wrong usage.

        """
}
