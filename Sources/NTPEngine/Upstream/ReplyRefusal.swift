/// Why a reply was not used.
package enum ReplyRefusal: UInt8, Error, CaseIterable, Sendable {
    case malformed
    /// Not a server's reply, or of another protocol version.
    case wrongMode
    /// Its origin is not the transmit timestamp of the request that waits: a duplicate, a late or a forged reply.
    case bogusOrigin
    /// It has no message authentication code of the server's key.
    case notAuthentic
    /// The server says that it does not know our key, or that the code was wrong. Anybody could say so.
    case cryptoNAK
    /// The server says itself that it is not synchronised.
    case unsynchronised
    /// A field that no synchronised server sends: missing timestamps, a server time that runs backwards.
    case invalidHeader
    /// The root distance reaches RFC 5905's MAXDISP.
    case tooDistant
    /// The server takes its time from us.
    case loop
    /// The server's date lies outside of `NTPDate.plausible`.
    case implausibleDate

    /// Whether somebody else than the server may have sent it.
    var mayBeNoise: Bool {
        switch self {
        case .malformed, .wrongMode, .bogusOrigin, .notAuthentic, .cryptoNAK: true
        case .unsynchronised, .invalidHeader, .tooDistant, .loop, .implausibleDate: false
        }
    }
}

/// How many replies of a server were refused, by reason.
package struct RefusalCounts: Sendable {
    private var counts = [UInt64](repeating: 0, count: ReplyRefusal.allCases.count)

    package private(set) subscript(refusal: ReplyRefusal) -> UInt64 {
        get { counts[Int(refusal.rawValue)] }
        set { counts[Int(refusal.rawValue)] = newValue }
    }

    /// The reasons that there were.
    package var reasons: [ReplyRefusal] { ReplyRefusal.allCases.filter { self[$0] > 0 } }

    mutating func add(_ refusal: ReplyRefusal) { self[refusal] += 1 }
}
