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

    /// At which the first one from a server is logged. What anybody can send is of interest to nobody, unless it is a code:
    /// keys that differ are somebody's mistake.
    var logLevel: LogLevel {
        switch self {
        case .malformed, .wrongMode, .bogusOrigin: .debug
        case .unsynchronised: .info
        case .notAuthentic, .cryptoNAK, .invalidHeader, .tooDistant, .loop, .implausibleDate: .warning
        }
    }

    /// In words, for people.
    ///
    /// - Parameter keyID: the key that the server's replies have to be authenticated by, if there is one.
    package func description(keyID: UInt32?) -> String {
        let key = keyID.map { " (key \($0))" } ?? ""
        return switch self {
        case .malformed: "malformed packet"
        case .wrongMode: "not a server's reply"
        case .bogusOrigin: "bogus origin timestamp"
        case .notAuthentic: "authentication failed\(key)"
        case .cryptoNAK: "crypto-NAK\(key)"
        case .unsynchronised: "server is not synchronised"
        case .invalidHeader: "invalid timestamps"
        case .tooDistant: "root distance of 16 s or more"
        case .loop: "server takes its time from us"
        case .implausibleDate: "implausible date"
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
