import NTPTime
import NTPWire

/// What the served time rests on.
package enum SystemState: Equatable, Sendable {
    /// Nothing is served; clients are told so.
    case unsynchronised(NoTime)
    /// A majority of upstream servers agrees, or did so lately and the bound is hardly worse since.
    case synchronised(ServerIdentity)
    /// No upstream server can be used.
    case holdover(Holdover)
    /// Nothing to go by for the reason given, and the user wants the machine's clock to be served all the same (local
    /// clock, orphan).
    case local(NoTime)

    /// Why nothing is served.
    package enum NoTime: Equatable, Sendable {
        /// Nothing has come up since the start.
        case initial
        /// The root distance has reached the limit.
        case tooDistant
        /// Holdover has lasted as long as the configuration allows.
        case holdoverOver
    }

    /// The time is kept without servers.
    package struct Holdover: Equatable, Sendable {
        package var since: MonotonicTime
        package var basis: Basis

        package enum Basis: Equatable, Sendable {
            case clock(ReferenceClockID)
            /// The oscillator at its last frequency, since this server was followed.
            case oscillator(ServerIdentity)
        }
    }

    /// The state without what goes with it.
    package enum Kind: Equatable, Sendable {
        case unsynchronised
        case synchronised
        case holdover
        case local
    }

    package var kind: Kind {
        switch self {
        case .unsynchronised: .unsynchronised
        case .synchronised: .synchronised
        case .holdover: .holdover
        case .local: .local
        }
    }
}

/// An upstream server as those know it who are served by us.
package struct ServerIdentity: Equatable, Sendable {
    package var id: AssociationID
    /// The identifier under which others know the server.
    package var referenceID: ReferenceID
    package var stratum: UInt8

    package init(id: AssociationID, referenceID: ReferenceID, stratum: UInt8) {
        self.id = id
        self.referenceID = referenceID
        self.stratum = stratum
    }
}
