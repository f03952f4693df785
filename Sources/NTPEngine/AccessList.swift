import NetworkAddress

/// What an address may not do (ntpd's `restrict` flags, as far as this server has something to refuse).
package struct AccessRestrictions: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// No datagram of it is looked at.
    package static let ignore = AccessRestrictions(rawValue: 1)
    /// Its time requests get no reply.
    package static let noServe = AccessRestrictions(rawValue: 2)
    /// Its control queries get no reply.
    package static let noQuery = AccessRestrictions(rawValue: 4)
    /// Only requests of the server's own NTP version are answered.
    package static let version = AccessRestrictions(rawValue: 8)
}

/// ntpd's access list: the restrictions of the most specific network that contains an address apply, and only those.
package struct AccessList: Sendable {
    private var entries: [(network: IPNetwork, restrictions: AccessRestrictions)]

    /// - Parameter entries: one entry a network; the order does not matter. An address in none of them is unrestricted.
    package init(_ entries: [(network: IPNetwork, restrictions: AccessRestrictions)] = []) {
        self.entries = entries.sorted { $0.network.prefixLength > $1.network.prefixLength }
    }

    package func restrictions(of address: IPAddress) -> AccessRestrictions {
        entries.first { $0.network.contains(address) }?.restrictions ?? []
    }
}
