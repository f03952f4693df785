import Authentication
import ClockDiscipline
import DS3231
import Foundation
import HAL
import NTPTime
import NTPWire
import NetworkAddress
import Support
@testable import RTCReference

@testable import NTPEngine

/// A host with a crystal of its own, servers across a network and an RTC, in virtual time, around the real engine.
final class World {
    /// An upstream server.
    struct Server {
        /// Its clock less true time, in seconds.
        var offset = 0.0
        var stratum: UInt8 = 1
        var leap = LeapIndicator.none
        var referenceID = ReferenceID(text: "GPS")
        /// One-way delay in seconds, and the mean of what queues add to it.
        var delay = 0.5e-3
        var jitter = 0.02e-3
        var isUp = true
        /// A kiss code to answer with.
        var kiss: ReferenceID?
        /// What its replies are authenticated by.
        var key: SymmetricKey?
        /// Requests seen, by true time.
        var requests: [Double] = []
    }

    /// The chip: its time less true time at the start, and its rate.
    struct Chip {
        var offset = 0.0
        var drift = 0.0
        var failure: RTCTrouble?
        /// Whether it has stopped, and has no time until it is set.
        var isTimeless = false
        var trim = TrimOffset(steps: 0)
    }

    static let epoch = NTPDate(unixSeconds: 1_800_000_000)

    var servers: [IPAddress: Server]
    var chip: Chip?
    var hosts: [String: [IPAddress]] = [:]
    /// The leap second that there is.
    var leap: LeapSecond?
    /// True time in seconds since the epoch, leap seconds included.
    private(set) var time: Double
    private let start: Double
    /// True rate over the oscillator's, less one.
    let frequency: Double
    private(set) var clock: ClockTrajectory
    private(set) var engine: Engine
    private(set) var log: [String] = []
    private(set) var savedFrequency: Frequency?
    private(set) var savedRTC: String?
    private(set) var steps: [Double] = []
    private(set) var broadcasts: [(time: Double, address: SocketAddress, datagram: NTPDatagram)] = []
    private(set) var steering: ClockSteering?
    private(set) var hasPanicked = false
    private(set) var writes = 0
    private var arrivals: [(time: Double, action: (World) -> Void)] = []
    private var generator: SplitMix
    /// Changes each reply on its way, for the tests of the reply's checks.
    var tamper: (inout NTPPacket) -> Void = { _ in }
    /// Whether servers answer that our codes are wrong.
    var refusesCodes = false
    /// Whether somebody who has seen the request answers it before the server does.
    var forges = false

    init(
        servers: [String: Server],
        sources: [SourceConfiguration]? = nil,
        broadcasts: [BroadcastConfiguration] = [],
        chip: Chip? = nil,
        limits: ClockLoop.Limits = ClockLoop.Limits(),
        selection: SelectionLimits = SelectionLimits(),
        maximumPoolAssociations: Int? = nil,
        lastResort: LastResort? = nil,
        frequency: Double = 12e-6,
        clockOffset: Double = 0.05,
        savedFrequency: Frequency? = nil,
        savedRTC: String? = nil,
        trimsRTC: Bool = true,
        holdover: HoldoverLimits = HoldoverLimits(),
        leapSmearInterval: NTPDuration? = nil,
        keys: [SymmetricKey] = [],
        start: Double = 0,
        seed: UInt64 = 1
    ) {
        self.start = start
        time = start
        self.servers = Dictionary(uniqueKeysWithValues: servers.map { (IPAddress($0.key) ?? .loopbackV4, $0.value) })
        self.chip = chip
        self.frequency = frequency
        generator = SplitMix(state: seed)
        let reading = ClockReading(
            monotonic: .zero + .seconds(500),
            date: Self.epoch + .seconds(start + clockOffset)
        )
        clock = ClockTrajectory(from: reading)
        let lines =
            sources
            ?? servers.keys.sorted().map {
                SourceConfiguration(
                    host: $0,
                    initialBurst: true,
                    minimumPoll: PollExponent(4),
                    maximumPoll: PollExponent(6)
                )
            }
        engine = Engine(
            configuration: EngineConfiguration(
                sources: lines,
                broadcasts: broadcasts,
                limits: limits,
                selection: selection,
                maximumPoolAssociations: maximumPoolAssociations,
                lastResort: lastResort,
                rtc: chip == nil ? nil : DS3231.kind,
                trimsRTC: trimsRTC,
                holdover: holdover,
                leapSmearInterval: leapSmearInterval,
                keys: KeyTable(keys)
            ),
            frequency: savedFrequency,
            savedRTC: savedRTC,
            random: Bits(seed: seed),
            at: reading
        )
    }

    // MARK: Time

    var monotonic: MonotonicTime { moment(at: time) }
    private func moment(at trueTime: Double) -> MonotonicTime {
        .zero + .seconds(500) + .seconds((trueTime - start) / (1 + frequency))
    }
    private func trueTime(of moment: MonotonicTime) -> Double {
        (moment.sinceStart - .seconds(500)).seconds * (1 + frequency) + start
    }
    var trueDate: NTPDate {
        let date = Self.epoch + .seconds(time)
        guard let leap, date >= leap.date else { return date }
        return date + leap.correction
    }
    var now: ClockReading { ClockReading(monotonic: monotonic, date: clock.date(at: monotonic)) }
    /// The served clock less true time, in seconds.
    var error: Double { (clock.date(at: monotonic) - trueDate).seconds }

    /// Runs for `seconds`; `check` sees the world after every event.
    func run(_ seconds: Double, check: (World) -> Void = { _ in }) {
        let end = time + seconds
        while true {
            perform()
            check(self)
            let due = max(time, trueTime(of: engine.nextDeadline))
            let arrival = arrivals.map(\.time).min() ?? .infinity
            let next = min(due, arrival)
            guard next < end, !hasPanicked else { break }
            // Deadlines are rounded to the oscillator's resolution: never a hair too early.
            time = next + 1e-8
            if arrival <= due, let index = arrivals.firstIndex(where: { $0.time == arrival }) {
                arrivals.remove(at: index).action(self)
            } else {
                engine.advance(to: now)
            }
        }
        time = max(time, end)
    }

    func setSources(_ sources: [SourceConfiguration]) {
        engine.setSources(sources, at: monotonic)
        engine.advance(to: now)
        perform()
    }

    func shutDown() {
        engine.shutDown(at: now)
        perform()
    }

    /// Somebody else sets the clock.
    func stepClock(by seconds: Double) { clock.step(by: .seconds(seconds), at: monotonic) }

    func setLeapSeconds(_ table: LeapSecondTable?) { engine.setLeapSeconds(table) }

    func setRTCBeforeEnd() -> Bool { engine.setRTCBeforeEnd(at: now) }

    func setRTC(to date: NTPDate?) -> String? { engine.setRTC(to: date, at: now) }

    func trimRTC(to trim: TrimOffset?) -> String? { engine.trimRTC(to: trim, at: now) }

    func deliver(_ octets: [UInt8], to id: AssociationID) {
        engine.received(id, octets.span, at: monotonic, now: now)
        perform()
    }

    // MARK: Actions

    private func perform() {
        for action in engine.takeActions() {
            switch action {
            case .send(let id, let address, let request): transmit(request, to: address.address, for: id)
            case .broadcast(let datagram, let address, _): broadcasts.append((time, address, datagram))
            case .associationsChanged, .close, .measured, .corrected: break
            case .publish(let status): clock.announce(status.leap, at: monotonic)
            case .resolve(let id, let host):
                let addresses = hosts[host] ?? IPAddress(host).map { [$0] } ?? []
                later(0.01) { world in
                    world.engine.resolved(
                        id,
                        to: addresses.map { ResolvedAddress(address: $0, referenceID: $0.v4Bits) },
                        at: world.now
                    )
                }
            case .step(let offset):
                steps.append(offset.seconds)
                clock.step(by: offset, at: monotonic)
            case .steer(let steering):
                self.steering = steering
                clock.steer(steering, at: monotonic)
            case .rtc(let request): ask(request)
            case .saveFrequency(let frequency): savedFrequency = frequency
            case .saveRTC(let text): savedRTC = text
            case .log(_, let text): log.append(text)
            case .panic: hasPanicked = true
            }
        }
    }

    private func later(_ delay: Double, _ action: @escaping (World) -> Void) {
        arrivals.append((time + delay, action))
    }

    private func queueing(_ mean: Double) -> Double {
        -mean * Foundation.log(1 - Double.random(in: 0..<1, using: &generator))
    }

    private func transmit(_ datagram: NTPDatagram, to address: IPAddress, for id: AssociationID) {
        guard let request = try? NTPPacket(datagram.span), servers[address] != nil else { return }
        servers[address]?.requests.append(time)
        guard let server = servers[address], server.isUp else { return }
        let forth = server.delay + queueing(server.jitter)
        let back = server.delay + queueing(server.jitter)
        let received = trueDate + .seconds(forth + server.offset)
        var reply = NTPPacket(
            leap: server.leap,
            mode: .server,
            stratum: server.stratum,
            poll: request.poll,
            precision: -23,
            rootDelay: NTPShort(roundingUp: .milliseconds(0.1)),
            rootDispersion: NTPShort(roundingUp: .milliseconds(0.1)),
            referenceID: server.referenceID,
            referenceTimestamp: received.timestamp,
            originTimestamp: request.transmitTimestamp,
            receiveTimestamp: received.timestamp,
            transmitTimestamp: (received + .microseconds(20)).timestamp
        )
        if let kiss = server.kiss {
            reply.stratum = 0
            reply.leap = .unsynchronised
            reply.referenceID = kiss
        }
        tamper(&reply)
        var arriving = NTPDatagram(reply)
        if forges {
            let forgery = arriving
            later(forth) { world in
                world.engine.received(id, forgery.span, at: world.monotonic, now: world.now)
            }
        }
        if let key = server.key { arriving.authenticate(with: key, digestLength: key.codeLength) }
        if refusesCodes { arriving.append(bigEndian: 0) }
        later(forth + 20e-6 + back) { world in
            world.engine.received(id, arriving.span, at: world.monotonic, now: world.now)
        }
    }

    /// A second of the chip that began at `trueTime`.
    private func edge(at trueTime: Double, second: Double) -> EdgeSample {
        EdgeSample(
            edge: moment(at: trueTime),
            uncertainty: .milliseconds(0.3),
            chipTime: Self.epoch + .seconds(second),
            temperature: Temperature(quarterDegrees: 100),
            trim: chip?.trim ?? TrimOffset(steps: 0)
        )
    }

    private func ask(_ request: RTCRequest) {
        guard let chip else { return }
        let failure = chip.failure
        switch request {
        case .sample:
            let chipTime = time + chip.offset + chip.drift * time
            let second = chipTime.rounded(.up) + 1
            let edge = (second - chip.offset) / (1 + chip.drift)
            later(edge - time + 0.01) { world in
                let sample = world.edge(at: edge, second: second)
                guard !chip.isTimeless else {
                    return world.engine.rtcAnswered(.timeless(.failed(.oscillatorStopped)), at: world.now)
                }
                world.engine.rtcAnswered(failure.map { .failed(request, $0) } ?? .sample(sample), at: world.now)
            }
        case .trim(let trim):
            later(0.3) { world in
                let change = Double(trim.steps - chip.trim.steps) * 0.1e-6
                world.chip?.drift -= change
                world.chip?.offset += change * world.time
                world.chip?.trim = trim
                let report = TrimReport(before: chip.trim, after: trim, effective: world.monotonic)
                world.engine.rtcAnswered(
                    failure.map { .failed(request, $0) } ?? .trimmed(report),
                    at: world.now
                )
            }
        case .write(let timescale):
            later(1.5) { world in
                if failure == nil {
                    let set = (timescale.date(at: world.monotonic) - Self.epoch).seconds - world.time
                    world.chip?.offset = set - chip.drift * world.time + 0.2e-3
                    world.chip?.isTimeless = false
                    world.writes += 1
                }
                let report = WriteReport(
                    written: world.trueDate,
                    residual: .milliseconds(0.2),
                    uncertainty: .milliseconds(0.3),
                    oscillatorHadStopped: false,
                    wasOffOnBattery: false,
                    edge: world.edge(at: world.time, second: world.time.rounded())
                )
                world.engine.rtcAnswered(
                    failure.map { .failed(request, $0) } ?? .written(report),
                    at: world.now
                )
            }
        }
    }
}
