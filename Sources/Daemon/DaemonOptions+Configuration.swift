import CommandLine
import Configuration
import NTPTime
import NetworkAddress

extension DaemonOptions {
    /// What a configuration file says with what the command line says instead.
    func applied(to file: Configuration) -> Configuration {
        var configuration = file
        if let logFile { configuration.logFile = logFile }
        if let pidFile { configuration.pidFile = pidFile }
        if let driftFile { configuration.driftFile = driftFile }
        if let statisticsDirectory { configuration.statistics.directory = statisticsDirectory }
        if slew, !file.stepsLater { configuration.stepThreshold = Self.slewThreshold }
        if !interfaces.isEmpty { configuration.interfaceRules = interfaceRules }
        for server in servers {
            var directive = ServerDirective(host: server, kind: .server)
            directive.initialBurst = true
            configuration.servers.append(directive)
        }
        if quit {
            for index in configuration.servers.indices { configuration.servers[index].initialBurst = true }
        }
        return configuration
    }

    /// As ntpd has it for `-x`.
    private static let slewThreshold = NTPDuration.seconds(600)

    /// ntpd's rule: these interfaces and loopback, and no other.
    private var interfaceRules: [InterfaceRule] {
        let loopback = [IPAddress.loopbackV4, .loopbackV6].map { InterfaceRule.Match.network(.host($0)) }
        let named = interfaces.map { IPAddress($0).map { .network(.host($0)) } ?? InterfaceRule.Match.name($0) }
        return [InterfaceRule(action: .ignore, match: .all)]
            + (loopback + named).map { InterfaceRule(action: .listen, match: $0) }
    }
}

extension IPNetwork {
    fileprivate static func host(_ address: IPAddress) -> IPNetwork {
        IPNetwork(address: address, mask: IPAddress(high: .max, low: .max))
    }
}
