import Foundation
import NetworkAddress
import Testing

@testable import Configuration

@Suite struct `Configurations that distributions install` {
    private func parse(_ name: String) throws -> (configuration: Configuration, diagnostics: [Diagnostic]) {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Configurations")
        let octets = try Data(contentsOf: folder.appending(path: name).standardizedFileURL)
        return Configuration.parse(bytes: Array(octets), file: "ntp.conf")
    }

    @Test func `Ubuntu 16.04's ntp has nothing to remark on`() throws {
        let result = try parse("ubuntu-16.04.conf")
        #expect(result.diagnostics.isEmpty)
        let configuration = result.configuration
        #expect(configuration.driftFile == "/var/lib/ntp/ntp.drift")
        #expect(configuration.servers.map(\.initialBurst) == [true, true, true, true, false])
        #expect(configuration.servers.allSatisfy { $0.kind == .pool })
        #expect(configuration.restrictions.count == 4)
        #expect(configuration.restrictions.first?.flags == [.kissOfDeath, .noQuery, .limited])
        #expect(configuration.restrictions.last == Restriction(network: .init(address: .loopbackV6, mask: .allOnes)))
        #expect(configuration.restrictSource == .noQuery)
        for kind in [StatisticsKind.loopstats, .peerstats, .clockstats] {
            #expect(configuration.statistics[kind].isEnabled && configuration.statistics[kind].period == .day)
        }
        // The folder is in a comment.
        #expect(configuration.statistics.file(of: .loopstats) == nil)
    }

    @Test func `Debian 12's ntpsec has nothing to remark on`() throws {
        let result = try parse("debian-12.conf")
        #expect(result.diagnostics.isEmpty)
        #expect(result.configuration.leapFile == LeapFile(path: "/usr/share/zoneinfo/leap-seconds.list"))
        #expect(result.configuration.selection.maximumAssociations == 11)
        #expect(result.configuration.selection.minimumSources == 3)
        #expect(result.configuration.servers.count == 4)
        #expect(result.configuration.restrictions.count == 4)
    }

    /// What there is to remark on, and how many sources the file has.
    private static let others: [(name: String, sources: Int, remarks: [String])] = [
        ("arch", 4, []), ("debian-10", 4, []), ("debian-13", 4, []), ("esxi-6", 2, []), ("freebsd-13", 2, []),
        ("openwrt", 4, []), ("pfsense", 1, []), ("rhel-6", 3, []), ("rhel-7", 4, []), ("synology-6", 1, []),
        ("ubuntu-18.04", 5, []), ("ubuntu-24.04", 5, []),
        (
            "samba", 3,
            [
                "ntp.conf:9:1: warning: 'ntpsigndsocket' is not supported: Active Directory's clients get unsigned time; ignored",
                "ntp.conf:10:45: warning: flag 'mssntp' is not supported; ignored",
            ]
        ),
        (
            "suse-12", 0,
            [
                "ntp.conf:12:1: warning: 'requestkey' is not supported: change the file and send SIGHUP; ignored",
                "ntp.conf:13:1: warning: 'controlkey' is not supported: change the file and send SIGHUP; ignored",
            ]
        ),
    ]

    @Test(arguments: others) func `are started on`(name: String, sources: Int, remarks: [String]) throws {
        let result = try parse("\(name).conf")
        let missing = result.diagnostics.filter { $0.message.hasSuffix("going on without") }
        #expect(missing.count == (["rhel-6", "rhel-7", "synology-6"].contains(name) ? 1 : 0))
        #expect(result.diagnostics.filter { !missing.contains($0) }.map { $0.description } == remarks)
        #expect(result.configuration.servers.count == sources)
    }

    @Test func `in Samba's guide name servers that may not query`() throws {
        let hosts = try parse("samba.conf").configuration.restrictedHosts
        #expect(hosts == (0..<3).map { HostRestriction(host: "\($0).pool.ntp.org", flags: .noQuery) })
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
