import Authentication
import NTPTime
import NTPWire
import NetworkAddress
import Testing

@testable import NTPEngine

@Suite struct `Broadcasts` {
    private let address = SocketAddress(address: IPAddress(v4: 0xc000_02ff), port: 123)

    private func world(isUp: Bool = true, keyID: UInt32? = nil, keys: [SymmetricKey] = []) -> World {
        World(
            servers: ["192.0.2.1": World.Server(isUp: isUp)],
            broadcasts: [
                BroadcastConfiguration(address: address, version: 3, interval: PollExponent(4), keyID: keyID)
            ],
            keys: keys
        )
    }

    @Test func `say what is served, at the interval, once the time is known`() throws {
        let world = world()
        world.run(600)
        let synchronised = try #require(world.broadcasts.first?.time)
        #expect(synchronised > 1 && world.broadcasts.count >= Int((600 - synchronised) / 16) - 1)
        for (broadcast, next) in zip(world.broadcasts, world.broadcasts.dropFirst()) {
            #expect((next.time - broadcast.time - 16).magnitude < 0.1)
        }
        for broadcast in world.broadcasts {
            let packet = try NTPPacket(broadcast.datagram.span)
            #expect(broadcast.address == address && broadcast.datagram.count == NTPPacket.length)
            #expect(packet.mode == .broadcast && packet.version == 3 && packet.stratum == 2 && packet.leap == .none)
            #expect(packet.poll == PollExponent(4))
            #expect(packet.originTimestamp.isZero && packet.receiveTimestamp.isZero)
            let error = packet.transmitTimestamp - (World.epoch + .seconds(broadcast.time)).timestamp
            #expect(error.magnitude < packet.rootDelay.duration / 2 + packet.rootDispersion.duration)
        }
    }

    @Test func `are not made before the time is known`() {
        let world = world(isUp: false)
        world.run(600)
        #expect(world.broadcasts.isEmpty)
    }

    @Test func `carry a code of their key, and go nowhere without the key`() throws {
        let key = try #require(SymmetricKey(id: 7, algorithm: .sha1, secret: Array("secret".utf8)))
        let world = world(keyID: 7, keys: [key])
        world.run(100)
        let datagram = try #require(world.broadcasts.last?.datagram)
        let trailer = try PacketTrailer(datagram.span, version: 3)
        #expect(KeyTable([key]).authentication(of: datagram.span, trailer).isGenuine)

        let unknown = self.world(keyID: 7)
        unknown.run(100)
        #expect(unknown.broadcasts.isEmpty && unknown.engine.state == .synchronised)
    }
}
