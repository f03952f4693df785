import NetworkAddress
import Testing

@Suite(.serialized) struct `Clients that change their port` {
    private static let addresses = (1...24).map { IPAddress(v4: 0x7f00_0100 + $0) }

    /// A system variable, as ntpq asks for it.
    private func variable(_ name: String, of daemon: Instance) throws -> Int? {
        let client = try RawClient(port: daemon.port)
        let text = Array(name.utf8)
        let padding = [UInt8](repeating: 0, count: (4 - text.count % 4) % 4)
        client.send([0x26, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, UInt8(text.count)] + text + padding)
        let reply = try #require(client.replies(silence: 2).first)
        let answer = String(decoding: reply.dropFirst(12).prefix(Int(reply[11])), as: UTF8.self)
        return answer.split(separator: "=").last.flatMap { Int($0.filter(\.isNumber)) }
    }

    @Test(arguments: Build.available, [0, 3]) func `are all answered and counted`(build: Build, threads: Int) throws {
        let daemon = try Instance("rtc simulated\nmru maxdepth 600\nthreads \(threads)", build: build)
        try #require(daemon.reaches("holdover", within: 30), "\(daemon.program.log)")
        let addresses = Self.addresses.prefix(build == .host ? 24 : 8)
        let clients = try addresses.flatMap { address in
            try (0..<3).map { _ in try RawClient(from: address, port: daemon.port) }
        }
        for client in clients { client.send(request()) }
        #expect(clients.allSatisfy { $0.replies(silence: 0.1).count == 1 })
        #expect(try variable("ss_processed", of: daemon) == clients.count)
        #expect(try variable("mru_maxdepth", of: daemon) == 600)
        // The emulator's kernel calls know no filter to choose the thread by the address.
        if build == .host { #expect(try variable("mru_depth", of: daemon) == addresses.count) }
        #expect(daemon.program.end() == 0)
    }

    @Test(arguments: [0, 3]) func `are held to one limit`(threads: Int) throws {
        let daemon = try Instance("rtc simulated\nrestrict default limited\nthreads \(threads)")
        try #require(daemon.reaches("holdover", within: 30), "\(daemon.program.log)")
        let ports = try (0..<12).map { _ in try RawClient(from: Self.addresses[0], port: daemon.port) }
        for client in ports { client.send(request()) }
        #expect(ports.count { !$0.replies(silence: 0.2).isEmpty } == 1)
        #expect(daemon.program.end() == 0)
    }
}
