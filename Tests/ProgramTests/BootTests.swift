import Foundation
import Glibc
import NTPTime
import Testing

@Suite(.serialized) struct `Loading the RTC at boot` {
    /// Fails unless a program that is run here is unable to set the machine's clock.
    private func requireHarmless() throws {
        let status = try run(harmless(["/bin/cat", "/proc/self/status"])).output
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("CapEff:") })
        let capabilities = try #require(UInt64(line.split(separator: "\t")[1], radix: 16))
        try #require(capabilities & 1 << 25 == 0, "CAP_SYS_TIME")
    }

    private func load(_ rtc: String, state: String? = nil, build: Build) throws -> Build.Result {
        try requireHarmless()
        let workplace = try Workplace()
        if let state { try workplace.write(state, to: "rtc") }
        let configuration = try workplace.write("\(rtc)\nstatedir \(workplace.url.path)\n", to: "conf")
        return try build.run("tickover", "rtc", "load", "-c", configuration)
    }

    @Test(arguments: Build.available) func `says what it would set, without the right to`(build: Build) throws {
        let result = try load("rtc simulated", build: build)
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors.hasPrefix("tickover: the RTC says 2"), "\(result)")
        #expect(result.errors.hasSuffix("cannot be set: not permitted; it takes CAP_SYS_TIME\n"), "\(result)")
    }

    @Test func `corrects the chip by what was learned`() throws {
        let state = SavedChip.text(
            offset: 86_400,
            reference: "0.01 0.02 trimmed",
            at: CivilTime(year: 2026, month: 11, day: 2).date
        )
        let result = try load("rtc simulated offset 86400", state: state, build: .host)
        let words = result.errors.split(separator: " ")
        let text = String(try #require(words.first { $0.hasPrefix("2") }).dropLast(6)) + "Z"
        let date = try #require(ISO8601DateFormatter().date(from: text), "\(result)")
        #expect(abs(date.timeIntervalSinceNow) < 60, "\(result)")
    }

    @Test(arguments: Build.available, [("stopped", "oscillator"), ("offset -1e8", "which cannot be")])
    func `refuses a chip that cannot be believed`(build: Build, chip: (behaviour: String, reason: String)) throws {
        let result = try load("rtc simulated \(chip.behaviour)", build: build)
        #expect(result.status == 1 && result.errors.contains(chip.reason), "\(result)")
    }

    @Test func `reads all that was learned, however long`() throws {
        #expect(SavedChip.long.utf8.count > 8_000)
        let result = try load("rtc simulated", state: SavedChip.long, build: .host)
        #expect(result.errors.hasPrefix("tickover: the RTC says 2"), "\(result)")
    }

    @Test func `refuses a chip that was left half set`() throws {
        let result = try load("rtc simulated", state: SavedChip.halfSet, build: .host)
        #expect(result.status == 1 && result.errors.contains("being set when the power failed"), "\(result)")
    }

    @Test func `tells by its status that there is no chip`() throws {
        let result = try load("rtc none", build: .host)
        #expect(result.status == 3 && result.errors.contains("no RTC is configured"), "\(result)")
    }

    @Test func `leaves it to a daemon that runs`() throws {
        try requireHarmless()
        let daemon = try Instance("rtc simulated")
        #expect(daemon.reaches("holdover", within: 30), "\(daemon.program.log)")
        let result = try run(try Build.host.command("tickover") + ["rtc", "load", "-c", daemon.configuration])
        #expect(result.status == 1 && result.errors.contains("the daemon is running"), "\(result)")
    }
}

@Suite(.serialized) struct `Waiting for the time` {
    @Test func `ends when servers have given it`() throws {
        let server = try FakeServer(offset: .seconds(3))
        defer { server.stop() }
        let daemon = try Instance("server 127.0.0.1 port \(server.port) iburst minpoll 0 maxpoll 1\nrtc none")
        #expect(eventually(within: 10) { daemon.state != nil })
        let status = try #require(try daemon.tool("wait-sync"))
        #expect(status.text("state") == "synchronised" && status.number("root_distance_s") < 1, "\(status)")
    }

    @Test func `goes on with a chip that was never compared with them`() throws {
        let daemon = try Instance("rtc simulated")
        try #require(daemon.reaches("holdover", within: 30), "\(daemon.program.log)")
        let tickover = try Build.host.command("tickover")
        let waiting = try RunningProgram(
            tickover + ["wait-sync", "-c", daemon.configuration],
            log: URL(filePath: daemon.workplace.path("waiting"))
        )
        #expect(waiting.exitStatus(within: 3) == nil)
        #expect(daemon.program.end() == 0)
        #expect(waiting.exitStatus(within: 10) == 3, "nobody is left to wait for")
    }
}

@Suite(.serialized) struct `Under systemd` {
    @Test(arguments: Build.available) func `the daemon tells how it is doing`(build: Build) throws {
        let workplace = try Workplace()
        let messages = try NotifySocket(workplace.path("notify"))
        let daemon = try Instance(
            "rtc simulated",
            build: build,
            workplace: workplace,
            environment: ["NOTIFY_SOCKET": workplace.path("notify"), "WATCHDOG_USEC": "400000"]
        )
        #expect(messages.next(within: 20) == "READY=1\nSTATUS=not synchronised")
        #expect(messages.next("STATUS=holdover by the RTC", within: 30))
        daemon.program.signal(SIGHUP)
        #expect(messages.next("RELOADING=1", within: 10))
        #expect(messages.next("READY=1\nSTATUS=holdover by the RTC", within: 10))
        for _ in 0..<3 { #expect(messages.next("WATCHDOG=1", within: 10)) }
        #expect(daemon.program.end() == 0)
        #expect(messages.next("STOPPING=1", within: 1))
    }
}

/// Takes what a service tells systemd.
private final class NotifySocket {
    private let fd = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)

    init(_ path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        try #require(path.utf8.count < MemoryLayout.size(ofValue: address.sun_path))
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(fd, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
    }

    deinit { close(fd) }

    /// The next message; nil if none comes.
    func next(within limit: Double) -> String? {
        var entry = pollfd(fd: fd, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, Int32(limit * 1_000)) > 0 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 1_024)
        let count = recv(fd, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    /// Skips messages until `message`; false if it does not come.
    func next(_ message: String, within limit: Double) -> Bool {
        let deadline = Date(timeIntervalSinceNow: limit)
        while deadline.timeIntervalSinceNow > 0 {
            guard let found = next(within: deadline.timeIntervalSinceNow) else { return false }
            if found == message { return true }
        }
        return false
    }
}
