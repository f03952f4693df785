import NTPTime
import NTPWire

/// The clients of `ntpq -c mrulist`, as they come page by page.
///
/// Whoever has asked again since a page was told comes again on a later one, so that an address counts once, by what was
/// told last.
struct AnsweredClients {
    /// A client, with its variables as they were sent.
    struct Client {
        var address = ""
        var last = ""
        var first = ""
        var count = ""
        var modeAndVersion = ""
        var restrictions = ""
        var score = ""
        var drops = ""
    }

    /// In the order in which they were told; nil for one that was told again.
    private var told: [Client?] = []
    private var places: [String: Int] = [:]
    /// The daemon's clock at the end of the list; nil before.
    private(set) var end: NTPTimestamp?

    /// More than any daemon keeps.
    private static let most = 1 << 20

    /// Whether nothing more is to come, or taken.
    var isComplete: Bool { end != nil || told.count >= Self.most }
    var count: Int { places.count }
    var isEmpty: Bool { places.isEmpty }

    mutating func removeAll() { self = AnsweredClients() }

    /// Takes a page: `addr.0=..., last.0=..., ...`.
    ///
    /// - Returns: how many clients it has.
    mutating func take(_ variables: ControlVariables) -> Int {
        var page: [Int: Client] = [:]
        for item in variables.items {
            if item.name == "now" { end = NTPTimestamp(text: item.text) }
            let parts = item.name.split(separator: ".")
            guard parts.count == 2, let index = Int(parts[1]) else { continue }
            var client = page[index] ?? Client()
            switch parts[0] {
            case "addr": client.address = item.text
            case "last": client.last = item.text
            case "first": client.first = item.text
            case "ct": client.count = item.text
            case "mv": client.modeAndVersion = item.text
            case "rs": client.restrictions = item.text
            case "sc": client.score = item.text
            case "dr": client.drops = item.text
            default: continue
            }
            page[index] = client
        }
        // `addr.older` has no index, and what has no address is nobody.
        let clients = page.sorted { $0.key < $1.key }.map { $0.value }.filter { !$0.address.isEmpty }
        for client in clients { add(client) }
        return clients.count
    }

    private mutating func add(_ client: Client) {
        if let place = places[client.address] { told[place] = nil }
        places[client.address] = told.count
        told.append(client)
    }

    /// The latest first.
    var latestFirst: some Sequence<Client> { told.reversed().lazy.compactMap { $0 } }

    /// Names those that were told last, so that the daemon goes on behind them.
    ///
    /// - Parameter room: octets that there are for it.
    func lastTold(room: Int) -> String {
        var text = ""
        for (index, client) in latestFirst.enumerated() {
            let item = ", addr.\(index)=\(client.address), last.\(index)=\(client.last)"
            guard index < Self.mostNamed, text.utf8.count + item.utf8.count <= room else { break }
            text += item
        }
        return text
    }

    /// What daemons take.
    private static let mostNamed = 16
}

extension AnsweredClients.Client {
    static let header =
        " lstint avgint rstr r m v  count    score   drop rport remote address\n"
        + String(repeating: "=", count: 69) + "\n"

    /// `192.0.2.1` of `192.0.2.1:123`, or `2001:db8::1` of `[2001:db8::1]:123`, and the port.
    var host: (address: String, port: String) {
        guard let colon = address.utf8.lastIndex(of: UInt8(ascii: ":")) else { return (address, "") }
        let host = address[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        return (
            String(isBracketed ? host.dropFirst().dropLast() : host),
            String(address[address.utf8.index(after: colon)...])
        )
    }

    /// A line of the list.
    ///
    /// - Parameters:
    ///   - name: of its address.
    ///   - now: the daemon's clock.
    func line(name: String, at now: NTPTimestamp) -> String {
        let last = NTPTimestamp(text: last) ?? now
        let count = wholeNumber(count) ?? 0
        let flags = wholeNumber(restrictions) ?? 0
        let modeAndVersion = wholeNumber(modeAndVersion) ?? 0
        let silence = fixed((now - last).seconds, 0).right(7)
        let told = flags & 0x400 != 0 ? "K" : flags & 0x20 != 0 ? "L" : "."
        return "\(silence) \(average(until: last, count).right(6)) \(String(flags, radix: 16).right(4)) \(told)"
            + " \(modeAndVersion & 7) \(modeAndVersion >> 3 & 7) \("\(count)".right(6))"
            + " \(orDash(decimal(score).map { eightCharacters($0, decimals: 3) }).right(8))"
            + " \(orDash(wholeNumber(drops).map { "\($0)" }).right(6)) \(host.port.right(5)) \(name)\n"
    }

    private func orDash(_ text: String?) -> String { text ?? "-" }

    /// Seconds between its requests.
    private func average(until last: NTPTimestamp, _ count: Int64) -> String {
        guard count > 1, let first = NTPTimestamp(text: first) else { return "0" }
        let seconds = (last - first).seconds / Double(count - 1)
        return fixed(seconds, seconds > 5 ? 0 : seconds >= 1 ? 2 : 3)
    }
}
