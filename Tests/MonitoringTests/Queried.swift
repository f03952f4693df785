import Authentication
import DS3231
import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress
import Support

@testable import Monitoring

/// A daemon with some upstream servers and an RTC that can be asked by control messages.
final class Queried {
    var engine: Engine
    var responder: Responder
    var server: QueryServer
    var now = ClockReading(monotonic: .zero + .seconds(500), date: NTPDate(unixSeconds: 1_800_000_000))

    static let local = SocketAddress(address: .loopbackV4, port: 40_000)

    init(servers: Int = 2, access: [(IPNetwork, AccessRestrictions)] = [], keys: [SymmetricKey] = []) {
        let random = Bits(seed: 1)
        let sources = (0..<servers).map { SourceConfiguration(host: "server\($0).example") }
        engine = Engine(
            configuration: EngineConfiguration(sources: sources, rtc: DS3231.kind),
            frequency: nil,
            savedRTC: nil,
            random: random,
            at: now
        )
        responder = Responder(
            access: AccessList(access.map { (network: $0.0, restrictions: $0.1) }),
            keys: KeyTable(keys),
            random: random
        )
        server = QueryServer(random: random)
        for index in 0..<servers {
            let address = IPAddress(v4: 0xc000_0200 + UInt32(index))
            engine.resolved(index, to: [ResolvedAddress(address: address, referenceID: address.v4Bits)], at: now)
        }
    }

    var view: QueryView {
        QueryView(
            engine: engine,
            responders: [responder],
            host: HostDescription(
                version: "1.2",
                processor: "armv7l",
                system: "Linux/6.1",
                rtcName: "DS3231",
                servesKernelClock: true
            ),
            now: now,
            uptime: .seconds(60),
            queries: server.count
        )
    }

    func answer(_ datagram: [UInt8], from client: SocketAddress = local) -> [[UInt8]] {
        server.answer(datagram.span, from: client, about: view)
    }

    /// What a control message with these data gets: the status, and the data of all fragments, or the error.
    func ask(
        _ opcode: UInt8,
        _ association: UInt16 = 0,
        _ data: String = "",
        from client: SocketAddress = local
    ) -> Answer? {
        let datagrams = answer(message(opcode, association, data), from: client)
        guard !datagrams.isEmpty else { return nil }
        var answer = Answer()
        for datagram in datagrams {
            guard let header = ControlHeader(datagram.span), header.isResponse, header.opcode == opcode,
                header.sequence == 7, header.association == association, header.hasMore == (datagram != datagrams.last)
            else { return nil }
            answer.status = header.status
            if header.isError { answer.error = ControlError(rawValue: UInt8(header.status >> 8)) }
            guard Int(header.offset) == answer.data.count, datagram.count % 4 == 0, datagram.count <= 480 else {
                return nil
            }
            answer.data += datagram[12..<12 + Int(header.count)]
        }
        return answer
    }

    /// A client asks for the time.
    func serve(_ client: SocketAddress) {
        let request = NTPPacket(mode: .client, transmitTimestamp: NTPTimestamp(bits: 5)).octets
        _ = responder.reply(to: request.span, from: client, received: now.date, now: now)
        now = ClockReading(monotonic: now.monotonic + .milliseconds(1), date: now.date + .milliseconds(1))
    }
}

struct Answer {
    var status: UInt16 = 0
    var error: ControlError?
    var data: [UInt8] = []

    var text: String { String(decoding: data, as: UTF8.self) }

    /// The variables in the text.
    var values: [String: String] {
        var values: [String: String] = [:]
        for item in text.split(whereSeparator: { $0 == "," || $0 == "\r\n" }) {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            values[String(parts[0].drop { $0 == " " })] = String(parts[1])
        }
        return values
    }
}

/// A control message of version 2, as ntpq sends it.
func message(_ opcode: UInt8, _ association: UInt16 = 0, _ data: String = "", version: UInt8 = 2) -> [UInt8] {
    let octets = Array(data.utf8)
    var message: [UInt8] = [version << 3 | 6, opcode, 0, 7, 0, 0]
    message += [UInt8(association >> 8), UInt8(association & 255), 0, 0]
    message += [UInt8(octets.count >> 8), UInt8(octets.count & 255)] + octets
    return message + Array(repeating: 0, count: -message.count & 3)
}
