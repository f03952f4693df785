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
