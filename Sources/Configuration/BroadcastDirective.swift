import NTPTime
import NetworkAddress

/// A `broadcast` line.
package struct BroadcastDirective: Hashable, Sendable {
    /// An IPv4 broadcast or multicast address, or an IPv6 multicast one, with the interface (`%eth0`) if it names one.
    package var address: String
    /// `minpoll`: what is between two packets.
    package var interval = PollExponent(6)
    /// `ttl`: how many networks on a multicast goes.
    package var timeToLive: UInt8 = 127
    /// `version`.
    package var version: UInt8 = 4
    /// `key`.
    package var key: UInt32?

    package init(address: String) { self.address = address }
}

extension Parser {
    mutating func broadcast(_ line: inout DirectiveLine) throws(SyntaxError) {
        let family = line.nextFamilyOption()
        let token = try line.next(after: family, expecting: Self.broadcastExpected)
        guard let text = ValueText.host(token.text), let address = IPAddress(Self.withoutInterface(text)),
            address.isV4 || address.isMulticast, family.map({ address.isV4 == ($0.text == "-4") }) ?? true
        else { throw SyntaxError(at: token, "expected \(Self.broadcastExpected), found \(token.shown)") }
        var directive = BroadcastDirective(address: text)
        while let option = line.next() {
            switch try keyword(option, "option", BroadcastOption.self) {
            case .minpoll: directive.interval = try poll(of: option, &line)
            case .maxpoll: _ = try poll(of: option, &line)
            case .ttl: directive.timeToLive = UInt8(try line.wholeNumber(of: option, in: 1...255))
            case .version: directive.version = UInt8(try line.wholeNumber(of: option, in: 1...4))
            case .key: directive.key = UInt32(try line.wholeNumber(of: option, in: Self.keyNumbers))
            case .autokey, .xleave: warn(at: option, "option \(option.shown) is not supported; ignored")
            }
        }
        configuration.broadcasts.append(directive)
    }

    private static let broadcastExpected = "a broadcast or multicast address"

    private static func withoutInterface(_ text: String) -> String {
        text.utf8.firstIndex(of: UInt8(ascii: "%")).map { String(text[..<$0]) } ?? text
    }
}

private enum BroadcastOption: String, CaseIterable {
    case minpoll, maxpoll, ttl, version, key, autokey, xleave
}
