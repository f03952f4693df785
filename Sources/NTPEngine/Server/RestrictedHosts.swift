import NTPTime
import NetworkAddress

/// The names of `restrict` lines: when they are looked up, and which addresses the access list has of them.
///
/// Until a name is resolved its line holds for nobody; afterwards what it had holds until it is resolved again.
package struct RestrictedHosts: Sendable {
    /// A `restrict` line with a name.
    package struct Line: Hashable, Sendable {
        package var host: String
        /// The family that the name is resolved in; nil takes both.
        package var family: AddressFamily?
        package var onlyFromNTPPort: Bool
        package var restrictions: AccessRestrictions

        package init(
            host: String,
            family: AddressFamily?,
            onlyFromNTPPort: Bool,
            restrictions: AccessRestrictions
        ) {
            self.host = host
            self.family = family
            self.onlyFromNTPPort = onlyFromNTPPort
            self.restrictions = restrictions
        }
    }

    package typealias LineID = Int

    /// A look-up that is due.
    package struct Lookup: Sendable {
        package let id: LineID
        package let host: String
        package let family: AddressFamily?
    }

    private struct ResolvedLine: Sendable {
        let id: LineID
        let line: Line
        var addresses: [IPAddress] = []
        var failure: String?
        /// nil while it is being looked up.
        var nextLookup: MonotonicTime?
        var retry = LookupRetry()
    }

    private var lines: [ResolvedLine] = []
    private var nextID: LineID = 0

    /// Who gives a name another address keeps the old one up for as long, as a rule.
    private static let interval = NTPDuration.seconds(3_600)

    package init() {}

    /// Takes the lines of a configuration; those that are as they were keep their addresses.
    package mutating func set(_ newLines: [Line], at now: MonotonicTime) {
        let earlier = lines
        lines = newLines.map { line in
            if let known = earlier.first(where: { $0.line == line }) { return known }
            nextID += 1
            return ResolvedLine(id: nextID, line: line, nextLookup: now)
        }
    }

    /// When the next look-up is due.
    package var nextDeadline: MonotonicTime { lines.compactMap { $0.nextLookup }.min() ?? .distantFuture }

    /// The look-ups that are due, each once until it is answered.
    package mutating func takeLookups(at now: MonotonicTime) -> [Lookup] {
        var due: [Lookup] = []
        for index in lines.indices {
            guard let next = lines[index].nextLookup, next <= now else { continue }
            lines[index].nextLookup = nil
            due.append(Lookup(id: lines[index].id, host: lines[index].line.host, family: lines[index].line.family))
        }
        return due
    }

    /// What a look-up has brought.
    package enum Outcome: Equatable, Sendable {
        case unchanged
        /// The access list is another one.
        case changed
        /// There is no address, and why, if that is news.
        case failed(String)
    }

    /// The resolver's answer: the name's addresses, or none and why.
    package mutating func resolved(
        _ id: LineID,
        to addresses: [IPAddress],
        failure: String?,
        at now: MonotonicTime
    ) -> Outcome {
        guard let index = lines.firstIndex(where: { $0.id == id }) else { return .unchanged }
        guard !addresses.isEmpty else {
            lines[index].nextLookup = now + lines[index].retry.fail()
            defer { lines[index].failure = failure }
            guard let failure, failure != lines[index].failure else { return .unchanged }
            return .failed(failure)
        }
        lines[index].retry.reset()
        lines[index].failure = nil
        lines[index].nextLookup = now + Self.interval
        // Name servers turn the order about.
        guard Set(addresses) != Set(lines[index].addresses) else { return .unchanged }
        lines[index].addresses = addresses
        return .changed
    }

    /// `entries` with those of the names; the flags of the same address add up.
    package func entries(fromNTPPort: Bool, beside entries: [AccessList.Entry]) -> [AccessList.Entry] {
        var entries = entries
        for line in lines where line.line.onlyFromNTPPort == fromNTPPort {
            for address in line.addresses {
                guard let network = IPNetwork(address: address, prefixLength: address.bitWidth) else { continue }
                if let index = entries.firstIndex(where: { $0.network == network }) {
                    entries[index].restrictions.formUnion(line.line.restrictions)
                } else {
                    entries.append((network, line.line.restrictions))
                }
            }
        }
        return entries
    }
}
