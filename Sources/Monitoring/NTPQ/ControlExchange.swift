import NTPTime
import NTPWire
import NetworkAddress

/// The way to a daemon that answers control messages.
package protocol ControlExchange {
    /// What this machine's clock shows.
    var now: NTPDate { get }

    /// Asks, again where nothing comes.
    ///
    /// - Parameter text: names, or parameters with values; empty for everything.
    mutating func ask(
        _ operation: ControlOperation,
        association: UInt16,
        text: String
    ) throws(ControlFailure) -> ControlReply

    /// The name of an address; nil where there is none, or none is wanted.
    mutating func name(of address: IPAddress) -> String?
}

/// Why a command has nothing to show.
package enum ControlFailure: Error, Sendable {
    case refused(ControlError)
    /// Nobody answered.
    case silent
    /// There is no way to the server, or nobody listens there: a sentence for people.
    case unreachable(String)
    /// The answer is not what it has to be, or the command makes no sense: likewise.
    case failed(String)
}

extension ControlFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .refused(let error): "***Server error: \(error.text)"
        case .silent: "***Request timed out"
        case .unreachable(let reason), .failed(let reason): reason
        }
    }
}

extension ControlError {
    fileprivate var text: String {
        switch self {
        case .unspecified: "no reason given"
        case .permission: "permission denied"
        case .badFormat: "bad message format"
        case .badOperation: "unknown operation"
        case .badAssociation: "unknown association"
        case .unknownVariable: "unknown variable"
        case .badValue: "bad value"
        }
    }
}
