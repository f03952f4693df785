import NetworkAddress
import Testing

@testable import Configuration

@Suite struct `Configurations that distributions install` {
    @Test func `Ubuntu 16.04's ntp has only statistics that are ignored`() {
        let result = Configuration.parse(
            text: """
                driftfile /var/lib/ntp/ntp.drift

                # Statistics
                #statsdir /var/log/ntpstats/
                statistics loopstats peerstats clockstats
                filegen loopstats file loopstats type day enable
                filegen peerstats file peerstats type day enable
                filegen clockstats file clockstats type day enable

                pool 0.ubuntu.pool.ntp.org iburst
                pool 1.ubuntu.pool.ntp.org iburst
                pool 2.ubuntu.pool.ntp.org iburst
                pool 3.ubuntu.pool.ntp.org iburst
                pool ntp.ubuntu.com

                restrict -4 default kod notrap nomodify nopeer noquery limited
                restrict -6 default kod notrap nomodify nopeer noquery limited
                restrict 127.0.0.1
                restrict ::1
                restrict source notrap nomodify noquery

                #restrict 192.168.123.0 mask 255.255.255.0 notrust
                """,
            file: "ntp.conf"
        )
        #expect(
            result.diagnostics.map(\.description) == [
                "ntp.conf:5:1: warning: 'statistics' is not supported; ignored",
                "ntp.conf:6:1: warning: 'filegen' is not supported; ignored",
                "ntp.conf:7:1: warning: 'filegen' is not supported; ignored",
                "ntp.conf:8:1: warning: 'filegen' is not supported; ignored",
            ]
        )
        let configuration = result.configuration
        #expect(configuration.driftFile == "/var/lib/ntp/ntp.drift")
        #expect(configuration.servers.map(\.initialBurst) == [true, true, true, true, false])
        #expect(configuration.servers.allSatisfy { $0.kind == .pool })
        #expect(configuration.restrictions.count == 4)
        #expect(configuration.restrictions.first?.flags == [.kissOfDeath, .noQuery, .limited])
        #expect(configuration.restrictions.last == Restriction(network: .init(address: .loopbackV6, mask: .allOnes)))
        #expect(configuration.restrictSource == .noQuery)
    }

    @Test func `Debian 12's ntpsec has only tuning that is ignored`() {
        let result = Configuration.parse(
            text: """
                driftfile /var/lib/ntpsec/ntp.drift
                leapfile /usr/share/zoneinfo/leap-seconds.list
                tos maxclock 11
                tos minclock 4 minsane 3
                pool 0.debian.pool.ntp.org iburst
                pool 1.debian.pool.ntp.org iburst
                pool 2.debian.pool.ntp.org iburst
                pool 3.debian.pool.ntp.org iburst
                restrict default kod nomodify nopeer noquery limited
                restrict 127.0.0.1
                restrict ::1
                """,
            file: "ntp.conf"
        )
        #expect(
            result.diagnostics.map(\.description) == [
                "ntp.conf:2:1: warning: 'leapfile' is not supported; ignored",
                "ntp.conf:3:1: warning: 'tos' is not supported; ignored",
                "ntp.conf:4:1: warning: 'tos' is not supported; ignored",
            ]
        )
        #expect(result.configuration.servers.count == 4)
        #expect(result.configuration.restrictions.count == 4)
    }

    @Test func `Tickover's built-in one has nothing to remark on`() {
        let result = Configuration.parse(text: Configuration.builtInText, file: "built-in")
        #expect(result.diagnostics.isEmpty)
        #expect(result.configuration == Configuration.builtIn)
        #expect(Configuration.builtIn.servers.map(\.host) == ["pool.ntp.org"])
        #expect(Configuration.builtIn.driftFile?.hasPrefix(Configuration().stateDirectory) == true)
        #expect(Configuration.builtIn.restrictions.first?.flags.contains(.noQuery) == true)
    }
}

extension IPAddress {
    fileprivate static var allOnes: IPAddress { IPAddress(high: .max, low: .max) }
}
