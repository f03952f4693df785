import NetworkAddress

/// An `interface` or `nic` line.
package struct InterfaceRule: Hashable, Sendable {
    package enum Action: Hashable, Sendable {
        case listen
        /// The address is not opened.
        case ignore
        /// The address is opened and whatever arrives is thrown away.
        case drop
    }

    /// The local addresses that the rule is for.
    package enum Match: Hashable, Sendable {
        case all
        case ipv4
        case ipv6
        /// The wildcard addresses 0.0.0.0 and `::`.
        case wildcard
        /// Those of the interface with this name.
        case name(String)
        /// Those within this network; a single address is a network of its own.
        case network(IPNetwork)
    }

    package var action: Action
    package var match: Match

    package init(action: Action, match: Match) {
        self.action = action
        self.match = match
    }
}
