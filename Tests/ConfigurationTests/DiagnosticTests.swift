import Testing

@testable import Configuration

private func diagnostics(_ text: String) -> [String] {
    Configuration.parse(text: text, file: "f").diagnostics.map(\.description)
}

@Suite struct `Diagnostics` {
    @Test(arguments: [
        ("server", "f:1:1: error: expected a host name or an address after 'server'"),
        ("\n  pool -4", "f:2:8: error: expected a host name or an address after '-4'"),
        ("server -x", "f:1:8: error: expected a host name or an address, found '-x'"),
        ("server a;b", "f:1:8: error: expected a host name or an address, found 'a;b'"),
        ("server 1::2::3", "f:1:8: error: expected a host name or an address, found '1::2::3'"),
        ("server fe80::1% iburst", "f:1:8: error: expected a host name or an address, found 'fe80::1%'"),
        ("server \"\"", "f:1:8: error: expected a host name or an address, found ''"),
        ("server a minpoll", "f:1:10: error: expected a whole number from 0 to 17 after 'minpoll'"),
        ("server a minpoll 18", "f:1:18: error: expected a whole number from 0 to 17, found '18'"),
        ("server a maxpoll -1", "f:1:18: error: expected a whole number from 0 to 17, found '-1'"),
        ("server a minpoll 9 maxpoll 8", "f:1:20: error: expected 'minpoll' to be no more than 'maxpoll'"),
        ("server a maxpoll 8 minpoll 9", "f:1:20: error: expected 'minpoll' to be no more than 'maxpoll'"),
        ("server a version 5", "f:1:18: error: expected a whole number from 1 to 4, found '5'"),
        ("server a port 0", "f:1:15: error: expected a whole number from 1 to 65535, found '0'"),
        (
            "server a port 99999999999999999999",
            "f:1:15: error: expected a whole number from 1 to 65535, found '99999999999999999999'"
        ),
        ("server a key x", "f:1:14: error: expected a whole number from 1 to 65535, found 'x'"),
        ("server -4 ::1", "f:1:11: error: expected a host name or an IPv4 address with '-4', found '::1'"),
        ("server 10.0.0.1 -6", "f:1:8: error: expected a host name or an IPv6 address with '-6', found '10.0.0.1'"),
        ("restrict", "f:1:1: error: expected an address, a host name, 'default' or 'source' after 'restrict'"),
        ("restrict -6", "f:1:10: error: expected an address, a host name, 'default' or 'source' after '-6'"),
        (
            "restrict 192.168.1 kod",
            "f:1:10: error: expected an address, a host name, 'default' or 'source', found '192.168.1'"
        ),
        ("restrict defualt", "f:1:10: error: expected an address, a host name, 'default' or 'source', found 'defualt'"),
        (
            "restrict a mask 255.255.0.0",
            "f:1:17: error: expected the mask 255.255.255.255, as this is a name, found '255.255.0.0'"
        ),
        ("unrestrict a", "f:1:1: warning: no 'restrict' line before this one is for the same addresses; ignored"),
        (
            "restrict 10.0.0.0/33",
            "f:1:10: error: expected an address, a host name, 'default' or 'source', found '10.0.0.0/33'"
        ),
        (
            "restrict -4 source",
            "f:1:13: error: expected an address, a host name, 'default' or 'source', found 'source'"
        ),
        ("restrict -4 ::1", "f:1:13: error: expected an IPv4 address, found '::1'"),
        ("restrict 10.0.0.0 mask", "f:1:19: error: expected a mask of the same family as the address after 'mask'"),
        (
            "restrict 10.0.0.0 mask ffff::",
            "f:1:24: error: expected a mask of the same family as the address, found 'ffff::'"
        ),
        ("restrict 10.0.0.0/8 mask 255.0.0.0", "f:1:21: error: expected 'mask' after an address only"),
        ("restrict default mask 0.0.0.0", "f:1:18: error: expected 'mask' after an address only"),
        ("interface", "f:1:1: error: expected 'listen', 'ignore' or 'drop' after 'interface'"),
        ("nic open all", "f:1:5: error: expected 'listen', 'ignore' or 'drop', found 'open'"),
        (
            "nic drop",
            "f:1:1: error: expected 'all', 'ipv4', 'ipv6', 'wildcard', the name of an interface or an address after 'nic'"
        ),
        (
            "nic drop 10.0.0",
            "f:1:10: error: expected 'all', 'ipv4', 'ipv6', 'wildcard', the name of an interface or an address, found '10.0.0'"
        ),
        ("rtc", "f:1:1: error: expected 'auto', 'ds3231', 'pcf85063a', 'simulated' or 'none' after 'rtc'"),
        ("rtc ds1307", "f:1:5: error: expected 'auto', 'ds3231', 'pcf85063a', 'simulated' or 'none', found 'ds1307'"),
        (
            "rtc ds3231 i2c-1",
            "f:1:12: error: expected a device such as /dev/i2c-1, 'address', 'sqw', 'notrim' or 'assumed', found 'i2c-1'"
        ),
        (
            "rtc pcf85063a sqw pps0",
            "f:1:15: error: expected a device such as /dev/i2c-1, 'address', 'notrim' or 'assumed', found 'sqw'"
        ),
        ("rtc auto assumed 0", "f:1:18: error: expected a number of seconds from 0.001 to 1e9, found '0'"),
        (
            "rtc ds3231 sqw",
            "f:1:12: error: expected a GPIO chip with a line, such as gpiochip0 18, or a PPS source, such as pps0 after 'sqw'"
        ),
        (
            "rtc ds3231 sqw gpio18",
            "f:1:16: error: expected a GPIO chip with a line, such as gpiochip0 18, or a PPS source, such as pps0, found 'gpio18'"
        ),
        ("rtc ds3231 sqw gpiochip0", "f:1:16: error: expected a whole number from 0 to 1023 after 'gpiochip0'"),
        ("rtc auto trim", "f:1:10: error: expected 'notrim', 'assumed' or nothing, found 'trim'"),
        ("holdover 3", "f:1:10: error: expected 'stratum', 'distance' or 'duration', found '3'"),
        ("holdover stratum 16", "f:1:18: error: expected a whole number from 1 to 15, found '16'"),
        ("holdover distance 17", "f:1:19: error: expected a number of seconds from 0.001 to 16, found '17'"),
        ("holdover duration", "f:1:10: error: expected a number of seconds from 1 to 1e9 after 'duration'"),
        ("rtc ds3231 sqw gpiochip0 x", "f:1:26: error: expected a whole number from 0 to 1023, found 'x'"),
        ("rtc ds3231 clear", "f:1:12: error: expected 'clear' after 'sqw' and a PPS source only"),
        (
            "rtc ds3231 sqw gpiochip0 18 clear",
            "f:1:29: error: expected 'clear' after 'sqw' and a PPS source only"
        ),
        ("rtc ds3231 address 0x78", "f:1:20: error: expected an I2C address from 0x08 to 0x77, found '0x78'"),
        ("rtc ds3231 address +0x68", "f:1:20: error: expected an I2C address from 0x08 to 0x77, found '+0x68'"),
        ("rtc simulated offset nan", "f:1:22: error: expected a number of seconds from -1e9 to 1e9, found 'nan'"),
        ("rtc simulated drift 1e9", "f:1:21: error: expected a drift in ppm from -1000 to 1000, found '1e9'"),
        (
            "rtc simulated fast",
            "f:1:15: error: expected 'offset', 'drift', 'sqw', 'stopped', 'hung' or 'assumed', found 'fast'"
        ),
        ("clock", "f:1:1: error: expected 'auto', 'kernel' or 'virtual' after 'clock'"),
        ("clock real", "f:1:7: error: expected 'auto', 'kernel' or 'virtual', found 'real'"),
        (
            "thermometer",
            "f:1:1: error: expected 'auto', 'none' or a file such as /sys/class/thermal/thermal_zone0/temp after 'thermometer'"
        ),
        (
            "thermometer temp1",
            "f:1:13: error: expected 'auto', 'none' or a file such as /sys/class/thermal/thermal_zone0/temp, found 'temp1'"
        ),
        ("thermometer none now", "f:1:18: error: unexpected 'now'"),
        ("port 65536", "f:1:6: error: expected a whole number from 1 to 65535, found '65536'"),
        ("statedir", "f:1:1: error: expected a directory after 'statedir'"),
        ("driftfile \"a\u{1}b\"", "f:1:11: error: expected a path, found 'a\\x01b'"),
        ("logfile", "f:1:1: error: expected a path after 'logfile'"),
        ("tinker", "f:1:1: error: expected an option such as 'panic' after 'tinker'"),
        ("tinker panic", "f:1:8: error: expected a number of seconds from 0 to 1000000000 after 'panic'"),
        ("tinker step 0x1", "f:1:13: error: expected a number of seconds from 0 to 1000000000, found '0x1'"),
        ("tinker panic inf", "f:1:14: error: expected a number of seconds from 0 to 1000000000, found 'inf'"),
        ("driftfile \"/a b", "f:1:11: error: expected a closing '\"' on this line"),
    ])
    func `of wrong directives say what was expected and where`(text: String, expected: String) {
        #expect(diagnostics(text) == [expected])
    }

    @Test(arguments: [
        ("servr a", "f:1:1: error: unknown directive 'servr'; did you mean 'server'?"),
        ("Server a", "f:1:1: error: unknown directive 'Server'; did you mean 'server'?"),
        ("sevrer a", "f:1:1: error: unknown directive 'sevrer'; did you mean 'server'?"),
        ("makstep 1 3", "f:1:1: error: unknown directive 'makstep'"),
        ("\0\u{1b}[2J", "f:1:1: error: unknown directive '\\x00\\x1b[2J'"),
        ("server a ibrust", "f:1:10: error: unknown option 'ibrust'; did you mean 'iburst'?"),
        ("restrict ::1 nosleep", "f:1:14: error: unknown flag 'nosleep'"),
        ("restrict ::1 no-query", "f:1:14: error: unknown flag 'no-query'; did you mean 'noquery'?"),
        ("tinker stpe 1", "f:1:8: error: unknown option 'stpe'; did you mean 'step'?"),
        ("tos minsan 1", "f:1:5: error: unknown option 'minsan'; did you mean 'minsane'?"),
        ("statistics loop", "f:1:12: error: unknown kind of statistics 'loop'"),
        ("statistics loopstat", "f:1:12: error: unknown kind of statistics 'loopstat'; did you mean 'loopstats'?"),
        ("filegen loopstats type days", "f:1:24: error: unknown type 'days'; did you mean 'day'?"),
        ("disable moniter", "f:1:9: error: unknown flag 'moniter'; did you mean 'monitor'?"),
        ("port 123 udp", "f:1:10: error: unexpected 'udp'"),
    ])
    func `of unknown words are errors and say what was meant, if that is clear`(text: String, expected: String) {
        #expect(diagnostics(text) == [expected])
    }

    @Test(arguments: [
        (
            "restrict 192.168.1.0 255.255.255.0",
            "f:1:22: error: expected flags, found '255.255.255.0'; did you mean 'mask 255.255.255.0'?"
        ),
        (
            "server 192.0.2.1:123",
            "f:1:8: error: expected a host name or an address, found '192.0.2.1:123'; did you mean '192.0.2.1 port 123'?"
        ),
        (
            "server [2001:db8::1]:1123",
            "f:1:8: error: expected a host name or an address, found '[2001:db8::1]:1123'; did you mean '2001:db8::1 port 1123'?"
        ),
        (
            "pool pool.ntp.org:123 iburst",
            "f:1:6: error: expected a host name or an address, found 'pool.ntp.org:123'; did you mean 'pool.ntp.org port 123'?"
        ),
    ])
    func `of what others would write say what was meant`(text: String, expected: String) {
        #expect(diagnostics(text) == [expected])
    }

    /// Files as their programs' packages in Debian 12 install them, cut to their directives, and openntpd's.
    @Test(arguments: [
        (
            """
            confdir /etc/chrony/conf.d
            pool 2.debian.pool.ntp.org iburst
            sourcedir /run/chrony-dhcp
            keyfile /etc/chrony/chrony.keys
            driftfile /var/lib/chrony/chrony.drift
            logdir /var/log/chrony
            maxupdateskew 100.0
            rtcsync
            makestep 1 3
            leapsectz right/UTC
            """,
            "f:1:1: error: 'confdir' is of chrony's configuration, and this file is to be in ntp.conf syntax"
        ),
        (
            "pool 2.centos.pool.ntp.org iburst\nkeyfile /k\nmakestep 1.0 3\nrtcsync",
            "f:3:1: error: 'makestep' is of chrony's configuration, and this file is to be in ntp.conf syntax"
        ),
        (
            "servers pool.ntp.org\nserver time.cloudflare.com\nsensor *\nconstraint from \"9.9.9.9\"",
            "f:1:1: error: 'servers' is of openntpd's configuration, and this file is to be in ntp.conf syntax"
        ),
        (
            "[Time]\n#NTP=\nNTP=192.0.2.1",
            "f:1:1: error: '[Time]' is of systemd-timesyncd's configuration, and this file is to be in ntp.conf syntax"
        ),
    ])
    func `of other programs' files name the program, in one line`(text: String, expected: String) {
        #expect(diagnostics(text) == [expected])
    }

    @Test(arguments: [
        ("tos", "f:1:1: error: expected an option such as 'minsane' after 'tos'"),
        ("tos minsane", "f:1:5: error: expected a whole number from 1 to 1000 after 'minsane'"),
        ("tos orphan 17", "f:1:12: error: expected a whole number from 1 to 16, found '17'"),
        ("tos maxdist far", "f:1:13: error: expected a number of seconds from 0 to 16, found 'far'"),
        ("tinker stepout", "f:1:8: error: expected a value after 'stepout'"),
        ("enable", "f:1:1: error: expected a flag such as 'stats' after 'enable'"),
        ("statistics", "f:1:1: error: expected a kind of statistics such as 'loopstats' after 'statistics'"),
        ("filegen loopstats file", "f:1:19: error: expected the name of a file after 'file'"),
        ("filegen loopstats type", "f:1:19: error: expected a type such as 'day' after 'type'"),
        ("fudge", "f:1:1: error: expected the address of a clock such as 127.127.1.0 after 'fudge'"),
        ("fudge 10.0.0.1", "f:1:7: error: expected the address of a clock such as 127.127.1.0, found '10.0.0.1'"),
        ("fudge 127.127.1.0 stratum 16", "f:1:27: error: expected a whole number from 0 to 15, found '16'"),
        ("logconfig =synchall", "f:1:11: error: expected a class of messages such as '=syncall', found '=synchall'"),
        ("leapfile", "f:1:1: error: expected a path after 'leapfile'"),
        ("includefile", "f:1:1: error: expected a path after 'includefile'"),
        ("includefile /a", "f:1:1: warning: there are no other files; going on without"),
    ])
    func `of incomplete directives say what is missing`(text: String, expected: String) {
        #expect(diagnostics(text) == [expected])
    }

    @Test(arguments: [
        (
            "peer a",
            "f:1:1: warning: 'peer' is used as 'server': the other side asks us if it wants our time"
        ),
        (
            "broadcastclient novolley",
            "f:1:1: warning: 'broadcastclient' is not supported: what is sent to everybody may be anybody's word; name servers in 'server' or 'pool' lines; ignored"
        ),
        (
            "crypto pw secret",
            "f:1:1: warning: 'crypto' is not supported: Autokey is broken by design and not spoken; ignored"
        ),
        ("server a autokey", "f:1:10: warning: 'autokey' is not supported; the server is used without authentication"),
        ("server a mode 5", "f:1:10: warning: option 'mode' is not supported; ignored"),
        ("server a xleave", "f:1:10: warning: option 'xleave' is not supported; ignored"),
        (
            "server 127.127.28.0 minpoll 4 mode 1",
            "f:1:8: warning: there is no driver for clock '127.127.28.0'; use an 'rtc' line for the DS3231; ignored"
        ),
        (
            "fudge 127.127.28.0 time1 0.5",
            "f:1:7: warning: there is no driver for clock '127.127.28.0'; use an 'rtc' line for the DS3231; ignored"
        ),
        ("fudge 127.127.1.0 refid FREE", "f:1:19: warning: the local clock has no 'refid'; ignored"),
        ("restrict ::1 flake", "f:1:14: warning: flag 'flake' is not supported; ignored"),
        ("unrestrict ::1", "f:1:1: warning: no 'restrict' line before this one is for the same addresses; ignored"),
        ("unrestrict source", "f:1:1: warning: no 'restrict' line before this one is for the same addresses; ignored"),
        (
            "tinker allan 15",
            "f:1:8: warning: 'allan' is not supported, as the discipline learns the oscillator and the paths; ignored"
        ),
        (
            "tos cohort 1",
            "f:1:5: warning: 'cohort' is not supported, as servers are named in 'server' or 'pool' lines; ignored"
        ),
        ("enable bclient", "f:1:8: warning: 'bclient' is not supported; name servers in 'server' lines"),
        ("statistics protostats", "f:1:12: warning: 'protostats' are not written; see the log and 'tickover status'"),
        (
            "filegen cryptostats file c type day enable",
            "f:1:9: warning: 'cryptostats' are not written; see the log and 'tickover status'"
        ),
        (
            "driftfile /d 1e-7",
            "f:1:14: warning: the drift file is written once an hour and at the end; '1e-7' ignored"
        ),
        ("port 1\n\nport 2", "f:3:1: warning: 'port' replaces the one on line 1"),
    ])
    func `of what is known and not done are warnings`(text: String, expected: String) {
        #expect(diagnostics(text) == [expected])
    }

    @Test func `say of every directive of ntpd's that is not done what to do instead`() {
        let advised = Directive.all.filter { if case .unsupported = $0.treatment { true } else { false } }
        #expect(advised.count > 30)
        for directive in advised {
            let lines = diagnostics("\(directive.name) 1 \"a b\" = x")
            #expect(lines.count == 1 && lines[0].hasPrefix("f:1:1: warning: '\(directive.name)' is not supported: "))
        }
        #expect(Set(Directive.all.map(\.name)).count == Directive.all.count)
    }

    @Test func `count characters, not octets`() {
        #expect(diagnostics("port \"é\" \t x") == ["f:1:6: error: expected a whole number from 1 to 65535, found 'é'"])
        #expect(diagnostics("port 1 \"é\" x") == ["f:1:8: error: unexpected 'é'"])
        #expect(diagnostics("logfile \"/é\" x") == ["f:1:14: error: unexpected 'x'"])
    }

    @Test func `cut long words`() {
        let word = String(repeating: "x", count: 100_000)
        #expect(diagnostics(word) == ["f:1:1: error: unknown directive '\(word.prefix(40))...'"])
    }

    @Test func `of a line in error come with nothing from that line`() {
        let result = Configuration.parse(text: "server a iburst port x\nserver b", file: "f")
        #expect(result.configuration.servers == [ServerDirective(host: "b", kind: .server)])
    }
}
