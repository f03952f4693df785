import Testing

@testable import CommandLine

private func options(_ arguments: String...) throws -> DaemonOptions {
    guard case .run(let options) = try DaemonOptions.parse(arguments) else {
        throw UsageError("no run of the daemon")
    }
    return options
}

private func message(_ arguments: [String]) -> String? {
    do throws(UsageError) {
        _ = try DaemonOptions.parse(arguments)
        return nil
    } catch { return error.description }
}

@Suite struct `Daemon options` {
    @Test func `default to ntpd's behaviour`() throws {
        #expect(try options() == DaemonOptions())
    }

    @Test func `are ntpd's short ones`() throws {
        var expected = DaemonOptions()
        expected.panicGate = true
        expected.foreground = true
        expected.highPriority = true
        expected.quit = true
        expected.debugLevel = 2
        expected.family = .v4
        expected.configurationFile = "c"
        expected.logFile = "l"
        expected.pidFile = "p"
        #expect(
            try options("-g", "-n", "-N", "-q", "-d", "-d", "-4", "-c", "c", "-l", "l", "-p", "p") == expected
        )
        #expect(try options("-gnNqdd4cc", "-ll", "-pp") == expected)
    }

    @Test func `are ntpd's long ones`() throws {
        var expected = DaemonOptions()
        expected.panicGate = true
        expected.foreground = true
        expected.highPriority = true
        expected.quit = true
        expected.debugLevel = 5
        expected.family = .v6
        expected.configurationFile = "a=b"
        expected.logFile = "-"
        expected.pidFile = "--x"
        expected.singleThread = true
        #expect(
            try options(
                "--panicgate",
                "--nofork",
                "--nice",
                "--quit",
                "--debug",
                "--set-debug-level=5",
                "--ipv6",
                "--configfile=a=b",
                "--logfile",
                "-",
                "--pidfile",
                "--x",
                "--single-thread"
            ) == expected
        )
    }

    @Test(arguments: [["-n", "-V"], ["--version"], ["-gV"]])
    func `include the version`(arguments: [String]) throws {
        #expect(try DaemonOptions.parse(arguments) == .version)
    }

    @Test(arguments: [["--help"], ["-h"], ["-g", "-?"]])
    func `include help`(arguments: [String]) throws {
        #expect(try DaemonOptions.parse(arguments) == .help)
    }

    @Test func `say where things are, beside the configuration`() throws {
        var expected = DaemonOptions()
        expected.driftFile = "d"
        expected.statisticsDirectory = "s"
        expected.interfaces = ["eth0", "192.168.1.2"]
        expected.slew = true
        expected.identity = DaemonOptions.Identity(user: "ntp", group: "time")
        expected.servers = ["a.example", "b.example"]
        #expect(
            try options(
                "a.example",
                "-f",
                "d",
                "-s",
                "s",
                "-I",
                "eth0",
                "--interface=192.168.1.2",
                "-x",
                "-u",
                "ntp:time",
                "--",
                "b.example"
            ) == expected
        )
        #expect(try options("-u102").identity == DaemonOptions.Identity(user: "102", group: nil))
    }

    @Test(arguments: [
        (["-i", "/jail"], ["-i"]), (["-aAbGLmMz"], ["-a", "-A", "-b", "-G", "-L", "-m", "-M", "-z"]),
        (
            ["-k", "1", "-P", "1", "-r", "1", "-t", "1", "-U", "1", "-v", "1", "-w", "1", "-Z1", "--dvar=1"],
            ["-k", "-P", "-r", "-t", "-U", "-v", "-w", "-Z", "--dvar"]
        ),
    ])
    func `that only ntpd has are ignored, and a warning and the help say what to do`(
        arguments: [String],
        ignored: [String]
    ) throws {
        guard case .run(let options) = try DaemonOptions.parse(arguments) else {
            Issue.record("no run of the daemon")
            return
        }
        #expect(options.warnings.count == ignored.count)
        for (warning, name) in zip(options.warnings, ignored) {
            #expect(warning.hasPrefix("option '\(name)' is not supported: "))
            #expect(DaemonOptions.usage.contains(name))
        }
    }

    @Test(arguments: [
        (["-y"], "unknown option '-y'"), (["-gy"], "unknown option '-y'"), (["--fork"], "unknown option '--fork'"),
        (["-u", "ntp:"], "option '-u' expects a user or USER:GROUP, not 'ntp:'"),
        (["-u", ":ntp"], "option '-u' expects a user or USER:GROUP, not ':ntp'"),
        (["-c"], "option '-c' expects a value: -c FILE"),
        (["--pidfile"], "option '--pidfile' expects a value: --pidfile FILE"),
        (["--quit=now"], "option '--quit' takes no value"),
        (["-c", ""], "option '-c' expects a path, not an empty word"),
        (["--logfile="], "option '--logfile' expects a path, not an empty word"),
        (["-D", "10"], "option '-D' expects a whole number from 0 to 9, not '10'"),
        (["-D", "-1"], "option '-D' expects a whole number from 0 to 9, not '-1'"),
        (["-D99999999999"], "option '-D' expects a whole number from 0 to 9, not '99999999999'"),
        (["-46"], "expected either '-4' or '-6', not both"),
    ])
    func `that are wrong say what was expected`(arguments: [String], expected: String) {
        #expect(message(arguments) == expected)
    }

    @Test func `stop counting debug levels at the highest`() throws {
        #expect(try options("-dddddddddddddddddddd").debugLevel == 9)
    }

    @Test(arguments: [
        "-c", "-g", "-q", "-n", "-l", "-p", "-N", "-4", "-6", "-d", "-D", "-V", "--single-thread", "-f", "-s", "-I",
        "-u", "-x",
    ])
    func `are all in the help`(option: String) {
        #expect(DaemonOptions.usage.contains("\(option)"))
    }
}
