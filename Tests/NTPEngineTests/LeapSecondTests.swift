import DS3231
import ClockDiscipline
import Foundation
import NTPTime
import NTPWire
import NetworkAddress
import RTCReference
import ScenarioSimulation
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

    /// Begins `seconds` before `midnight`, with three servers.
    private static func world(
        before midnight: NTPDate,
        by seconds: Double,
        announcing leap: LeapIndicator = .none,
        leapSecond: LeapSecond? = nil,
        hasChip: Bool = true,
        leapSmearInterval: NTPDuration? = nil
    ) -> SimulatedWorld {
        SimulatedWorld(
            (1...3).map { .server($0) { $0.leap = leap } },
            chip: hasChip ? .chip(offset: .seconds(0.2), drift: .ppm(1)) : nil,
            start: midnight - .seconds(seconds),
            leapSecond: leapSecond
        ) { $0.leapSmearInterval = leapSmearInterval }
    }

    @Test(arguments: [LeapSecond.Kind.insertion, .deletion], [true, false])
    func `of the table is made by clock, estimate and RTC alike, with servers or without`(
        kind: LeapSecond.Kind,
        hasServers: Bool
    ) {
        let second = LeapSecond(kind, before: Self.unusual)
        let world = Self.world(before: Self.unusual, by: 7_200, leapSecond: second)
        world.setLeapSeconds(Self.table(second))
        world.run(3_600)
        #expect(world.engine.served.leap == second.indicator)
        for number in 1...3 where !hasServers { world.inject(.outageBegins, to: number) }
        let (writes, steps) = (world.writes, world.steps)
        runHonestly(world, 3_600 + 1)
        #expect(world.engine.state.kind == (hasServers ? .synchronised : .holdover))
        #expect(world.log.contains("leap second \(kind == .insertion ? "inserted" : "deleted")"))
        #expect(world.engine.served.leap == .none)
        runHonestly(world, 7_200)
        #expect(world.error.magnitude < .milliseconds(2) && world.steps == steps)
        #expect(world.engine.rtc?.doubt == .zero && world.engine.rtc?.refusal == nil)
        if hasServers {
            #expect(world.writes > writes)
            #expect(world.chipOffset.magnitude < .seconds(0.1))
        }
    }

    @Test func `is announced on its day only`() {
        let second = LeapSecond(.insertion, before: Self.unusual)
        let world = Self.world(before: Self.unusual, by: 90_000, leapSecond: second, hasChip: false)
        world.setLeapSeconds(Self.table(second))
        world.run(3_500)
        #expect(world.engine.state.kind == .synchronised && world.engine.served.leap == .none)
        world.run(1_200)
        #expect(world.engine.served.leap == .insertion)
    }

    @Test(arguments: [LeapIndicator.insertion, .deletion])
    func `of the servers is believed on a usual day`(indicator: LeapIndicator) {
        let world = Self.world(
            before: Self.usual,
            by: 3_600,
            announcing: indicator,
            leapSecond: LeapSecond(announcedBy: indicator, on: Self.usual - .seconds(1))
        )
        world.run(3_500)
        #expect(world.engine.served.leap == indicator)
        let steps = world.steps
        runHonestly(world, 3_600)
        #expect(world.engine.served.leap == .none && world.error.magnitude < .milliseconds(1) && world.steps == steps)
    }

    @Test func `that the servers take back does not come`() {
        let world = Self.world(before: Self.usual, by: 7_200, announcing: .insertion)
        world.run(3_600)
        #expect(world.engine.served.leap == .insertion)
        for number in 1...3 { world.inject(.leap(LeapIndicator.none), to: number) }
        runHonestly(world, 7_200)
        #expect(world.engine.served.leap == .none && world.error.magnitude < .milliseconds(1))
    }

    @Test(arguments: [(unusual, nil), (usual, table(nil))] as [(NTPDate, LeapSecondTable?)])
    func `that servers make up is not believed, against the calendar or the table`(
        midnight: NTPDate,
        table: LeapSecondTable?
    ) {
        let world = Self.world(before: midnight, by: 3_600, announcing: .insertion)
        world.setLeapSeconds(table)
        runHonestly(world, 7_200) { world in
            #expect([.none, .unsynchronised].contains(world.engine.served.leap))
        }
        #expect(world.engine.state.kind == .synchronised && world.error.magnitude < .milliseconds(1))
    }

    @Test func `of the servers counts when the table has expired`() {
        let world = Self.world(before: Self.usual, by: 3_600, announcing: .insertion)
        world.setLeapSeconds(Self.table(nil, expiry: Self.usual - .seconds(86_400)))
        world.run(1_800)
        #expect(world.engine.served.leap == .insertion)
    }

    @Test func `is smeared where that is wanted, and only in what clients are told`() throws {
        let second = LeapSecond(.insertion, before: Self.unusual)
        let world = Self.world(
            before: Self.unusual,
            by: 7_200,
            leapSecond: second,
            leapSmearInterval: .seconds(3_600)
        )
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
            #expect(world.error.magnitude < .milliseconds(1))
        }
        world.run(102)
        #expect(abs(try told().offset) < 1e-3 && last < -0.99)
    }

    @Test func `that came while the machine was off is in the time that the RTC says`() throws {
        let second = LeapSecond(.insertion, before: Self.unusual)
        func error(_ table: LeapSecondTable?) throws -> NTPDuration {
            let world = Self.world(before: Self.unusual, by: 50_000, leapSecond: second)
            world.run(40_000)
            world.shutDown()
            for number in 1...3 { world.inject(.outageBegins, to: number) }
            let saved = world.savedRTC
            world.restart(afterBeingOffFor: 60_000)
            world.setLeapSeconds(table)
            world.run(60)
            #expect(world.engine.state.kind == .holdover)
            let sample = try #require(world.engine.rtc?.lastSample)
            let time = try RTCTime(sample, of: DS3231.kind, saved: saved, assumedError: .seconds(1), leapSeconds: table)
            let date = time.reading.date + (world.now.monotonic - time.reading.monotonic)
            #expect((date - world.now.date).magnitude < .milliseconds(10))
            return world.error
        }
        #expect(try error(Self.table(second)).magnitude < .seconds(0.05))
        #expect(try (error(nil) - .seconds(1)).magnitude < .seconds(0.05))
    }
}
