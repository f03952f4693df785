import CLinux
import NetworkAddress

/// An address that this machine has, for the `interface` rules of the configuration.
package struct InterfaceAddress: Hashable, Sendable {
    /// The interface's name, such as `eth0`.
    package let name: String
    package let index: UInt32
    /// With the scope of a link-local address; the port is 0.
    package let address: SocketAddress
    package let isUp: Bool
    package let isLoopback: Bool

    // IFF_UP and IFF_LOOPBACK of netdevice(7).
    private static let up: UInt32 = 0x1
    private static let loopback: UInt32 = 0x8

    /// All addresses of all interfaces (getifaddrs(3)).
    package static func all() throws(LinuxError) -> [InterfaceAddress] {
        var entries: [tko_interface] = []
        var needed = 16
        repeat {
            entries = Array(repeating: tko_interface(), count: needed)
            let capacity = Int32(needed)
            needed = Int(
                try checked(
                    entries.withUnsafeMutableBufferPointer { tko_interfaces($0.baseAddress, capacity) },
                    "getifaddrs"
                )
            )
        } while needed > entries.count
        return entries.prefix(needed).map(InterfaceAddress.init)
    }

    private init(_ entry: tko_interface) {
        name = withUnsafeBytes(of: entry.name) { string(zeroTerminated: $0) }
        index = entry.index
        address = SocketAddress(entry.address)
        isUp = entry.flags & Self.up != 0
        isLoopback = entry.flags & Self.loopback != 0
    }
}
