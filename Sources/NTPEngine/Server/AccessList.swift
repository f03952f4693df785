import NetworkAddress

/// What an address may not do (ntpd's `restrict` flags, as far as this server has something to refuse).
///
/// The bits are those that ntpd shows of them in control messages.
package struct AccessRestrictions: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// No datagram of it is looked at.
    package static let ignore = AccessRestrictions(rawValue: 0x0001)
    /// Its time requests get no reply.
    package static let noServe = AccessRestrictions(rawValue: 0x0002)
    /// Only its authenticated time requests get a reply.
    package static let noTrust = AccessRestrictions(rawValue: 0x0004)
    /// Only requests of the server's own NTP version are answered.
    package static let version = AccessRestrictions(rawValue: 0x0008)
    /// Its time requests get no reply when there are too many of them.
    package static let limited = AccessRestrictions(rawValue: 0x0020)
    /// Its control queries get no reply.
    package static let noQuery = AccessRestrictions(rawValue: 0x0040)
    /// It is told now and then when it asks too often.
    package static let kissOfDeath = AccessRestrictions(rawValue: 0x0400)
    /// It is not told who else asks for the time.
    package static let noClientList = AccessRestrictions(rawValue: 0x2000)
    /// Nobody has named a network of its: of its control queries only authenticated ones get a reply, so that no default
    /// makes an amplifier. ntpd has no such bit.
    package static let stranger = AccessRestrictions(rawValue: 0x8000)
}

/// ntpd's access list: the restrictions of the most specific network that contains an address apply, and only those.
package struct AccessList: Sendable {
    package typealias Entry = (network: IPNetwork, restrictions: AccessRestrictions)

    private let entries: [Entry]
    /// For packets from the NTP port; they come before the same network's others.
    private let ntpPortEntries: [Entry]
    /// What holds for the addresses of servers that no entry names; nil if nothing else than for everybody.
    private let sourceRestrictions: AccessRestrictions?
    /// The addresses of the servers that are asked at present.
    package var sources: [IPAddress] = []

    /// - Parameter entries: one entry a network; the order does not matter. An address in none of them is unrestricted,
    ///   but for queries.
    package init(
        _ entries: [Entry] = [],
        fromNTPPort ntpPortEntries: [Entry] = [],
        ofSources sourceRestrictions: AccessRestrictions? = nil
    ) {
        self.entries = entries.sorted { $0.network.prefixLength > $1.network.prefixLength }
        self.ntpPortEntries = ntpPortEntries.sorted { $0.network.prefixLength > $1.network.prefixLength }
        self.sourceRestrictions = sourceRestrictions
    }

    package func restrictions(of client: SocketAddress) -> AccessRestrictions {
        let entry = entry(for: client)
        let bits = entry?.network.prefixLength ?? 0
        if let sourceRestrictions, bits < client.address.bitWidth, sources.contains(client.address) {
            return sourceRestrictions.union(.stranger)
        }
        let restrictions = entry?.restrictions ?? []
        return bits > 0 || client.address.isLoopback ? restrictions : restrictions.union(.stranger)
    }

    private func entry(for client: SocketAddress) -> Entry? {
        let entry = entries.first { $0.network.contains(client.address) }
        guard client.isFromNTPPort,
            let special = ntpPortEntries.first(where: { $0.network.contains(client.address) }),
            special.network.prefixLength >= entry?.network.prefixLength ?? 0
        else { return entry }
        return special
    }
}

extension SocketAddress {
    /// Whether a server or a symmetric peer is there.
    var isFromNTPPort: Bool { port == 123 }
}
