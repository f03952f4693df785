import Foundation
import NTPTime
import Testing

@testable import Linux

/// Answers one request with `answer` on a thread of its own.
func serve(_ path: String, answer: String) throws -> Thread {
    // Sendable in fact: the listener goes to the thread and is used nowhere else.
    nonisolated(unsafe) let listener = try ControlListener(path)
    let thread = Thread {
        do {
            guard try wait(for: listener.fd) == .readable, let connection = try listener.accept() else { return }
            while true {
                _ = try wait(for: connection.fd)
                switch try connection.receive() {
                case .incomplete: continue
                case .line(let line): try connection.send(line + answer)
                case .tooLong: try connection.send("too long")
                case .closed: return
                }
                break
            }
            while connection.wantsToWrite {
                _ = try wait(for: connection.fd, .writable)
                try connection.flush()
            }
        } catch {
            // The client's expectations show it.
        }
    }
    thread.start()
    return thread
}

@Suite struct `The control socket` {
    let folder: TemporaryFolder
    let path: String
    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("control")
    }

    @Test(arguments: [0, 10, 1_000_000])
    func `answers a line, however long the answer`(length: Int) throws {
        let thread = try serve(path, answer: String(repeating: "a", count: length))
        let answer = try ControlClient.request("status", path: path, timeout: .seconds(20))
        #expect(String(decoding: answer, as: UTF8.self) == "status" + String(repeating: "a", count: length))
        withExtendedLifetime(thread) {}
    }

    @Test func `does not take endless lines`() throws {
        let thread = try serve(path, answer: "")
        do {
            let answer = try ControlClient.request(
                String(repeating: "x", count: 1_024),
                path: path,
                timeout: .seconds(20)
            )
            #expect(String(decoding: answer, as: UTF8.self) == "too long")
        } catch {
            // Closing with octets unread resets the connection.
            #expect(error.code == ECONNRESET)
        }
        withExtendedLifetime(thread) {}
    }

    @Test func `knows its peer and has a narrow mode`() throws {
        let listener = try ControlListener(path)
        #expect(try listener.accept() == nil)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o660)
        let error = #expect(throws: LinuxError.self) {
            try ControlClient.request("hello", path: path, timeout: .milliseconds(50))
        }
        #expect(error?.code == ETIMEDOUT)
        let connection = try #require(try listener.accept())
        #expect(connection.peer?.user == getuid())
        #expect(try connection.receive() == .line("hello"))
        #expect(try connection.receive() == .closed)
        let gone = #expect(throws: LinuxError.self) {
            for _ in 0..<2 { try connection.send("x") }
        }
        #expect(gone?.code == EPIPE)
    }

    @Test func `replaces one that nobody answers on, and nothing else`() throws {
        do {
            let first = try ControlListener(path)
            let error = #expect(throws: LinuxError.self) { try ControlListener(path) }
            #expect(error?.code == EADDRINUSE)
            // As a crash leaves it: the name without the listener.
            #expect(rename(path, path + ".left") == 0)
            withExtendedLifetime(first) {}
        }
        #expect(rename(path + ".left", path) == 0)
        let second = try ControlListener(path)
        withExtendedLifetime(second) {}
        let file = folder.file("file")
        try AtomicFile.write(file, "data")
        #expect(throws: LinuxError.self) { try ControlListener(file) }
        #expect(try FileStore.read(file, limit: 10) == Array("data".utf8))
    }

    @Test func `is removed with its listener, and then nobody is there`() throws {
        do { withExtendedLifetime(try ControlListener(path)) {} }
        #expect(folder.contents.isEmpty)
        let error = #expect(throws: LinuxError.self) {
            try ControlClient.request("x", path: path, timeout: .seconds(1))
        }
        #expect(error?.code == ENOENT)
        #expect(throws: LinuxError.self) { try ControlListener("/" + String(repeating: "x", count: 200)) }
    }
}

@Suite struct `The service manager` {
    /// Receives datagrams at a Unix address.
    private func receiver(_ name: String) throws -> Int32 {
        let fd = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        try #require(fd >= 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = name.utf8.map { CChar(bitPattern: $0 == UInt8(ascii: "@") ? 0 : $0) }
        withUnsafeMutableBytes(of: &address.sun_path) { path in
            for (index, byte) in bytes.enumerated() { path[index] = UInt8(bitPattern: byte) }
        }
        let length = socklen_t(2 + bytes.count)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(fd, $0, length) }
        }
        try #require(bound == 0)
        return fd
    }

    private func text(_ fd: Int32) throws -> String {
        _ = try wait(for: fd)
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = recv(fd, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    @Test(arguments: [true, false])
    func `is told`(abstract: Bool) throws {
        let folder = try TemporaryFolder()
        let name = abstract ? "@tickover-test-\(UUID().uuidString)" : folder.file("notify")
        let fd = try receiver(name)
        defer { close(fd) }
        let notifier = ServiceNotifier(path: name)
        try notifier.ready(status: "in sync\nMAINPID=1")
        #expect(try text(fd) == "READY=1\nSTATUS=in sync MAINPID=1")
        try notifier.watchdog()
        #expect(try text(fd) == "WATCHDOG=1")
    }

    @Test func `is told twice as often as its watchdog wants`() {
        #expect(ServiceNotifier(path: "/n", watchdog: "30000000").watchdogInterval == .seconds(15))
        #expect(ServiceNotifier(path: nil, watchdog: "30000000").watchdogInterval == nil)
    }

    @Test(arguments: [nil, "", "0", "-5", "x", "9223372036854775807"])
    func `is told nothing of a watchdog that makes no sense`(value: String?) {
        #expect(ServiceNotifier(path: "/n", watchdog: value).watchdogInterval == nil)
    }

    @Test func `need not be there`() throws {
        try ServiceNotifier(path: nil).ready(status: "")
        #expect(throws: LinuxError.self) { try ServiceNotifier(path: "/nonexistent/notify").watchdog() }
    }
}

@Suite struct `The log` {
    let date = NTPDate(unixSeconds: 1_800_000_000, nanoseconds: 500_000_000)

    @Test func `has stamped lines, and goes on in a new file after rotation`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("log")
        let log = try LogSink(.file(path), threshold: .notice)
        log.write(.error, "one\nline\u{1b}", at: date)
        log.write(.information, "not this", at: date)
        #expect(rename(path, folder.file("log.1")) == 0)
        log.write(.notice, "two", at: date)
        try log.reopen()
        log.write(.notice, "three", at: date)
        let stamp = "2027-01-15T08:00:00.500Z"
        #expect(
            try String(decoding: FileStore.read(folder.file("log.1"), limit: 1_000), as: UTF8.self)
                == "\(stamp) one line \n\(stamp) two\n"
        )
        #expect(try String(decoding: FileStore.read(path, limit: 1_000), as: UTF8.self) == "\(stamp) three\n")
    }

    @Test func `a file that cannot be opened is an error, and the old one stays in use`() throws {
        let folder = try TemporaryFolder()
        try FileStore.makeFolder(folder.file("logs"))
        let path = folder.file("logs/log")
        let log = try LogSink(.file(path))
        #expect(rename(folder.file("logs"), folder.file("moved")) == 0)
        #expect(throws: LinuxError.self) { try log.reopen() }
        log.write(.error, "still here", at: date)
        #expect(
            try String(decoding: FileStore.read(folder.file("moved/log"), limit: 1_000), as: UTF8.self).hasSuffix(
                "still here\n"
            )
        )
    }
}

@Suite struct `The host` {
    @Test func `has an environment`() {
        setenv("TICKOVER_TEST_VARIABLE", "value", 1)
        #expect(Host.environment("TICKOVER_TEST_VARIABLE") == "value")
        #expect(Host.environment("TICKOVER_TEST_MISSING") == nil)
        setenv("TICKOVER_TEST_VARIABLE", String(repeating: "x", count: 5_000), 1)
        #expect(Host.environment("TICKOVER_TEST_VARIABLE") == nil)
    }

    @Test func `tells terminals from files`() throws {
        let null = open("/dev/null", O_RDWR)
        defer { close(null) }
        #expect(!Host.isTerminal(null))
        #expect(Host.terminalWidth(null) == nil)
        #expect(Host.processID == getpid())
    }

    @Test func `gives random numbers that do not repeat`() throws {
        var first = try SystemRandom()
        var second = try SystemRandom()
        var seen: Set<UInt64> = []
        for _ in 0..<200 {
            seen.insert(first.next())
            seen.insert(second.next())
        }
        #expect(seen.count == 400)
    }

    @Test func `says whether it may set the clock`() throws {
        let status = String(decoding: try FileStore.read("/proc/self/status", limit: 100_000), as: UTF8.self)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("CapEff:") })
        let bits = try #require(UInt64(line.dropFirst(7).drop { $0.isWhitespace }, radix: 16))
        #expect(hasTimeCapability() == (bits >> 25 & 1 == 1))
    }
}
