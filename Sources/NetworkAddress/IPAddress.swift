/// An IPv4 or IPv6 address.
///
/// IPv4 is held as its IPv6-mapped form, so an IPv4 client seen through an IPv6 socket is the same address.
package struct IPAddress: Hashable, Sendable {
    /// The 128 bits in network order, `high` first.
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An IPv4 address; `bits` has the first octet in its most significant byte.
    package init(v4 bits: UInt32) { self.init(high: 0, low: Self.mappedPrefix | UInt64(bits)) }

    private static let mappedPrefix: UInt64 = 0xffff_0000_0000

    package var isV4: Bool { high == 0 && low >> 32 == 0xffff }

    /// Of its family.
    package var bitWidth: Int { isV4 ? 32 : 128 }

    /// The last 32 bits: all of an IPv4 address.
    package var v4Bits: UInt32 { UInt32(truncatingIfNeeded: low) }

    /// The 16 octets in network order.
    package var octets: InlineArray<16, UInt8> {
        InlineArray { index in
            UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64(56 - 8 * (index % 8)))
        }
    }

    package static let loopbackV4 = IPAddress(v4: 0x7f00_0001)
    package static let loopbackV6 = IPAddress(high: 0, low: 1)

    package var isLoopback: Bool { isV4 ? v4Bits >> 24 == 127 : self == .loopbackV6 }

    package var isMulticast: Bool { isV4 ? v4Bits >> 28 == 0xe : high >> 56 == 0xff }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted decimal, or RFC 5952 text.
    package var description: String {
        if isV4 {
            return "\(v4Bits >> 24).\(v4Bits >> 16 & 255).\(v4Bits >> 8 & 255).\(v4Bits & 255)"
        }
        let gap = longestZeroRun
        var text = ""
        for index in 0..<8 {
            if let gap, gap.contains(index) {
                if index == gap.lowerBound { text += "::" }
                continue
            }
            if !text.isEmpty, !text.hasSuffix(":") { text += ":" }
            text += String(group(index), radix: 16)
        }
        return text
    }

    private func group(_ index: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: index < 4 ? high >> UInt64(48 - 16 * index) : low >> UInt64(112 - 16 * index))
    }

    /// The first of the longest runs of two or more zero groups.
    private var longestZeroRun: Range<Int>? {
        var longest: Range<Int>?
        var start = 0
        for index in 0...8 where index == 8 || group(index) != 0 {
            if index - start >= 2, index - start > longest?.count ?? 0 { longest = start..<index }
            start = index + 1
        }
        return longest
    }
}

extension IPAddress {
    /// Reads dotted decimal or RFC 4291 text, without brackets or scope. Returns nil for anything else.
    package init?(_ text: String) {
        if let bits = Self.parseV4(text[...]) {
            self.init(v4: bits)
        } else if let address = Self.parseV6(text) {
            self = address
        } else {
            return nil
        }
    }

    private static func parseV4(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard isNumeral(part), part.utf8.count <= 3, part.utf8.count == 1 || part.utf8.first != 0x30,
                let octet = UInt8(part)
            else { return nil }
            bits = bits << 8 | UInt32(octet)
        }
        return bits
    }

    private static func isNumeral(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func parseV6(_ text: String) -> IPAddress? {
        let halves = splitAtDoubleColon(text)
        guard let before = parseGroups(halves.before) else { return nil }
        guard let tail = halves.after else { return before.count == 8 ? IPAddress(groups: before) : nil }
        guard let after = parseGroups(tail), before.count + after.count <= 7 else { return nil }
        return IPAddress(groups: before + Array(repeating: 0, count: 8 - before.count - after.count) + after)
    }

    private static func splitAtDoubleColon(_ text: String) -> (before: Substring, after: Substring?) {
        let bytes = text.utf8
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let next = bytes.index(after: index)
            if bytes[index] == 0x3a, next < bytes.endIndex, bytes[next] == 0x3a {
                return (text[..<index], text[bytes.index(after: next)...])
            }
            index = next
        }
        return (text[...], nil)
    }

    private static func parseGroups(_ text: Substring) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, let v4 = parseV4(part) {
                groups.append(UInt16(v4 >> 16))
                groups.append(UInt16(v4 & 0xffff))
                continue
            }
            guard (1...4).contains(part.utf8.count), part.utf8.first != 0x2b, part.utf8.first != 0x2d,
                let group = UInt16(part, radix: 16)
            else { return nil }
            groups.append(group)
        }
        return groups
    }

    private init(groups: [UInt16]) {
        var high: UInt64 = 0
        var low: UInt64 = 0
        for index in 0..<4 {
            high = high << 16 | UInt64(groups[index])
            low = low << 16 | UInt64(groups[index + 4])
        }
        self.init(high: high, low: low)
    }
}
