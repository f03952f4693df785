import Authentication
import NetworkAddress

/// The reference identifier of a source with `address` (RFC 5905 section 7.3): the IPv4 address, or the first four
/// octets of the MD5 of the IPv6 one.
package func referenceID(of address: IPAddress) -> UInt32 {
    guard !address.isV4 else { return address.v4Bits }
    let digest = KeyedDigest(.md5, key: Span(), message: address.octets.span).octets
    return (0..<4).reduce(0) { $0 << 8 | UInt32(digest[$1]) }
}
