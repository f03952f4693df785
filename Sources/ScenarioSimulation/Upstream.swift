import NTPTime
import NTPWire
import NetworkAddress

/// An upstream server and the way to it.
package struct Upstream {
    /// As events have changed it.
    private(set) var character: ServerCharacter
    package let address: IPAddress
    private let oscillator: Oscillator
    private var path: NetworkPath
    /// When the client sent its requests, those that got lost among them.
    package private(set) var requests: [NTPDuration] = []
    /// How many there are at the moment.
    private var outages = 0

    /// Between a request's arrival and the reply's departure.
    private static let processing = NTPDuration.microseconds(20)

    /// - Parameter index: its place among the scenario's servers.
    init(_ character: ServerCharacter, index: Int, seed: UInt64) {
        self.character = character
        // 192.0.2.0/24 is for documentation.
        address = IPAddress(character.name) ?? IPAddress(v4: 0xc000_0201 + UInt32(index))
        let stream = 16 * UInt64(index + 1)
        oscillator = Oscillator(
            character.oscillator,
            temperature: .constant(TemperatureProfile.reference),
            generator: SeededGenerator(seed: seed, stream: stream)
        )
        path = NetworkPath(
            character.path,
            generator: SeededGenerator(seed: seed, stream: stream + 1),
            burstGenerator: SeededGenerator(seed: seed, stream: stream + 2)
        )
    }

    var isReachable: Bool { outages == 0 }

    mutating func inject(_ event: ServerEvent) {
        switch event {
        case .step(let offset): character.offset += offset
        case .outageBegins: outages += 1
        case .outageEnds: outages -= 1
        case .loss(let share): path.character.loss = share
        case .leap(let leap): character.leap = leap
        case .stratum(let stratum): character.stratum = stratum
        case .kiss(let code): character.kiss = code
        }
    }

    /// When a request arrives that leaves the client at `time`; nil if it is lost.
    mutating func arrival(ofRequestSentAt time: NTPDuration) -> NTPDuration? {
        requests.append(time)
        return path.delay(.forth, at: time).map { time + $0 }
    }

    /// The reply to a request that arrives at `time`, and when it is back at the client; nil if it is lost.
    mutating func answer(
        _ request: NTPPacket,
        at time: NTPDuration,
        _ truth: TrueTime
    ) -> (arrival: NTPDuration, reply: NTPDatagram)? {
        let sent = time + Self.processing
        guard isReachable, let back = path.delay(.back, at: sent) else { return nil }
        let timestamp = date(at: time, truth).timestamp
        let reply = NTPPacket(
            leap: character.kiss == nil ? character.leap ?? truth.leapIndicator(at: time) : .unsynchronised,
            version: request.version,
            mode: .server,
            stratum: character.kiss == nil ? character.stratum : 0,
            poll: request.poll,
            precision: -24,
            rootDelay: NTPShort(roundingUp: character.rootDelay),
            rootDispersion: NTPShort(roundingUp: character.rootDispersion),
            referenceID: character.kiss ?? ReferenceID(text: "GPS"),
            referenceTimestamp: timestamp,
            originTimestamp: request.transmitTimestamp,
            receiveTimestamp: timestamp,
            transmitTimestamp: date(at: sent, truth).timestamp
        )
        return (sent + back, NTPDatagram(reply))
    }

    func date(at time: NTPDuration, _ truth: TrueTime) -> NTPDate {
        truth.date(at: time) + character.offset + .seconds(oscillator.gain(at: time))
    }
}
