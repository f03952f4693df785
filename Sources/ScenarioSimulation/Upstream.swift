import NTPTime
import NTPWire
import NetworkAddress

/// An upstream server and the way to it.
struct Upstream {
    let character: ServerCharacter
    let address: IPAddress
    private let oscillator: Oscillator
    private var path: NetworkPath
    private(set) var requests: Int64 = 0

    /// Between a request's arrival and the reply's departure.
    private static let processing = NTPDuration.microseconds(20)

    /// - Parameter index: its place among the scenario's servers.
    init(_ character: ServerCharacter, index: Int, seed: UInt64) {
        self.character = character
        // 192.0.2.0/24 is for documentation.
        address = IPAddress(v4: 0xc000_0201 + UInt32(index))
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

    func isReachable(at time: NTPDuration) -> Bool { !character.outages.contains { $0.contains(time) } }

    /// The reply to a request that left at `time`, and when it arrives; nil if one of them is lost.
    mutating func answer(
        _ request: NTPPacket,
        sentAt time: NTPDuration,
        _ truth: TrueTime
    ) -> (arrival: NTPDuration, reply: NTPPacket)? {
        requests += 1
        guard let forth = path.delay(.forth, at: time), isReachable(at: time + forth) else { return nil }
        let received = time + forth
        let sent = received + Self.processing
        guard let back = path.delay(.back, at: sent), isReachable(at: sent) else { return nil }
        let timestamp = date(at: received, truth).timestamp
        let reply = NTPPacket(
            leap: character.leap ?? truth.leapIndicator(at: received),
            version: request.version,
            mode: .server,
            stratum: character.stratum,
            poll: request.poll,
            precision: -24,
            rootDelay: NTPShort(roundingUp: character.rootDelay),
            rootDispersion: NTPShort(roundingUp: character.rootDispersion),
            referenceID: ReferenceID(text: "GPS"),
            referenceTimestamp: timestamp,
            originTimestamp: request.transmitTimestamp,
            receiveTimestamp: timestamp,
            transmitTimestamp: date(at: sent, truth).timestamp
        )
        return (sent + back, reply)
    }

    private func date(at time: NTPDuration, _ truth: TrueTime) -> NTPDate {
        var error = character.offset + .seconds(oscillator.gain(at: time))
        for step in character.steps where step.time <= time { error += step.offset }
        return truth.date(at: time) + error
    }
}
