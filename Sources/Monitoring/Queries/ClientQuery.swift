import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress

/// `ntpq -c mrulist`: a part of the list of clients, from the one silent for longest on.
///
/// The list changes while it is asked for part by part; so who asks says which clients it had last, with the times of
/// their requests, and is told those that came after the first of them that has not asked again.
struct ClientQuery {
    let nonce: String
    private var fragments = Self.mostFragments
    private var limit = Int.max
    private var minimumCount: UInt32 = 0
    private var allRestrictions: UInt16 = 0
    private var anyRestrictions: UInt16 = 0
    private var longestSilence = NTPDuration.max
    /// Clients that are known, by their place in the request.
    private var known = [(address: IPAddress?, last: String)](repeating: (nil, ""), count: Self.mostKnown)

    /// What ntpq can take at once.
    private static let mostFragments = 32
    private static let mostKnown = 16

    /// - Returns: nil without a nonce.
    /// - Throws: `badValue` and `badFormat` for a parameter that has no such value, or is not known.
    init?(_ items: [(name: String, value: String)]) throws(ControlError) {
        guard let nonce = items.first(where: { $0.name == "nonce" })?.value else { return nil }
        self.nonce = nonce
        for (name, value) in items where name != "nonce" { try take(name, value) }
    }

    private mutating func take(_ name: String, _ value: String) throws(ControlError) {
        switch name {
        case "frags": fragments = try number(value, in: 1...Self.mostFragments)
        case "limit": limit = try number(value, in: 1...Int.max)
        case "mincount": minimumCount = try number(value, in: 0...UInt32.max)
        case "resall": allRestrictions = try number(value, in: 0...UInt16.max)
        case "resany": anyRestrictions = try number(value, in: 0...UInt16.max)
        case "maxlstint":
            let seconds: UInt32 = try number(value, in: 0...UInt32.max)
            longestSilence = seconds == 0 ? .max : .seconds(Double(seconds))
        default: try takeKnown(name, value)
        }
    }

    private mutating func takeKnown(_ name: String, _ value: String) throws(ControlError) {
        let parts = name.split(separator: ".")
        guard parts.count == 2, let place = Int(String(parts[1])), known.indices.contains(place) else {
            throw .badFormat
        }
        switch parts[0] {
        case "addr":
            guard let address = address(in: value) else { throw .badValue }
            known[place].address = address
        case "last": known[place].last = value
        default: throw .badFormat
        }
    }

    /// Decimal, or hexadecimal after 0x.
    private func number<Number: FixedWidthInteger>(
        _ text: String,
        in range: ClosedRange<Number>
    ) throws(ControlError) -> Number {
        let isHexadecimal = text.utf8.starts(with: "0x".utf8)
        let digits = isHexadecimal ? text.dropFirst(2) : text[...]
        guard let number = Number(digits, radix: isHexadecimal ? 16 : 10), range.contains(number) else {
            throw .badValue
        }
        return number
    }

    /// Of `192.0.2.1:123` or `[2001:db8::1]:123`.
    private func address(in text: String) -> IPAddress? {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let host = text[..<colon]
        return IPAddress(String(host.hasPrefix("[") && host.hasSuffix("]") ? host.dropFirst().dropLast() : host))
    }

    // MARK: Answer

    /// - Throws: `unknownVariable` when all clients that were named have asked again.
    func answer(from view: QueryView, nonce: String) throws(ControlError) -> [UInt8] {
        let clients = view.clients
        var text = ControlText()
        var walk = clients.walk()
        if known.contains(where: { $0.address != nil }) {
            guard let start = start(in: clients) else { throw .unknownVariable }
            text.add("last.older", timestampText(start.last))
            text.add("addr.older", start.socketAddress.description)
            walk = clients.walk(from: start)
            if limit > 1 { while let passed = walk.next(), passed.address != start.address {} }
        }
        text.add("nonce", nonce)
        var count = 0
        var newest: ClientRecord?
        while count < limit, text.octets.count / ControlHeader.longestData + 1 < fragments, let client = walk.next() {
            guard isWanted(client, at: view.now.monotonic) else { continue }
            add(client, count, to: &text)
            newest = client
            count += 1
        }
        if walk.isOver {
            text.add("now", timestampText(view.now.date.timestamp))
            if let newest { text.add("last.newest", timestampText(newest.last)) }
        }
        return text.ended
    }

    /// The first of the known clients that has not asked again.
    private func start(in clients: ClientList) -> ClientRecord? {
        for (address, last) in known {
            guard let address, let client = clients.client(at: address) else { continue }
            if timestampText(client.last) == last { return client }
        }
        return nil
    }

    private func isWanted(_ client: ClientRecord, at now: MonotonicTime) -> Bool {
        let restrictions = client.restrictions.rawValue
        return client.count >= minimumCount && restrictions & allRestrictions == allRestrictions
            && (anyRestrictions == 0 || restrictions & anyRestrictions != 0) && now - client.lastAt <= longestSilence
    }

    private func add(_ client: ClientRecord, _ index: Int, to text: inout ControlText) {
        text.add("addr.\(index)", client.socketAddress.description)
        text.add("last.\(index)", timestampText(client.last))
        text.add("first.\(index)", timestampText(client.first))
        text.add("ct.\(index)", "\(client.count)")
        text.add("mv.\(index)", "\(client.version << 3 | client.mode.rawValue)")
        text.add("rs.\(index)", hexadecimal(client.restrictions.subtracting(.stranger).rawValue))
    }
}

extension ClientRecord {
    fileprivate var socketAddress: SocketAddress { SocketAddress(address: address, port: port) }
}
