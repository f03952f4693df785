/// A set of addresses given by an address and a mask, as in `restrict` lines and CIDR notation.
package struct IPNetwork: Hashable, Sendable {
    package let address: IPAddress
    package let mask: IPAddress

    /// Keeps the masked part of `address`.
    package init(address: IPAddress, mask: IPAddress) {
        self.address = IPAddress(high: address.high & mask.high, low: address.low & mask.low)
        self.mask = mask
    }

    /// The network of the first `prefixLength` bits of `address`; nil if its family has fewer bits.
    package init?(address: IPAddress, prefixLength: Int) {
        let bits = address.isV4 ? prefixLength + 96 : prefixLength
        guard prefixLength >= 0, bits <= 128 else { return nil }
        self.init(
            address: address,
            mask: IPAddress(high: Self.ones(min(bits, 64)), low: Self.ones(max(0, bits - 64)))
        )
    }

    private static func ones(_ count: Int) -> UInt64 { count == 0 ? 0 : .max << UInt64(64 - count) }

    /// All of IPv4 and all of IPv6.
    package static let allV4 = IPNetwork(
        address: IPAddress(v4: 0),
        mask: IPAddress(high: .max, low: 0xffff_ffff_0000_0000)
    )
    package static let allV6 = IPNetwork(address: IPAddress(high: 0, low: 0), mask: IPAddress(high: 0, low: 0))

    package func contains(_ candidate: IPAddress) -> Bool {
        candidate.isV4 == address.isV4 && candidate.high & mask.high == address.high
            && candidate.low & mask.low == address.low
    }

    /// How specific the network is: the number of mask bits.
    package var prefixLength: Int {
        mask.high.nonzeroBitCount + mask.low.nonzeroBitCount - (address.isV4 ? 96 : 0)
    }
}
