import CLinux
import NetworkAddress

/// The reference identifier of a source with `address` (RFC 5905 section 7.3): the IPv4 address, or the first four
/// octets of the MD5 of the IPv6 one.
package func referenceID(of address: IPAddress) -> UInt32 {
    guard !address.isV4 else { return address.v4Bits }
    var octets: [UInt8] = []
    for half in [address.high, address.low] {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            octets.append(UInt8(truncatingIfNeeded: half >> shift))
        }
    }
    var digest: [UInt8] = Array(repeating: 0, count: 16)
    tko_md5(octets, Int32(octets.count), &digest)
    return digest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
}
