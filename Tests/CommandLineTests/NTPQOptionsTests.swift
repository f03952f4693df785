import NetworkAddress
import Testing

@testable import CommandLine

@Suite struct `ntpq's options` {
    private typealias Host = NTPQOptions.Host

    @Test(
        arguments: [
            ([], [], [Host(name: "localhost")], false, nil),
            (["-pn"], ["peers"], [Host(name: "localhost")], true, nil),
            (["-np", "192.0.2.1"], ["peers"], [Host(name: "192.0.2.1")], true, nil),
            (
                ["-c", "rv 0 offset", "-p", "-csysinfo", "a", "b:1123"], ["rv 0 offset", "peers", "sysinfo"],
                [Host(name: "a"), Host(name: "b", port: 1_123)], false, nil
            ),
            (["-4", "--command=as", "::1"], ["as"], [Host(name: "::1")], false, .v4),
            (
                ["[::1]:1123", "-6", "[2001:db8::1]", "fe80::1%eth0"], [],
                [Host(name: "::1", port: 1_123), Host(name: "2001:db8::1"), Host(name: "fe80::1%eth0")], false, .v6
            ),
        ] as [([String], [String], [NTPQOptions.Host], Bool, AddressFamily?)]
    )
    func `mean what they mean to ntp.org's`(
        arguments: [String],
        commands: [String],
        hosts: [NTPQOptions.Host],
        numeric: Bool,
        family: AddressFamily?
    ) throws {
        var expected = NTPQOptions()
        (expected.commands, expected.hosts, expected.numeric, expected.family) = (commands, hosts, numeric, family)
        #expect(try NTPQOptions.parse(arguments) == .run(expected))
    }

    @Test(arguments: [(["-h"], NTPQInvocation.help), (["--help"], .help), (["-V", "-x"], .version)])
    func `show help and version`(arguments: [String], expected: NTPQInvocation) throws {
        #expect(try NTPQOptions.parse(arguments) == expected)
    }

    @Test(arguments: [
        (["-x"], "unknown option '-x'"), (["-c"], "option '-c' expects a value: -c COMMAND"),
        ([""], "expected the name or the address of a server"),
        ([":123"], "expected a server as HOST, HOST:PORT or [ADDRESS]:PORT, not ':123'"),
        (["a:"], "expected a server as HOST, HOST:PORT or [ADDRESS]:PORT, not 'a:'"),
        (["a:0"], "expected a server as HOST, HOST:PORT or [ADDRESS]:PORT, not 'a:0'"),
        (["[::1]:65536"], "expected a server as HOST, HOST:PORT or [ADDRESS]:PORT, not '[::1]:65536'"),
    ])
    func `say what is wrong`(arguments: [String], message: String) {
        let error = #expect(throws: UsageError.self) { try NTPQOptions.parse(arguments) }
        #expect(error?.description == message)
    }
}
