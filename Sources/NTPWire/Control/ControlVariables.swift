/// `name=value, name=value, ...` as the answer to a control message has it (RFC 9327 section 4).
package struct ControlVariables: Sendable {
    package struct Item: Equatable, Sendable {
        package let name: String
        /// As it was sent, a text in its quotes; empty without a value.
        package let value: String

        /// Without quotes.
        package var text: String {
            guard value.utf8.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") else { return value }
            return String(value.dropFirst().dropLast())
        }
    }

    /// In the order in which they were sent.
    package let items: [Item]

    /// Reads any octets. What is not printable ASCII is left out, since all this is for somebody's terminal.
    package init(_ octets: [UInt8]) {
        var items: [Item] = []
        var item: [UInt8] = []
        var isQuoted = false
        for octet in octets {
            if octet == UInt8(ascii: "\"") { isQuoted.toggle() }
            if octet == UInt8(ascii: ","), !isQuoted {
                if let item = Self.item(item) { items.append(item) }
                item = []
            } else if (0x20...0x7e).contains(octet) || octet == 0x09 {
                item.append(octet)
            }
        }
        if let item = Self.item(item) { items.append(item) }
        self.items = items
    }

    /// The text of the first variable with this name.
    package subscript(name: String) -> String? { items.first { $0.name == name }?.text }

    private static func item(_ octets: [UInt8]) -> Item? {
        let parts = octets.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        let name = ControlQuery.trimmed(parts[0])
        return name.isEmpty ? nil : Item(name: name, value: parts.count > 1 ? ControlQuery.trimmed(parts[1]) : "")
    }
}
