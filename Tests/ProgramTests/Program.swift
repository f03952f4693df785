import Foundation
import Testing

/// A build of the programs that can be run here.
enum Build: String, CaseIterable, CustomTestStringConvertible {
    case host
    /// Embedded Swift for 32-bit ARM, under qemu.
    case armhf

    /// `TICKOVER_ARMHF` names the folder of the armhf build, if there is one, and `TICKOVER_HOST` that of another build for
    /// this machine than the tests' own.
    static var available: [Build] { allCases.filter { $0.folder != nil } }

    private var folder: URL? {
        switch self {
        case .host: Self.folder("TICKOVER_HOST") ?? URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        case .armhf: Self.folder("TICKOVER_ARMHF")
        }
    }

    private static func folder(_ variable: String) -> URL? {
        ProcessInfo.processInfo.environment[variable].map { URL(filePath: $0) }
    }

    var testDescription: String { rawValue }

    struct Result {
        var status: Int32
        var output: String
        var errors: String
    }

    /// The command that runs a program of this build, without any right over the machine's clock.
    func command(_ program: String) throws -> [String] {
        let executable = try #require(folder).appending(path: program).path
        let emulator = self == .armhf ? ["/usr/bin/qemu-arm-static"] : []
        return harmless(emulator + [executable])
    }

    /// Runs a program to its end.
    func run(_ program: String, _ arguments: String...) throws -> Result {
        try ProgramTests.run(try command(program) + arguments)
    }
}

/// A command that cannot touch the machine's clock: an ordinary user's never can, root's loses the capability.
func harmless(_ command: [String]) -> [String] {
    geteuid() == 0 ? ["/usr/bin/setpriv", "--bounding-set=-sys_time", "--inh-caps=-sys_time", "--"] + command : command
}

/// Runs a command to its end.
func run(_ command: [String], environment: [String: String] = [:]) throws -> Build.Result {
    let process = Process()
    process.executableURL = URL(filePath: command[0])
    process.arguments = Array(command.dropFirst())
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    try process.runWithoutBlockedSignals()
    // Both at once: a full pipe would stop the program.
    nonisolated(unsafe) var errorData = Data()
    let reader = Thread { errorData = (try? errors.fileHandleForReading.readToEnd()) ?? Data() }
    reader.start()
    let outputData = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    while !reader.isFinished { usleep(1_000) }
    return Build.Result(
        status: process.terminationStatus,
        output: String(decoding: outputData, as: UTF8.self),
        errors: String(decoding: errorData, as: UTF8.self)
    )
}

extension Process {
    /// The test's thread may block all signals, and a child would go on doing so.
    func runWithoutBlockedSignals() throws {
        var none = sigset_t()
        var blocked = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &blocked)
        defer { pthread_sigmask(SIG_SETMASK, &blocked, nil) }
        try run()
    }
}

/// A file that is gone with the closure.
func withFile<Result>(_ contents: String, _ body: (String) throws -> Result) throws -> Result {
    let url = FileManager.default.temporaryDirectory.appending(path: "tickover-\(UUID().uuidString)")
    try Data(contents.utf8).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url.path)
}
