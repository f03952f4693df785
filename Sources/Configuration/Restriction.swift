import NetworkAddress

/// What `restrict` withholds from the addresses of a network; the most specific network that holds an address decides.
package struct Restriction: Hashable, Sendable {
    package var network: IPNetwork
    /// `ntpport`: holds only for packets from port 123, and before the same network's restriction without it.
    package var onlyFromNTPPort: Bool
    package var flags: RestrictionFlags

    package init(network: IPNetwork, onlyFromNTPPort: Bool = false, flags: RestrictionFlags = []) {
        self.network = network
        self.onlyFromNTPPort = onlyFromNTPPort
        self.flags = flags
    }
}

/// What `restrict` withholds from each address of a name, as `Restriction` does from a network's.
package struct HostRestriction: Hashable, Sendable {
    package var host: String
    /// `-4` or `-6`: the family that the name is resolved in; nil takes both.
    package var family: AddressFamily?
    /// `ntpport`.
    package var onlyFromNTPPort: Bool
    package var flags: RestrictionFlags

    package init(
        host: String,
        family: AddressFamily? = nil,
        onlyFromNTPPort: Bool = false,
        flags: RestrictionFlags = []
    ) {
        self.host = host
        self.family = family
        self.onlyFromNTPPort = onlyFromNTPPort
        self.flags = flags
    }
}

/// The flags of `restrict` that mean something to Tickover. The others deny what it does not offer to anybody:
/// changes over the network, traps, symmetric peers.
package struct RestrictionFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `ignore`: no packet is answered.
    package static let ignore = RestrictionFlags(rawValue: 1 << 0)
    /// `noserve`: no time is served; queries (mode 6) are answered.
    package static let noServe = RestrictionFlags(rawValue: 1 << 1)
    /// `noquery`: queries (mode 6) are not answered; time is served.
    package static let noQuery = RestrictionFlags(rawValue: 1 << 2)
    /// `limited`: who asks too often is not answered.
    package static let limited = RestrictionFlags(rawValue: 1 << 3)
    /// `kod`: who is refused because of `limited` is told so now and then (kiss-o'-death).
    package static let kissOfDeath = RestrictionFlags(rawValue: 1 << 4)
    /// `version`: only NTP version 4 is answered.
    package static let version = RestrictionFlags(rawValue: 1 << 5)
    /// `notrust`: only authenticated packets are answered.
    package static let noTrust = RestrictionFlags(rawValue: 1 << 6)
    /// `nomrulist`: queries are answered, but for the list of clients.
    package static let noClientList = RestrictionFlags(rawValue: 1 << 7)
}
