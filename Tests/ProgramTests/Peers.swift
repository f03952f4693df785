import Foundation
import Testing

/// Other NTP software, unpacked by `.ci/dependencies peers`.
enum Peers {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../.build/peers").standardizedFileURL

    static var areUnpacked: Bool { FileManager.default.isExecutableFile(atPath: chronyd) }

    /// Whether an ordinary user may have a network of its own here.
    static let namespacesWork: Bool = {
        (try? run(["/usr/bin/unshare", "-Urn", "/bin/true"]))?.status == 0
    }()

    static var chronyd: String { folder.appending(path: "usr/sbin/chronyd").path }

    static var environment: [String: String] {
        let libraries = ["", "/ntp", "/systemd"].map { "usr/lib/x86_64-linux-gnu\($0)" } + ["lib/x86_64-linux-gnu"]
        return [
            "LD_LIBRARY_PATH": libraries.map { folder.appending(path: $0).path }.joined(separator: ":"),
            "PYTHONPATH": folder.appending(path: "usr/lib/python3/dist-packages").path,
        ]
    }

    private static var user: [String] { ["-U", "-u", NSUserName(), "-x"] }

    /// A chronyd that serves the host's clock on loopback and leaves it alone.
    static func startChronyd(port: UInt16, in workplace: Workplace) throws -> RunningProgram {
        try RunningProgram(
            harmless(chronydCommand(port: port, in: workplace)),
            log: URL(filePath: workplace.path("chronyd.log")),
            environment: environment
        )
    }

    static func chronydCommand(port: UInt16, in workplace: Workplace) throws -> [String] {
        let file = try workplace.write(
            """
            port \(port)
            bindaddress 127.0.0.1
            bindaddress ::1
            allow
            local stratum 3
            cmdport 0
            pidfile \(workplace.path("chronyd.pid"))

            """,
            to: "chrony.conf"
        )
        return [chronyd] + user + ["-d", "-f", file]
    }

    /// What `chronyd -Q` finds the host's clock to be wrong by, in seconds, asking `server`.
    static func chronyOffset(of server: String, in workplace: Workplace) throws -> Double? {
        let command =
            [chronyd] + user + [
                "-Q", "-t", "10", "-f", "/dev/null", "server \(server) iburst", "cmdport 0",
                "pidfile \(workplace.path("query.pid"))",
            ]
        let result = try run(harmless(command), environment: environment)
        let match = (result.output + result.errors).firstMatch(of: #/System clock wrong by (-?[0-9.]+) seconds/#)
        return match.flatMap { Double($0.1) }
    }
}
