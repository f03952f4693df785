import Configuration
import Foundation
import Testing

@testable import ProgramSupport

@Suite final class `What a configuration names` {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "tickover-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func surroundings(_ text: String) -> Surroundings {
        Surroundings(of: Configuration.parse(text: text, file: "f").configuration)
    }

    private func keyFile(_ text: String, mode: Int = 0o640) throws -> String {
        let path = folder.appending(path: "keys").path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    @Test(arguments: [
        (
            "driftfile /nonexistent/drift",
            "driftfile /nonexistent/drift: there is no folder /nonexistent; going on without"
        ),
        (
            "logfile /nonexistent/a/log",
            "logfile /nonexistent/a/log: there is no folder /nonexistent/a; going on without"
        ),
        ("pidfile /nonexistent/pid", "pidfile /nonexistent/pid: there is no folder /nonexistent; going on without"),
        (
            "statsdir /nonexistent/\nstatistics loopstats",
            "statsdir /nonexistent/: there is no such folder; going on without"
        ),
        ("keys /nonexistent/keys", "keys: open /nonexistent/keys: No such file or directory; going on without"),
        ("server a key 3", "server a: there is no trusted key 3; its replies will not be believed"),
    ])
    func `and is not there is remarked on`(text: String, remark: String) {
        let surroundings = surroundings(text)
        #expect(surroundings.remarks == [remark] && surroundings.errors.isEmpty)
        #expect((surroundings.keys == nil) == text.hasPrefix("keys"))
    }

    @Test func `and is there, or not wanted, needs no remark`() throws {
        let path = folder.path
        let keys = try keyFile("3 MD5 secret\n4 MD5 other\n")
        let surroundings = surroundings(
            """
            driftfile \(path)/drift
            logfile \(path)/log
            pidfile \(path)/pid
            statsdir /nonexistent
            keys \(keys)
            trustedkey 3
            server a key 3
            broadcast 192.0.2.255

            """
        )
        #expect(surroundings.remarks == [] && surroundings.errors == [])
        #expect(surroundings.keys?.map { $0.id } == [3])
    }

    @Test func `as a file of keys is not used when everybody may read it`() throws {
        let keys = try keyFile("3 MD5 secret\n", mode: 0o644)
        let surroundings = surroundings("keys \(keys)\ntrustedkey 3")
        #expect(surroundings.keys == nil)
        #expect(
            surroundings.remarks == [
                "\(keys): keys that everybody may read are no secret, and not used; chmod o= \(keys)"
            ]
        )
    }

    @Test func `as an interface to broadcast on has to be there`() {
        let errors = surroundings("broadcast ff02::101%nonexistent0").errors
        #expect(errors.count == 1 && errors[0].hasPrefix("broadcast ff02::101%nonexistent0: "), "\(errors)")
    }
}
