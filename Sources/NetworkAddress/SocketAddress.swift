/// An IP address and a UDP port.
package struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
    package var address: IPAddress
    package var port: UInt16
    /// Interface index of a link-local IPv6 address, otherwise 0.
    package var scope: UInt32

    package init(address: IPAddress, port: UInt16, scope: UInt32 = 0) {
        self.address = address
        self.port = port
        self.scope = scope
    }

    package var description: String { address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)" }
}
