import Foundation
import NTPTime
import NetworkAddress
import Support
import Testing

@testable import Linux

let hasIPv6 =
    (try? UDPSocket.serving(port: 0, family: .v6, address: SocketAddress(address: .loopbackV6, port: 0))) != nil
let families: [AddressFamily] = hasIPv6 ? [.v4, .v6] : [.v4]

func loopback(_ family: AddressFamily) -> IPAddress { family == .v4 ? .loopbackV4 : .loopbackV6 }

/// Kept open, since the kernel stamps packets only while a socket asks for it, and starts a moment after the first does.
enum StampKeeper {
    static let socket: UDPSocket? = {
        guard
            let own = try? UDPSocket.serving(
                port: 0,
                family: .v4,
                address: SocketAddress(address: .loopbackV4, port: 0)
            ),
            let batch = try? DatagramBatch(capacity: 1)
        else { return nil }
        for _ in 0..<1_000 {
            guard (try? send([0], on: own, to: own.localAddress)) != nil, (try? wait(for: own.fd)) != nil,
                (try? batch.receive(from: own)) == 1
            else { return nil }
            if batch.kernelStamp(0) != nil { return own }
            OscillatorClock().sleep(until: OscillatorClock().now + .milliseconds(5))
        }
        return nil
    }()
}

/// A server on loopback and a client connected to it.
struct Pair {
    let server: UDPSocket
    let client: UDPSocket
    init(_ family: AddressFamily, wildcard: Bool = false) throws {
        try #require(StampKeeper.socket != nil)
        let local = wildcard ? nil : SocketAddress(address: loopback(family), port: 0)
        server = try UDPSocket.serving(port: 0, family: family, address: local)
        client = try UDPSocket.client(
            to: SocketAddress(address: loopback(family), port: server.localAddress.port)
        )
    }
}

extension DatagramBatch {
    /// #expect takes no spans.
    func add(_ bytes: [UInt8], to: SocketAddress? = nil, from: SocketAddress? = nil) -> Bool {
        append(bytes.span, to: to, from: from)
    }
}

@discardableResult
func send(_ bytes: [UInt8], on socket: UDPSocket, to: SocketAddress? = nil, from: SocketAddress? = nil) throws
    -> SendOutcome
{
    let batch = try DatagramBatch(capacity: 1)
    #expect(batch.add(bytes, to: to, from: from))
    return batch.send(on: socket)
}

func receiveTransmitStamp(_ batch: DatagramBatch, _ socket: UDPSocket) throws -> TransmitStamp? {
    for _ in 0..<50 {
        guard try !wait(for: socket.fd, [.priority]).isEmpty else { return nil }
        if let stamp = try batch.receiveTransmitStamp(from: socket) { return stamp }
    }
    return nil
}

@Suite struct `UDP over loopback` {
    @Test(arguments: families, [false, true])
    func `goes both ways with stamps and addresses`(family: AddressFamily, wildcard: Bool) throws {
        let pair = try Pair(family, wildcard: wildcard)
        #expect(pair.server.hasKernelStamps && pair.client.hasKernelStamps)
        #expect(pair.client.localAddress.port != 0)
        let clocks = SystemTimex()
        let before = clocks.realTime
        let request = (0..<48).map { UInt8($0) }
        #expect(try send(request, on: pair.client) == SendOutcome(sent: 1, failure: nil))

        let batch = try DatagramBatch()
        #expect(try wait(for: pair.server.fd).contains(.readable))
        #expect(try batch.receive(from: pair.server) == 1)
        #expect(batch.bytes(0) == request && batch.length(0) == 48 && !batch.isTruncated(0))
        #expect(batch.source(0) == pair.client.localAddress)
        #expect(batch.localAddress(0)?.address == loopback(family))
        #expect(batch.interfaceIndex(0) != 0)
        let received = try #require(batch.kernelStamp(0))
        #expect(received >= before && received <= clocks.realTime)
        let moment = try #require(KernelStamps(clocks: clocks).monotonic(of: received))
        #expect(moment <= clocks.oscillator)

        let sent = try #require(try receiveTransmitStamp(batch, pair.client))
        #expect(sent.payload == request)
        #expect(sent.stamp >= before && sent.stamp <= received)

        try send(
            [1, 2, 3],
            on: pair.server,
            to: pair.client.localAddress,
            from: SocketAddress(address: loopback(family), port: 0)
        )
        #expect(try wait(for: pair.client.fd).contains(.readable))
        #expect(try batch.receive(from: pair.client) == 1)
        #expect(batch.bytes(0) == [1, 2, 3])
        #expect(batch.source(0)?.port == pair.server.localAddress.port)
        #expect(try batch.receive(from: pair.client) == 0)
    }

    @Test func `replies leave from the address the request came to`() throws {
        let server = try UDPSocket.serving(port: 0, family: .v4)
        let other = IPAddress(v4: 0x7f00_0105)
        let client = try UDPSocket.client(to: SocketAddress(address: other, port: server.localAddress.port))
        try send([9], on: client)
        let batch = try DatagramBatch()
        _ = try wait(for: server.fd)
        try #require(try batch.receive(from: server) == 1)
        let local = try #require(batch.localAddress(0))
        #expect(local.address == other)
        try send([8], on: server, to: batch.source(0), from: local)
        _ = try wait(for: client.fd)
        // A connected socket takes datagrams from its peer's address only.
        #expect(try batch.receive(from: client) == 1)
    }

    @Test(arguments: families)
    func `a whole batch is received and answered`(family: AddressFamily) throws {
        let pair = try Pair(family)
        let out = try DatagramBatch(capacity: 32)
        for index in 0..<32 { #expect(out.add([UInt8(index), 7])) }
        #expect(!out.add([0]))
        #expect(out.send(on: pair.client) == SendOutcome(sent: 32, failure: nil))
        #expect(out.count == 0)
        let batch = try DatagramBatch(capacity: 32)
        _ = try wait(for: pair.server.fd)
        var seen: [UInt8] = []
        while try batch.receive(from: pair.server) > 0 {
            for index in 0..<batch.count {
                seen.append(batch.bytes(index)[0])
                #expect(batch.kernelStamp(index) != nil)
                let added = batch.withBytes(index) { bytes in
                    out.append(bytes, to: batch.source(index), from: batch.localAddress(index))
                }
                #expect(added)
            }
        }
        #expect(seen == (0..<32).map { UInt8($0) })
        #expect(out.send(on: pair.server).sent == 32)
        _ = try wait(for: pair.client.fd)
        #expect(try batch.receive(from: pair.client) == 32)
    }

    @Test func `one bad datagram does not keep the rest from going`() throws {
        let pair = try Pair(.v4)
        let out = try DatagramBatch()
        let good = pair.client.localAddress
        #expect(out.add([1], to: good))
        #expect(out.add([2], to: SocketAddress(address: .loopbackV4, port: 0)))
        #expect(out.add([3], to: good))
        let outcome = out.send(on: pair.server)
        #expect(outcome.sent == 2)
        #expect(outcome.failure?.code == EINVAL)
    }

    @Test func `what is too long is marked as cut`() throws {
        let pair = try Pair(.v4)
        try send(Array(repeating: 5, count: 200), on: pair.client)
        let batch = try DatagramBatch(capacity: 4, octets: 100)
        _ = try wait(for: pair.server.fd)
        #expect(try batch.receive(from: pair.server) == 1)
        #expect(batch.isTruncated(0))
        #expect(batch.bytes(0).count == 100)
        #expect(!batch.add(Array(repeating: 0, count: 101)))
    }

    @Test(arguments: families)
    func `a closed port is reported once, and the socket goes on`(family: AddressFamily) throws {
        let port = try UDPSocket.serving(
            port: 0,
            family: family,
            address: SocketAddress(address: loopback(family), port: 0)
        ).localAddress.port
        let client = try UDPSocket.client(to: SocketAddress(address: loopback(family), port: port))
        try send([1], on: client)
        let batch = try DatagramBatch()
        // The transmit stamp is on the error queue too.
        _ = try receiveTransmitStamp(batch, client)
        var refusals = 0
        for _ in 0..<3 {
            do { try batch.receive(from: client) } catch {
                #expect(error.code == ECONNREFUSED)
                refusals += 1
            }
        }
        #expect(refusals == 1)
    }

    @Test func `a taken port is an error that names it, unless shared`() throws {
        let local = SocketAddress(address: .loopbackV4, port: 0)
        let first = try UDPSocket.serving(port: 0, family: .v4, address: local, shared: true)
        let port = first.localAddress.port
        _ = try UDPSocket.serving(port: port, family: .v4, address: local, shared: true)
        let error = #expect(throws: LinuxError.self) {
            _ = try UDPSocket.serving(port: port, family: .v4, address: local)
        }
        #expect(error?.code == EADDRINUSE)
        #expect(error?.message == "bind 127.0.0.1:\(port): Address already in use")
    }

    @Test(arguments: families)
    func `a shared port sends all datagrams of an address to one socket`(family: AddressFamily) throws {
        let loopback = loopback(family)
        let local = SocketAddress(address: loopback, port: 0)
        var sockets = [try UDPSocket.serving(port: 0, family: family, address: local, shared: true)]
        let port = sockets[0].localAddress.port
        for _ in 1..<3 {
            sockets.append(try UDPSocket.serving(port: port, family: family, address: local, shared: true))
        }
        try sockets[0].steerBySource(among: 3)
        let batch = try DatagramBatch()
        let octets: [UInt8] = [1, 2, 3]
        var used: Set<Int> = []
        // The loopback network has one address of IPv6 only.
        for last in UInt32(1)...(family == .v4 ? 20 : 1) {
            let source = family == .v4 ? IPAddress(v4: 0x7f00_0100 + last) : loopback
            for _ in 0..<4 {
                let client = try UDPSocket.serving(
                    port: 0,
                    family: family,
                    address: SocketAddress(address: source, port: 0)
                )
                batch.removeAll()
                batch.append(octets.span, to: SocketAddress(address: loopback, port: port))
                batch.send(on: client)
            }
            let counts = try sockets.map { try batch.receive(from: $0) }
            #expect(counts.sorted() == [0, 0, 4], "\(source): \(counts)")
            used.formUnion(counts.indices.filter { counts[$0] > 0 })
        }
        #expect(used.count == (family == .v4 ? 3 : 1))
    }

    @Test func `descriptors do not block and are closed on exec`() throws {
        let pair = try Pair(.v4)
        for fd in [pair.server.fd, pair.client.fd] {
            #expect(fcntl(fd, F_GETFL) & O_NONBLOCK != 0)
            #expect(fcntl(fd, F_GETFD) & FD_CLOEXEC != 0)
        }
    }

    @Test func `an unknown interface is refused`() {
        #expect(throws: LinuxError.self) { _ = try UDPSocket.serving(port: 0, family: .v4, interface: "nowhere0") }
        #expect(throws: LinuxError.self) {
            _ = try UDPSocket.serving(port: 0, family: .v4, interface: String(repeating: "x", count: 40))
        }
    }
}

@Suite struct `The payload of a looped-back packet` {
    static let v4: [UInt8] = [0x45, 0, 0, 31, 0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]
    static let v4Options: [UInt8] = [0x46, 0, 0, 35, 0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1, 1, 1, 1, 1]
    static let v4TCP: [UInt8] = [0x45, 0, 0, 31, 0, 0, 0, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]
    static let v4Short: [UInt8] = [0x44, 0, 0, 31, 0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]
    static let zeros = [UInt8](repeating: 0, count: 32)
    static let v6: [UInt8] = [0x60, 0, 0, 0, 0, 11, 17, 64] + zeros
    static let v6Options: [UInt8] = [0x60, 0, 0, 0, 0, 19, 0, 64] + zeros + [17, 0, 0, 0, 0, 0, 0, 0]
    static let udp: [UInt8] = [0, 123, 0, 123, 0, 11, 0, 0, 7, 8, 9]
    static let udpShort: [UInt8] = [0, 123, 0, 123, 0, 7, 0, 0]
    static let macs = [UInt8](repeating: 0x45, count: 12)

    static let whole: [[[UInt8]]] = [
        [v4, udp], [v6, udp], [v6Options, udp], [macs, [8, 0], v4, udp], [macs, [0x86, 0xdd], v6, udp],
        [macs, [0x81, 0, 0, 5, 8, 0], v4, udp], [macs, [8, 0], v4, udp, [0, 0, 0]], [macs, [8, 0], v4Options, udp],
    ]

    @Test(arguments: whole)
    func `is found behind its headers`(parts: [[UInt8]]) throws {
        let packet = Array(parts.joined())
        let range = try #require(UDPPayload.range(in: packet))
        #expect(Array(packet[range]) == [7, 8, 9])
    }

    static let broken: [[[UInt8]]] = [
        [], [[0x45]], [macs], [macs, [8, 0]], [macs, [8, 6], v4Short, udp], [macs, [0x81, 0]],
        [v4, Array(udp.prefix(7))],
        [v4Short, udp], [v6], [v6Options, Array(udp.prefix(4))], [v4TCP, udp], [v4, udpShort],
    ]

    @Test(arguments: broken)
    func `is not found in anything else`(parts: [[UInt8]]) {
        #expect(UDPPayload.range(in: Array(parts.joined())) == nil)
    }

    @Test func `search survives any octets`() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix(state: seed)
        for _ in 0..<5_000 {
            let packet = (0..<Int.random(in: 0...80, using: &random)).map { index in
                index == 12
                    ? [8, 0x86, 0x81].randomElement(using: &random) ?? 8 : UInt8.random(in: 0...255, using: &random)
            }
            if let range = UDPPayload.range(in: packet) { #expect(range.upperBound <= packet.count, "seed \(seed)") }
        }
    }
}

@Suite struct `Names and addresses` {
    @Test func `the machine's own addresses have loopback among them`() throws {
        let all = try InterfaceAddress.all()
        let own = try #require(all.first { $0.address.address == .loopbackV4 })
        #expect(own.isUp && own.isLoopback && own.name == "lo" && own.index > 0)
    }

    @Test(arguments: [("127.0.0.1", IPAddress.loopbackV4, UInt32(0)), ("::1", .loopbackV6, 0)])
    func `numeric hosts need no name server`(host: String, address: IPAddress, scope: UInt32) throws {
        #expect(try Resolver.resolve(host, port: 123) == [SocketAddress(address: address, port: 123, scope: scope)])
    }

    @Test func `a link-local address keeps its scope`() throws {
        let own = try #require(try InterfaceAddress.all().first { $0.name == "lo" })
        let found = try Resolver.resolve("fe80::1%lo")
        #expect(found.map(\.scope) == [own.index])
    }

    @Test func `an address of the other family is a permanent error`() {
        let error = #expect(throws: ResolverError.self) { try Resolver.resolve("::1", family: .v4) }
        #expect(error?.isTemporary == false)
        #expect(error?.host == "::1")
        #expect(error?.reason.isEmpty == false)
    }

    @Test func `localhost is found in the hosts file, each address once`() throws {
        let found = try Resolver.resolve("localhost", family: .v4)
        #expect(found.map(\.address) == [.loopbackV4])
    }

    /// The second is the MD5 of the 16 octets, by `printf | md5sum`.
    @Test(arguments: [("192.0.2.1", UInt32(0xc000_0201)), ("2001:db8::1", 0x39ab_9b37)])
    func `reference identifiers`(text: String, expected: UInt32) throws {
        #expect(referenceID(of: try #require(IPAddress(text))) == expected)
    }
}
