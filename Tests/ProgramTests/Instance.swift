import Foundation
import Testing

/// A `tickoverd` with a configuration, a port and a state directory of its own, on the virtual clock.
final class Instance {
    let build: Build
    let port: UInt16
    let workplace: Workplace
    let configuration: String
    private(set) var program: RunningProgram

    /// - Parameter lines: what the configuration has beside clock, port and state directory.
    init(
        _ lines: String,
        build: Build = .host,
        clock: String = "clock virtual",
        stateDirectory: String? = nil,
        options: [String] = [],
        workplace: Workplace? = nil,
        environment: [String: String] = [:]
    ) throws {
        let workplace = try workplace ?? Workplace()
        self.build = build
        self.workplace = workplace
        port = try freePort()
        configuration = try workplace.write(
            "\(lines)\n\(clock)\nport \(port)\nstatedir \(stateDirectory ?? workplace.path("state"))\n",
            to: "conf"
        )
        program = try Self.start(build, configuration, options, workplace, environment)
    }

    private static func start(
        _ build: Build,
        _ configuration: String,
        _ options: [String],
        _ workplace: Workplace,
        _ environment: [String: String] = [:]
    ) throws -> RunningProgram {
        try RunningProgram(
            try build.command("tickoverd") + ["-n", "-c", configuration] + options,
            log: URL(filePath: workplace.path("log")),
            environment: environment
        )
    }

    /// Ends the daemon by `signal` and starts it again.
    func restart(by signal: Int32) throws {
        _ = program.end(by: signal)
        program = try Self.start(build, configuration, [], workplace)
    }

    /// What a command of `tickover` prints as JSON; nil if it fails.
    func tool(_ arguments: String...) throws -> [String: Any]? {
        let result = try run(try build.command("tickover") + arguments + ["--json", "-c", configuration])
        guard result.status == 0 else { return nil }
        return try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    }

    /// One exchange with the daemon, by the host's `tickover`.
    func query(_ host: String = "127.0.0.1") throws -> [String: Any]? {
        let command = try Build.host.command("tickover")
        let result = try run(command + ["query", host, "--port", "\(port)", "--json", "--timeout", "1"])
        guard result.status == 0 else { return nil }
        return try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    }

    var state: String? { (try? tool("status"))?["state"] as? String }

    /// Waits for a state.
    func reaches(_ state: String, within limit: Double) -> Bool {
        eventually(within: limit) { program.isRunning && self.state == state }
    }

    /// Lines of the log that hold `text`.
    func logged(_ text: String) -> Int {
        program.log.split(separator: "\n").count { $0.contains(text) }
    }
}

extension [String: Any] {
    func number(_ key: String) -> Double { (self[key] as? NSNumber)?.doubleValue ?? .nan }
    func text(_ key: String) -> String { self[key] as? String ?? "" }
}
