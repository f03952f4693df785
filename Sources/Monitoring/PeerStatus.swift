import NTPEngine

/// The peer status word (RFC 9327 section 3.2), as mode 6 and `peerstats` have it.
struct PeerStatus: Sendable {
    /// What the selection made of the peer.
    enum Selection: UInt16, Sendable {
        case rejected = 0
        case falseticker = 1
        case candidate = 4
        /// Good, and not needed as long as there are better ones.
        case backup = 5
        case systemPeer = 6
    }

    var selection: Selection
    /// Whether any of the last eight polls was answered.
    var isReachable: Bool
    /// Whether only replies with a code of its key count.
    var isAuthenticated: Bool

    private static let configured: UInt16 = 0x80
    private static let authenticated: UInt16 = 0x40
    private static let authentic: UInt16 = 0x20
    private static let reachable: UInt16 = 0x10

    /// The flags and the selection; the last event: reachable, or unreachable.
    var word: UInt16 {
        var flags = Self.configured | selection.rawValue
        if isAuthenticated { flags |= Self.authenticated }
        if isAuthenticated, isReachable { flags |= Self.authentic }
        if isReachable { flags |= Self.reachable }
        return flags << 8 | (isReachable ? 4 : 3)
    }
}

extension PeerStatus {
    init(of association: Association, in engine: Engine) {
        selection = Selection(of: association.id, in: engine)
        isReachable = association.isReachable
        isAuthenticated = association.configuration.keyID != nil
    }
}

extension PeerStatus.Selection {
    init(of id: AssociationID, in engine: Engine) {
        self =
            switch engine.verdict(on: id) {
            case .systemPeer: .systemPeer
            case .truechimer: .candidate
            case .falseticker: .falseticker
            default: .rejected
            }
    }
}
