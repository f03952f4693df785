import NTPTime
import NetworkAddress

/// What the command line asks of `tickover`.
package enum ToolInvocation: Equatable, Sendable {
    case run(ToolOptions)
    /// The text to show.
    case help(String)
    case version
}

package struct ToolOptions: Equatable, Sendable {
    package var command: ToolCommand
    /// `-c`: names the state directory and the RTC.
    package var configurationFile: String?
    /// `--json`: print for programs.
    package var json: Bool

    package init(command: ToolCommand, configurationFile: String? = nil, json: Bool = false) {
        self.command = command
        self.configurationFile = configurationFile
        self.json = json
    }
}

package enum ToolCommand: Equatable, Sendable {
    /// Compares the RTC with the system clock over `duration`, if the daemon knows nothing better.
    case calibrateRTC(duration: NTPDuration)
    case checkConfiguration
    /// Sets the system clock from the RTC.
    case loadRTC
    case query(ServerQuery)
    case readRTC
    case selfTestRTC
    /// Sets the RTC to the date, or to the system's time when there is none.
    case setRTC(NTPDate?)
    case simulate(SimulationRequest)
    case sources
    /// `watch` shows it again and again.
    case status(watch: Bool)
    /// `converting` measures it anew.
    case temperature(converting: Bool)
    case trimRTC(RTCTrim)
    case waitSync
    /// Reads the RTC again and again, as often as given or until interrupted.
    case watchRTC(count: Int32?)
}

/// What is to become of the RTC's aging register.
package enum RTCTrim: Equatable, Sendable {
    case show
    case set(Int8)
    case reset
    /// The daemon is to set it as the chip needs it.
    case automatic
}

/// One question to a time server.
package struct ServerQuery: Equatable, Sendable {
    package var host: String
    package var port: UInt16 = 123
    /// The family that the name is resolved in; nil takes either.
    package var family: AddressFamily?
    /// How long the answer is waited for.
    package var timeout: NTPDuration = .seconds(5)

    package init(host: String) { self.host = host }
}

extension ToolOptions {
    /// Reads the command line.
    ///
    /// - Parameter arguments: without the program's name.
    /// - Throws: `UsageError` for an unknown command, an option that the command does not have, a missing or wrong value,
    ///   a missing operand or one too many.
    package static func parse(_ arguments: [String]) throws(UsageError) -> ToolInvocation {
        var words: [String] = []
        var given: [GivenOption] = []
        var scanner = OptionScanner(arguments, ToolOption.forms)
        while let argument = try scanner.next() {
            switch argument {
            case .operand(let word): words.append(word)
            case .option(let id, let name, let value): given.append(GivenOption(id: id, name: name, value: value))
            }
        }
        if given.contains(where: { $0.id == .help }) { return .help(ToolUsage.text(for: words)) }
        if given.contains(where: { $0.id == .version }) { return .version }
        let (name, operands) = try ToolCommandName.find(words)
        for option in given where !name.options.contains(option.id) {
            throw UsageError("'\(name.rawValue)' has no option '\(option.name)'")
        }
        var options = ToolOptions(command: try command(name, operands, given))
        for option in given {
            switch option.id {
            case .configurationFile:
                options.configurationFile = try OptionValue.path(option.value, of: option.name)
            case .json: options.json = true
            default: break
            }
        }
        return .run(options)
    }

    private static func command(
        _ name: ToolCommandName,
        _ operands: ArraySlice<String>,
        _ given: [GivenOption]
    ) throws(UsageError) -> ToolCommand {
        var operands = operands
        let command: ToolCommand
        switch name {
        case .calibrateRTC: command = .calibrateRTC(duration: try duration(given))
        case .checkConfiguration: command = .checkConfiguration
        case .loadRTC: command = .loadRTC
        case .readRTC: command = try reading(given)
        case .selfTestRTC: command = .selfTestRTC
        case .setRTC: command = .setRTC(try date(given))
        case .simulate:
            command = .simulate(try SimulationRequest(operands, given))
            operands = []
        case .sources: command = .sources
        case .status: command = .status(watch: given.contains { $0.id == .watch })
        case .temperature: command = .temperature(converting: given.contains { $0.id == .convert })
        case .trimRTC: command = .trimRTC(try trim(given))
        case .waitSync: command = .waitSync
        case .query:
            guard let host = operands.popFirst(), !host.isEmpty else {
                throw UsageError("'query' expects the name or the address of a server: tickover query HOST")
            }
            command = .query(try query(host, given))
        }
        if let extra = operands.first { throw UsageError("unexpected argument '\(extra)' of '\(name.rawValue)'") }
        return command
    }

    private static func query(_ host: String, _ given: [GivenOption]) throws(UsageError) -> ServerQuery {
        var query = ServerQuery(host: host)
        for option in given {
            switch option.id {
            case .port:
                query.port = UInt16(
                    truncatingIfNeeded: try OptionValue.wholeNumber(option.value, of: option.name, in: 1...65_535)
                )
            case .timeout:
                guard let seconds = decimal(option.value), (0.001...3600).contains(seconds) else {
                    throw UsageError(
                        "option '--timeout' expects a number of seconds from 0.001 to 3600, not '\(option.value)'"
                    )
                }
                query.timeout = .seconds(seconds)
            case .ipv4, .ipv6:
                let family: AddressFamily = option.id == .ipv4 ? .v4 : .v6
                guard query.family == nil || query.family == family else {
                    throw UsageError("expected either '-4' or '-6', not both")
                }
                query.family = family
            default: break
            }
        }
        return query
    }
}

struct GivenOption {
    var id: ToolOption
    /// As it was written.
    var name: String
    var value: String
}

enum ToolOption {
    case automatic, configurationFile, convert, count, csv, duration, help, ipv4, ipv6, jobs, json, markdown, plot,
        port, reset, seed, seeds, set, time, timeout, version, watch, worlds

    static var forms: [OptionForm<ToolOption>] {
        [
            OptionForm(.configurationFile, "c", "configfile", value: "FILE"),
            OptionForm(.convert, nil, "convert"),
            OptionForm(.count, nil, "count", value: "COUNT"),
            OptionForm(.csv, nil, "csv"),
            OptionForm(.duration, nil, "duration", value: "SECONDS"),
            OptionForm(.help, "h", "help"),
            OptionForm(.ipv4, "4", "ipv4"),
            OptionForm(.ipv6, "6", "ipv6"),
            OptionForm(.json, nil, "json"),
            OptionForm(.markdown, nil, "markdown"),
            OptionForm(.plot, nil, "plot", value: "FILE"),
            OptionForm(.port, nil, "port", value: "PORT"),
            OptionForm(.reset, nil, "reset"),
            OptionForm(.automatic, nil, "auto"),
            OptionForm(.seed, nil, "seed", value: "SEED"),
            OptionForm(.seeds, nil, "seeds", value: "COUNT"),
            OptionForm(.worlds, nil, "worlds", value: "COUNT"),
            OptionForm(.jobs, nil, "jobs", value: "COUNT"),
            OptionForm(.set, nil, "set", value: "STEPS"),
            OptionForm(.time, nil, "time", value: "TIME"),
            OptionForm(.timeout, nil, "timeout", value: "SECONDS"),
            OptionForm(.version, "V", "version"),
            OptionForm(.watch, nil, "watch"),
        ]
    }
}

/// The commands as they are written.
private enum ToolCommandName: String {
    case calibrateRTC = "rtc calibrate"
    case checkConfiguration = "check-config"
    case loadRTC = "rtc load"
    case query
    case readRTC = "rtc read"
    case selfTestRTC = "rtc selftest"
    case setRTC = "rtc set"
    case simulate
    case sources
    case status
    case temperature = "rtc temperature"
    case trimRTC = "rtc trim"
    case waitSync = "wait-sync"

    var options: [ToolOption] {
        switch self {
        case .checkConfiguration, .loadRTC, .selfTestRTC, .sources, .waitSync: [.configurationFile, .json]
        case .calibrateRTC: [.configurationFile, .json, .duration]
        case .query: [.configurationFile, .json, .port, .ipv4, .ipv6, .timeout]
        case .readRTC: [.configurationFile, .json, .watch, .count]
        case .setRTC: [.configurationFile, .json, .time]
        case .simulate: [.json, .csv, .jobs, .markdown, .plot, .seed, .seeds, .worlds]
        case .status: [.configurationFile, .json, .watch]
        case .temperature: [.configurationFile, .json, .convert]
        case .trimRTC: [.configurationFile, .json, .set, .reset, .automatic]
        }
    }

    private static let names = "status, sources, query, rtc, wait-sync, check-config or simulate"

    /// The command at the beginning of `words`, and what follows it.
    static func find(_ words: [String]) throws(UsageError) -> (ToolCommandName, ArraySlice<String>) {
        guard let first = words.first else {
            throw UsageError("expected a command: \(names)")
        }
        if first == "rtc" {
            guard words.count > 1, let name = ToolCommandName(rawValue: "rtc \(words[1])") else {
                throw UsageError(
                    "expected 'rtc' with 'read', 'set', 'load', 'trim', 'temperature', 'calibrate' or 'selftest'"
                )
            }
            return (name, words.dropFirst(2))
        }
        guard let name = ToolCommandName(rawValue: first), !first.utf8.contains(UInt8(ascii: " ")) else {
            throw UsageError("unknown command '\(first)'; expected \(names)")
        }
        return (name, words.dropFirst())
    }
}
