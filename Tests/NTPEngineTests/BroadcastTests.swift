import Authentication
import NTPTime
import NTPWire
import NetworkAddress
import ScenarioSimulation
import ScenarioSimulation
import Testing

@testable import NTPEngine

@Suite struct `Broadcasts` {
    private let address = SocketAddress(address: IPAddress(v4: 0xc000_02ff), port: 123)

    private func world(keyID: UInt32? = nil, keys: [SymmetricKey] = []) -> SimulatedWorld {
        SimulatedWorld {
            $0.broadcasts = [
                BroadcastConfiguration(address: address, version: 3, interval: PollExponent(4), keyID: keyID)
            ]
            $0.keys = KeyTable(keys)
        }
    }

    @Test func `say what is served, at the interval, once the time is known`() throws {
        let world = world()
        world.run(600)
        let synchronised = try #require(world.broadcasts.first?.time.seconds)
        #expect(synchronised > 1 && world.broadcasts.count >= Int((600 - synchronised) / 16) - 1)
        for (broadcast, next) in zip(world.broadcasts, world.broadcasts.dropFirst()) {
            #expect((next.time - broadcast.time - .seconds(16)).magnitude < .seconds(0.1))
        }
        for broadcast in world.broadcasts {
            let packet = try NTPPacket(broadcast.datagram.span)
            #expect(broadcast.address == address && broadcast.datagram.count == NTPPacket.length)
            #expect(packet.mode == .broadcast && packet.version == 3 && packet.stratum == 2 && packet.leap == .none)
            #expect(packet.poll == PollExponent(4))
            #expect(packet.originTimestamp.isZero && packet.receiveTimestamp.isZero)
            let error = packet.transmitTimestamp - (world.scenario.start + broadcast.time).timestamp
            #expect(error.magnitude < packet.rootDelay.duration / 2 + packet.rootDispersion.duration)
        }
    }

    @Test func `are not made before the time is known`() {
        let world = world()
        world.inject(.outageBegins)
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
        #expect(unknown.broadcasts.isEmpty && unknown.engine.state.kind == .synchronised)
    }
}
