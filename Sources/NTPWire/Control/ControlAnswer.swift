/// The fragments of the answer to one control message, until it is whole (RFC 9327 section 2).
///
/// They may come in any order. What is no part of the answer, or contradicts what came before, is left out: another
/// sequence number, operation or association, data that overlap or lie behind the last fragment.
package struct ControlAnswer: Sendable {
    package enum Progress: Sendable {
        /// Nothing of this answer, or nothing new.
        case ignored
        /// More is missing.
        case partial
        case whole(ControlReply)
        case refused(ControlError)
    }

    private struct Fragment: Sendable {
        var offset: Int
        var data: [UInt8]

        var end: Int { offset + data.count }
    }

    private let request: ControlHeader
    /// In the order of their offsets.
    private var fragments: [Fragment] = []
    /// Where the last fragment ends; nil until it has come.
    private var end: Int?

    /// An offset has 16 bits.
    private static let longest = Int(UInt16.max)
    /// Of a full length these would be more than the longest answer.
    private static let mostFragments = 256

    /// - Parameter request: the header of the message that was sent.
    package init(to request: ControlHeader) { self.request = request }

    /// Takes a datagram.
    package mutating func take(_ datagram: Span<UInt8>) -> Progress {
        guard ControlQuery.isControlMessage(datagram), let header = ControlHeader(datagram), answers(header) else {
            return .ignored
        }
        if header.isError { return .refused(ControlError(rawValue: UInt8(header.status >> 8)) ?? .unspecified) }
        let dataEnd = ControlHeader.length + Int(header.count)
        guard dataEnd <= datagram.count else { return .ignored }
        let fragment = Fragment(
            offset: Int(header.offset),
            data: (ControlHeader.length..<dataEnd).map { datagram[$0] }
        )
        guard fits(fragment, isLast: !header.hasMore) else { return .ignored }
        fragments.insert(fragment, at: fragments.firstIndex { $0.offset > fragment.offset } ?? fragments.endIndex)
        if !header.hasMore { end = fragment.end }
        guard fragments.reduce(0, { $0 + $1.data.count }) == end else { return .partial }
        return .whole(ControlReply(status: header.status, data: fragments.flatMap { $0.data }))
    }

    private func answers(_ header: ControlHeader) -> Bool {
        (1...4).contains(header.version) && header.isResponse && header.opcode == request.opcode
            && header.sequence == request.sequence && header.association == request.association
    }

    private func fits(_ fragment: Fragment, isLast: Bool) -> Bool {
        guard fragments.count < Self.mostFragments, fragment.end <= Self.longest else { return false }
        if let end, isLast || fragment.end > end { return false }
        guard isLast || !fragment.data.isEmpty else { return false }
        return fragments.allSatisfy {
            $0.end <= fragment.offset || (!isLast && fragment.end <= $0.offset)
        }
    }
}
