import Foundation
import Testing

/// A build of the programs that can be run here.
enum Build: String, CaseIterable, CustomTestStringConvertible {
    case host
    /// Embedded Swift for 32-bit ARM, under qemu.
    case armhf

    /// `TICKOVER_ARMHF` names the folder of the armhf build, if there is one.
    static var available: [Build] { allCases.filter { $0.folder != nil } }

    private var folder: URL? {
        switch self {
        case .host: URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        case .armhf: ProcessInfo.processInfo.environment["TICKOVER_ARMHF"].map { URL(filePath: $0) }
        }
    }

    var testDescription: String { rawValue }

    struct Result {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Runs a program to its end.
    func run(_ program: String, _ arguments: String...) throws -> Result {
        let executable = try #require(folder).appending(path: program).path
        let process = Process()
        switch self {
        case .host:
            process.executableURL = URL(filePath: executable)
            process.arguments = arguments
        case .armhf:
            process.executableURL = URL(filePath: "/usr/bin/qemu-arm-static")
            process.arguments = ["-L", "/usr/arm-linux-gnueabihf", executable] + arguments
        }
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let outputData = try output.fileHandleForReading.readToEnd() ?? Data()
        let errorData = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus,
            output: String(decoding: outputData, as: UTF8.self),
            errors: String(decoding: errorData, as: UTF8.self)
        )
    }
}

/// A file that is gone with the closure.
func withFile<Result>(_ contents: String, _ body: (String) throws -> Result) throws -> Result {
    let url = FileManager.default.temporaryDirectory.appending(path: "tickover-\(UUID().uuidString)")
    try Data(contents.utf8).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url.path)
}
