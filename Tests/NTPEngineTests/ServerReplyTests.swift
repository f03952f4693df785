import Authentication
import ClockDiscipline
import NTPTime
import NTPWire
import ScenarioSimulation
import Testing

@testable import NTPEngine

/// An exchange of 10 ms with a server, which held the request for `serverTime`.
private struct Exchanged {
    var precision: Int8 = -20
    var serverTime = NTPDuration.zero
    /// What the server says at the request's arrival.
    var date = NTPDate(unixSeconds: 1_800_000_000)
    var rootDelay: UInt32 = 0
    /// What our clock says.
    var pivot = NTPDate(unixSeconds: 1_800_000_000)

    private static let elapsed = NTPDuration.milliseconds(10)

    func reply() throws(ReplyRefusal) -> ClockSample? {
        let request = PendingRequest(transmitTimestamp: NTPTimestamp(bits: 99), sentAt: .zero)
        let packet = NTPPacket(
            mode: .server,
            stratum: 1,
            precision: precision,
            rootDelay: NTPShort(bits: rootDelay),
            originTimestamp: request.transmitTimestamp,
            receiveTimestamp: date.timestamp,
            transmitTimestamp: (date + serverTime).timestamp
        )
        let check = ReplyCheck(
            pivot: pivot,
            frequency: .zero,
            precision: -20,
            ownReferenceIDs: [],
            thermal: .none,
            allowance: .cautious,
            plausibleDates: NTPDate.plausible,
            keyID: nil,
            keys: KeyTable()
        )
        let octets = packet.octets
        guard
            case .time(let sample, _) = try check.reply(
                in: octets.span,
                receivedAt: .zero + Self.elapsed,
                to: request
            )
        else { return nil }
        return sample
    }
}

@Suite struct `A server's root delay` {
    /// ntpd's is a signed number, and below zero where its clock's frequency was off while it measured.
    @Test(
        arguments: [
            (0xffff_f000, .milliseconds(62.5)), (0xffff_ffff, NTPDuration(units: 1 << 16)),
            (0x0000_1000, .milliseconds(62.5)),
        ] as [(UInt32, NTPDuration)]
    )
    func `may be negative, and bounds as much as its magnitude`(bits: UInt32, magnitude: NTPDuration) throws {
        #expect(NTPShort(bits: bits).signedMagnitude == magnitude)
        #expect(try Exchanged(rootDelay: bits).reply() != nil)
    }

    @Test(arguments: [0x8000_0000, 0xffe0_0000, 0x0020_0000] as [UInt32])
    func `of 32 s or more is too much`(bits: UInt32) {
        #expect(throws: ReplyRefusal.tooDistant) { try Exchanged(rootDelay: bits).reply() }
    }
}

@Suite struct `The server's own time` {
    @Test(arguments: [
        // chrony's precision, of which the bits below are random.
        (Int8(-25), NTPDuration.nanoseconds(-29)), (-20, .nanoseconds(-950)), (-6, .milliseconds(-15.6)),
        (-5, .milliseconds(-31.2)), (-20, .milliseconds(10.9)), (3, .milliseconds(41)),
    ])
    func `may be off by what its timestamps are coarse`(precision: Int8, serverTime: NTPDuration) throws {
        let exchanged = Exchanged(precision: precision, serverTime: serverTime)
        let sample = try #require(try exchanged.reply())
        #expect(sample.date == exchanged.date + serverTime / 2)
        #expect(sample.delay == max(.zero, .milliseconds(10) - serverTime) && sample.delay >= .zero)
        // What the timestamps are off by is within the bound.
        #expect(serverTime > .zero || sample.dispersion > serverTime.magnitude)
    }

    @Test(arguments: [
        (Int8(-25), NTPDuration.nanoseconds(-31)), (-20, .microseconds(-1)), (-128, .nanoseconds(-5)),
        (-20, .milliseconds(11.1)), (0, .milliseconds(-40)), (30, .milliseconds(-40)), (127, .seconds(-3)),
        (127, .milliseconds(43)), (127, .seconds(1_000)),
    ])
    func `is refused beyond that, whatever precision is announced`(precision: Int8, serverTime: NTPDuration) {
        #expect(throws: ReplyRefusal.invalidHeader) {
            try Exchanged(precision: precision, serverTime: serverTime).reply()
        }
    }
}

@Suite struct `The server's date` {
    private static func date(_ year: Int32, _ month: UInt8 = 1) -> NTPDate {
        CivilTime(year: year, month: month, day: 1).date
    }

    @Test(
        arguments: [date(2026, 11), date(2027), date(2036, 3), date(2038, 2), date(2046, 10)],
        [date(2027), date(2046)]
    )
    func `is believed in the plausible window, whatever era it is of`(date: NTPDate, pivot: NTPDate) throws {
        #expect(try Exchanged(date: date, pivot: pivot).reply()?.date == date)
    }

    @Test(arguments: [date(1980), date(2026, 10), date(2046, 12), date(2090)], [date(2027), date(2046)])
    func `is refused outside of it`(date: NTPDate, pivot: NTPDate) {
        #expect(throws: ReplyRefusal.implausibleDate) { try Exchanged(date: date, pivot: pivot).reply() }
    }

    @Test func `is believed by a clock that is beyond the window itself`() {
        let limits = ClockLoop.Limits(allowsFirstPanic: true)
        for year: Int32 in [1970, 2090] {
            let offset = Self.date(year) - NTPDate(unixSeconds: 1_800_000_000)
            let world = SimulatedWorld(clockOffset: offset) { $0.limits = limits }
            world.run(60)
            #expect(world.engine.state.kind == .synchronised && world.error.magnitude < .milliseconds(1), "\(year)")
        }
    }
}

@Suite struct `Refused replies` {
    @Test func `are counted by reason, and the first of each is logged`() throws {
        let world = SimulatedWorld()
        var replies = 0
        world.tamper { reply in
            replies += 1
            switch replies % 4 {
            case 0: reply.leap = .unsynchronised
            case 1: reply.rootDispersion = NTPShort(roundingUp: .seconds(16))
            case 2: reply.originTimestamp.bits ^= 1
            default: break
            }
        }
        world.run(2_000)
        let refusals = try #require(world.engine.associations.first).refusals
        #expect(refusals.reasons == [.bogusOrigin, .unsynchronised, .tooDistant])
        for refusal in refusals.reasons {
            #expect(refusals[refusal] > 5 && refusals[refusal] <= UInt64(replies + 3) / 4)
            let address = try #require(world.engine.associations.first).address
            #expect(world.events.count { $0 == .refused(address, refusal, keyID: nil) } == 1, "\(world.events)")
        }
    }
}
