import NTPTime
import NetworkAddress

/// One `server` or `pool` line.
package struct SourceConfiguration: Equatable, Sendable {
    package enum Kind: Sendable {
        /// One association with one of the host's addresses.
        case server
        /// Several associations, each with another address.
        case pool
    }

    package var host: String
    package var kind: Kind
    package var port: UInt16
    package var version: UInt8
    package var initialBurst: Bool
    package var burst: Bool
    package var prefer: Bool
    package var noSelect: Bool
    package var minimumPoll: PollExponent
    package var maximumPoll: PollExponent
    /// The key that requests and replies are authenticated by.
    package var keyID: UInt32?

    package init(
        host: String,
        kind: Kind = .server,
        port: UInt16 = 123,
        version: UInt8 = 4,
        initialBurst: Bool = false,
        burst: Bool = false,
        prefer: Bool = false,
        noSelect: Bool = false,
        minimumPoll: PollExponent = PollExponent(6),
        maximumPoll: PollExponent = PollExponent(10),
        keyID: UInt32? = nil
    ) {
        self.host = host
        self.kind = kind
        self.port = port
        self.version = version
        self.initialBurst = initialBurst
        self.burst = burst
        self.prefer = prefer
        self.noSelect = noSelect
        self.minimumPoll = minimumPoll
        self.maximumPoll = maximumPoll
        self.keyID = keyID
    }

    /// Associations that the line may have at the same time: RFC 5905's NMIN + 1, so that one falseticker among them
    /// is outvoted.
    var capacity: Int { kind == .pool ? 4 : 1 }
}

/// One address that a host name resolved to, with its reference identifier (RFC 5905 section 7.3).
package struct ResolvedAddress: Hashable, Sendable {
    package var address: IPAddress
    package var scope: UInt32
    package var referenceID: UInt32

    package init(address: IPAddress, scope: UInt32 = 0, referenceID: UInt32) {
        self.address = address
        self.scope = scope
        self.referenceID = referenceID
    }
}
