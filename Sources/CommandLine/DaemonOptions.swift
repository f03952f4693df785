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
    /// `-n`, `-d`, `-D`: stay in the foreground.
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
    /// What was asked for and is not done, for the log.
    package var warnings: [String] = []

    package init() {}
}

extension DaemonOptions {
    /// Reads the command line.
    ///
    /// - Parameter arguments: without the program's name.
    /// - Throws: `UsageError` for an unknown option, a missing or wrong value, or an operand.
    package static func parse(_ arguments: [String]) throws(UsageError) -> DaemonInvocation {
        var options = DaemonOptions()
        var scanner = OptionScanner(arguments, DaemonOption.forms)
        while let argument = try scanner.next() {
            switch argument {
            case .option(.help, _, _): return .help
            case .option(.version, _, _): return .version
            case .option(let option, let name, let value): try options.apply(option, name, value)
            case .operand(let word): throw UsageError("unexpected argument '\(word)'")
            }
        }
        return .run(options)
    }

    private mutating func apply(_ option: DaemonOption, _ name: String, _ value: String) throws(UsageError) {
        switch option {
        case .panicGate: panicGate = true
        case .foreground: foreground = true
        case .highPriority: highPriority = true
        case .quit: quit = true
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
        case .ignored: warnings.append("option '\(name)' is not supported; ignored")
        case .help, .version: break
        }
    }

    private static let debugLevels: ClosedRange<Int32> = 0...9

    private mutating func set(_ newFamily: AddressFamily) throws(UsageError) {
        guard family == nil || family == newFamily else { throw UsageError("expected either '-4' or '-6', not both") }
        family = newFamily
    }
}

private enum DaemonOption {
    case panicGate, foreground, highPriority, quit, singleThread, debug, debugLevel, ipv4, ipv6
    case configurationFile, logFile, pidFile, help, version
    /// ntpd's and NTPsec's, which mean nothing here.
    case ignored

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
            OptionForm(.help, "h", "help"),
            OptionForm(.help, "?"),
            OptionForm(.version, "V", "version"),
        ] + ignoredForms
    }

    private static var ignoredForms: [OptionForm<DaemonOption>] {
        [
            OptionForm(.ignored, "a", "authreq"),
            OptionForm(.ignored, "A", "authnoreq"),
            OptionForm(.ignored, "b", "bcastsync"),
            OptionForm(.ignored, "f", "driftfile", value: "FILE"),
            OptionForm(.ignored, "G", "force-step-once"),
            OptionForm(.ignored, "i", "jaildir", value: "DIRECTORY"),
            OptionForm(.ignored, "I", "interface", value: "INTERFACE"),
            OptionForm(.ignored, "k", "keyfile", value: "FILE"),
            OptionForm(.ignored, "L", "novirtualips"),
            OptionForm(.ignored, "m", "mdns"),
            OptionForm(.ignored, "M", "modifymmtimer"),
            OptionForm(.ignored, "P", "priority", value: "NUMBER"),
            OptionForm(.ignored, "r", "propagationdelay", value: "SECONDS"),
            OptionForm(.ignored, "s", "statsdir", value: "DIRECTORY"),
            OptionForm(.ignored, "t", "trustedkey", value: "KEY"),
            OptionForm(.ignored, "u", "user", value: "USER[:GROUP]"),
            OptionForm(.ignored, "U", "updateinterval", value: "SECONDS"),
            OptionForm(.ignored, "v", "var", value: "VARIABLE"),
            OptionForm(.ignored, "w", "wait-sync", value: "SECONDS"),
            OptionForm(.ignored, "x", "slew"),
            OptionForm(.ignored, "z", nil, value: "VARIABLE"),
            OptionForm(.ignored, "Z", "dvar", value: "VARIABLE"),
        ]
    }
}

extension DaemonOptions {
    package static let usage = """
        Usage: tickoverd [OPTION]...

        Serves time over NTP, from the network and a real-time clock.

          -c, --configfile FILE    configuration; otherwise /etc/tickover.conf,
                                   /etc/ntp.conf or what is built in
          -g, --panicgate          let the first correction be of any size
          -q, --quit               set the clock once and end
          -n, --nofork             stay in the foreground
          -l, --logfile FILE       log to FILE
          -p, --pidfile FILE       write the process id to FILE
          -N, --nice               run at high priority
          -4, --ipv4               IPv4 only
          -6, --ipv6               IPv6 only
          -d, --debug              log more, in the foreground; may be repeated
          -D, --set-debug-level N  log at level N (0 to 9), in the foreground
              --single-thread      use no threads, for simulators and debugging
          -h, --help               show this help
          -V, --version            show the version

        ntpd's other options are accepted and ignored with a warning.

        Exit status: 0 success, 1 failure, 2 wrong usage.

        """
}
