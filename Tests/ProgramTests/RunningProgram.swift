import Foundation
import Linux
import NetworkAddress
import Testing

/// A program in the background, with its standard output and error in a file.
final class RunningProgram {
    private let process = Process()
    private let logFile: URL

    init(_ command: [String], log: URL, environment: [String: String] = [:]) throws {
        logFile = log
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.runWithoutBlockedSignals()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    var log: String { (try? String(contentsOf: logFile, encoding: .utf8)) ?? "" }
    var isRunning: Bool { process.isRunning }
    var id: Int32 { process.processIdentifier }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Sends a signal and waits for the end.
    ///
    /// - Returns: the exit status; nil if the program was ended by the signal, or has not ended in `limit` s.
    func end(by number: Int32 = SIGINT, within limit: Double = 10) -> Int32? {
        signal(number)
        return exitStatus(within: limit)
    }

    func exitStatus(within limit: Double) -> Int32? {
        guard eventually(within: limit, { !process.isRunning }) else { return nil }
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : nil
    }
}

/// Waits until `condition` holds.
///
/// - Returns: whether it did within `limit` s.
func eventually(within limit: Double, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = Date(timeIntervalSinceNow: limit)
    while Date() < deadline {
        if try condition() { return true }
        usleep(100_000)
    }
    return try condition()
}

/// A folder that is gone with its owner.
final class Workplace {
    let url = FileManager.default.temporaryDirectory.appending(path: "tickover-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
        return path(name)
    }
}

/// A UDP port of 127.0.0.1 and ::1 that nobody has at the moment.
func freePort() throws -> UInt16 {
    try UDPSocket.serving(port: 0, family: .v4).localAddress.port
}
