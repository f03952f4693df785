import Foundation
import Linux
import NTPTime
import NTPWire
import NetworkAddress

/// An NTP server that is `offset` away from the host's clock, and once by `excursion` more.
final class FakeServer: @unchecked Sendable {
    let port: UInt16
    private let socket: UDPSocket
    private let offset: NTPDuration
    private let rootDelay: NTPDuration
    private let rootDispersion: NTPDuration
    /// By which the next reply is wrong.
    private var excursion = NTPDuration.zero
    private let lock = NSLock()
    private var isStopped = false

    init(
        offset: NTPDuration,
        rootDelay: NTPDuration = .zero,
        rootDispersion: NTPDuration = .milliseconds(1)
    ) throws {
        socket = try UDPSocket.serving(port: 0, family: .v4)
        port = socket.localAddress.port
        self.offset = offset
        self.rootDelay = rootDelay
        self.rootDispersion = rootDispersion
        Thread { [self] in serve() }.start()
    }

    /// Lets the next reply alone be wrong.
    func mistake(_ excursion: NTPDuration) { lock.withLock { self.excursion = excursion } }

    private func takeOffset() -> NTPDuration {
        lock.withLock {
            defer { excursion = .zero }
            return offset + excursion
        }
    }

    func stop() { lock.withLock { isStopped = true } }

    private func serve() {
        guard let batch = try? DatagramBatch(), let replies = try? DatagramBatch() else { return }
        let host = SystemTimex()
        let clock = OscillatorClock()
        while !lock.withLock({ isStopped }) {
            var poller = Poller()
            poller.add(socket.fd)
            _ = try? poller.wait(until: clock.now + .seconds(0.1), on: clock)
            guard let count = try? batch.receive(from: socket) else { continue }
            for index in 0..<count {
                guard let request = batch.withBytes(index, { try? NTPPacket($0) }) else { continue }
                let offset = takeOffset()
                let received = (batch.kernelStamp(index) ?? host.realTime) + offset
                let reply = NTPPacket(
                    mode: .server,
                    stratum: 2,
                    precision: -20,
                    rootDelay: NTPShort(roundingUp: rootDelay),
                    rootDispersion: NTPShort(roundingUp: rootDispersion),
                    referenceID: ReferenceID(bits: 0xc000_0201),
                    referenceTimestamp: received.timestamp,
                    originTimestamp: request.transmitTimestamp,
                    receiveTimestamp: received.timestamp,
                    transmitTimestamp: (host.realTime + offset).timestamp
                )
                replies.append(reply.octets.span, to: batch.source(index), from: batch.localAddress(index))
                replies.send(on: socket)
            }
        }
    }
}

/// A client's socket for datagrams of any kind.
struct RawClient {
    private let socket: UDPSocket
    private let destination: SocketAddress?
    private let batch: DatagramBatch
    private let clock = OscillatorClock()

    init(port: UInt16) throws {
        socket = try UDPSocket.client(to: SocketAddress(address: .loopbackV4, port: port))
        destination = nil
        batch = try DatagramBatch()
    }

    /// One at another of this machine's addresses.
    init(from address: IPAddress, port: UInt16) throws {
        socket = try UDPSocket.serving(port: 0, family: .v4, address: SocketAddress(address: address, port: 0))
        destination = SocketAddress(address: .loopbackV4, port: port)
        batch = try DatagramBatch()
    }

    func send(_ octets: [UInt8]) {
        batch.removeAll()
        batch.append(octets.span, to: destination)
        batch.send(on: socket)
    }

    /// Everything that comes until nothing has for `silence` s.
    func replies(silence: Double) -> [[UInt8]] {
        var replies: [[UInt8]] = []
        while true {
            var poller = Poller()
            poller.add(socket.fd)
            guard (try? poller.wait(until: clock.now + .seconds(silence), on: clock)) ?? 0 > 0 else { return replies }
            // Stamps of departure would make the socket ready for ever.
            while (try? batch.receiveTransmitStamp(from: socket)) ?? nil != nil {}
            guard let count = try? batch.receive(from: socket) else { continue }
            for index in 0..<count { replies.append(batch.bytes(index)) }
        }
    }
}

/// A request of a version and mode, its transmit timestamp all `mark`.
func request(version: UInt8 = 4, mode: UInt8 = 3, mark: UInt8 = 0x5a) -> [UInt8] {
    var octets = [UInt8](repeating: 0, count: 48)
    octets[0] = version << 3 | mode
    octets[2] = 7
    for index in 40..<48 { octets[index] = mark }
    return octets
}
