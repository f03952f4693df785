import DS3231
import ClockDiscipline
import Foundation
import NTPTime
import NTPWire
import NetworkAddress
import Support
import Testing

@testable import NTPEngine

@Suite struct `A leap second` {
    /// No usual day for one, so that only the table can know.
    private static let unusual = CivilTime(year: 2027, month: 2, day: 1).date
    private static let usual = CivilTime(year: 2027, month: 7, day: 1).date

    private static func table(_ second: LeapSecond?, expiry: NTPDate = usual + .seconds(1e6)) -> LeapSecondTable {
        var changes = [LeapSecondTable.Change(date: NTPDate(seconds: 2_272_060_800), taiOffset: 37)]
        if let second {
            changes.append(
                LeapSecondTable.Change(date: second.midnight, taiOffset: second.kind == .insertion ? 38 : 36)
            )
        }
        return LeapSecondTable(changes: changes, expiry: expiry)
    }

    /// Begins `seconds` before `midnight`.
    private static func world(
        before midnight: NTPDate,
        by seconds: Double,
        announcing leap: LeapIndicator = .none,
        hasChip: Bool = true,
        leapSmearInterval: NTPDuration? = nil,
        chip: World.Chip? = nil,
        savedRTC: String? = nil,
        servers: Bool = true
    ) -> World {
        let server = World.Server(leap: leap)
        let start = (midnight - World.epoch).seconds - seconds
        return World(
            servers: servers ? ["192.0.2.1": server, "192.0.2.2": server, "192.0.2.3": server] : [:],
            chip: hasChip ? chip ?? World.Chip(offset: 0.2 - 1e-6 * start, drift: 1e-6) : nil,
            savedRTC: savedRTC,
            leapSmearInterval: leapSmearInterval,
            start: start
        )
    }

    /// The bound holds at all moments but those at which the clocks leap one after the other.
    private static func holdsBound(_ world: World) -> Bool {
        guard world.engine.state != .unsynchronised else { return true }
        if let leap = world.leap, (World.epoch + .seconds(world.time) - leap.date).magnitude < .milliseconds(10) {
            return true
        }
        return abs(world.error) <= world.engine.served.rootDistance(at: world.now).seconds
    }

    @Test(arguments: [LeapSecond.Kind.insertion, .deletion], [true, false])
    func `of the table is made by clock, estimate and RTC alike, with servers or without`(
        kind: LeapSecond.Kind,
        hasServers: Bool
    ) {
        let second = LeapSecond(kind, before: Self.unusual)
        let world = Self.world(before: Self.unusual, by: 7_200)
        world.leap = second
        world.setLeapSeconds(Self.table(second))
        world.run(3_600)
        #expect(world.engine.served.leap == second.indicator)
        for address in world.servers.keys where !hasServers { world.servers[address]?.isUp = false }
        let (writes, steps) = (world.writes, world.steps)
        world.run(3_600 + 1) { #expect(Self.holdsBound($0)) }
        #expect(world.engine.state == (hasServers ? .synchronised : .holdover))
        #expect(world.log.contains("leap second \(kind == .insertion ? "inserted" : "deleted")"))
        #expect(world.engine.served.leap == .none)
        world.run(7_200) { #expect(Self.holdsBound($0)) }
        #expect(abs(world.error) < 2e-3 && world.steps == steps)
        #expect(world.engine.rtc?.contradiction == nil && world.engine.rtc?.refusal == nil)
        if hasServers {
            #expect(world.writes > writes)
            let shown = (world.chip?.offset ?? 0) + (world.chip?.drift ?? 0) * world.time
            #expect(abs(shown - second.correction.seconds) < 0.1)
        }
    }

    @Test func `is announced on its day only`() {
        let second = LeapSecond(.insertion, before: Self.unusual)
        let world = Self.world(before: Self.unusual, by: 90_000, hasChip: false)
        world.leap = second
        world.setLeapSeconds(Self.table(second))
        world.run(3_500)
        #expect(world.engine.state == .synchronised && world.engine.served.leap == .none)
        world.run(1_200)
        #expect(world.engine.served.leap == .insertion)
    }

    @Test(arguments: [LeapIndicator.insertion, .deletion])
    func `of the servers is believed on a usual day`(indicator: LeapIndicator) {
        let world = Self.world(before: Self.usual, by: 3_600, announcing: indicator)
        world.leap = LeapSecond(announcedBy: indicator, on: Self.usual - .seconds(1))
        world.run(3_500)
        #expect(world.engine.served.leap == indicator)
        let steps = world.steps
        world.run(3_600) { #expect(Self.holdsBound($0)) }
        #expect(world.engine.served.leap == .none && abs(world.error) < 1e-3 && world.steps == steps)
    }

    @Test func `that the servers take back does not come`() {
        let world = Self.world(before: Self.usual, by: 7_200, announcing: .insertion)
        world.run(3_600)
        #expect(world.engine.served.leap == .insertion)
        for address in world.servers.keys { world.servers[address]?.leap = .none }
        world.run(7_200) { #expect(Self.holdsBound($0)) }
        #expect(world.engine.served.leap == .none && abs(world.error) < 1e-3)
    }

    @Test(arguments: [(unusual, nil), (usual, table(nil))] as [(NTPDate, LeapSecondTable?)])
    func `that servers make up is not believed, against the calendar or the table`(
        midnight: NTPDate,
        table: LeapSecondTable?
    ) {
        let world = Self.world(before: midnight, by: 3_600, announcing: .insertion)
        world.setLeapSeconds(table)
        world.run(7_200) { world in
            #expect(Self.holdsBound(world) && [.none, .unsynchronised].contains(world.engine.served.leap))
        }
        #expect(world.engine.state == .synchronised && abs(world.error) < 1e-3)
    }

    @Test func `of the servers counts when the table has expired`() {
        let world = Self.world(before: Self.usual, by: 3_600, announcing: .insertion)
        world.setLeapSeconds(Self.table(nil, expiry: Self.usual - .seconds(86_400)))
        world.run(1_800)
        #expect(world.engine.served.leap == .insertion)
    }

    @Test func `is smeared where that is wanted, and only in what clients are told`() throws {
        let second = LeapSecond(.insertion, before: Self.unusual)
        let world = Self.world(before: Self.unusual, by: 7_200, leapSmearInterval: .seconds(3_600))
        world.leap = second
        world.setLeapSeconds(Self.table(second))
        func told() throws -> (offset: Double, packet: NTPPacket) {
            var responder = Responder(access: AccessList(), random: Bits(seed: 1))
            let client = SocketAddress(address: IPAddress(v4: 0xc000_0263), port: 40_000)
            let request = [0x23] + [UInt8](repeating: 0, count: 47)
            let datagram = responder.reply(
                to: request.span,
                from: client,
                received: world.now.date,
                served: world.engine.served,
                now: world.now
            )
            let packet = try NTPPacket(try #require(datagram).span)
            #expect(packet.leap == .none && packet.receiveTimestamp == packet.transmitTimestamp)
            return ((packet.transmitTimestamp - world.trueDate.timestamp).seconds, packet)
        }
        world.run(3_500)
        #expect(abs(try told().offset) < 1e-3)
        #expect(try told().packet.referenceID == world.engine.served.referenceID)
        var last = 0.0
        for part in 1...36 {
            world.run(100)
            let (offset, packet) = try told()
            let expected = -(1 - cos(.pi * Double(part * 100 - 100) / 3_600)) / 2
            #expect(abs(offset - expected) < 2e-3 && offset <= last + 1e-3, "\(part)")
            last = offset
            let bits = Int32(bitPattern: packet.referenceID.bits << 8) >> 8
            #expect(part == 1 || packet.referenceID.bits >> 24 == 254 && abs(Double(bits) / 4_194_304 - offset) < 2e-3)
            #expect(abs(world.error) < 1e-3)
        }
        world.run(102)
        #expect(abs(try told().offset) < 1e-3 && last < -0.99)
    }

    @Test func `that came while the machine was off is in the time that the RTC says`() throws {
        let second = LeapSecond(.insertion, before: Self.unusual)
        let before = Self.world(before: Self.unusual, by: 50_000)
        before.run(40_000)
        before.shutDown()
        func error(_ table: LeapSecondTable?) throws -> Double {
            let after = Self.world(
                before: Self.unusual,
                by: -50_000,
                chip: before.chip,
                savedRTC: before.savedRTC,
                servers: false
            )
            after.leap = second
            after.setLeapSeconds(table)
            after.run(60)
            #expect(after.engine.state == .holdover)
            let sample = try #require(after.engine.rtc?.lastSample)
            let time = try RTCTime(
                sample,
                of: DS3231.kind,
                saved: before.savedRTC,
                assumedError: .seconds(1),
                leapSeconds: table
            )
            let date = time.reading.date + (after.monotonic - time.reading.monotonic)
            #expect((date - after.now.date).magnitude < .milliseconds(10))
            return after.error
        }
        #expect(try abs(error(Self.table(second))) < 0.05)
        #expect(try abs(error(nil) - 1) < 0.05)
    }
}
