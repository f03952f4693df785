import CLinux
import NetworkAddress

extension IPAddress {
    package var family: AddressFamily { isV4 ? .v4 : .v6 }

    /// 0.0.0.0 or ::.
    package static func any(_ family: AddressFamily) -> IPAddress {
        family == .v4 ? IPAddress(v4: 0) : IPAddress(high: 0, low: 0)
    }
}

/// A non-blocking UDP socket with kernel timestamps.
package final class UDPSocket: Sendable {
    private let descriptor: FileDescriptor
    package let family: AddressFamily
    /// What it is bound to.
    package let localAddress: SocketAddress
    /// Whether the kernel stamps what is received, and for clients what is sent.
    package let hasKernelStamps: Bool

    /// For poll(2).
    package var fd: Int32 { descriptor.rawValue }

    /// Expedited forwarding (RFC 3246), as ntpd marks its packets, in the place of the old type of service.
    private static let trafficClass: Int32 = 0xb8

    /// A server's socket: datagrams tell which local address they came to.
    ///
    /// An IPv6 socket takes IPv6 only. SO_REUSEADDR is left off: with it a second daemon would quietly take the port.
    /// - Parameters:
    ///   - address: one local address with, if it is a link-local one, its scope; its port is not used.
    ///   - interface: the name of the one interface to serve on.
    ///   - shared: the port is shared with sockets that allow it, each getting a part of the clients (SO_REUSEPORT).
    /// - Throws: EADDRINUSE when another server has the port, EACCES for a port below 1024 without privilege,
    ///   EAFNOSUPPORT on a machine without the family.
    package static func serving(
        port: UInt16,
        family: AddressFamily,
        address: SocketAddress? = nil,
        interface: String? = nil,
        shared: Bool = false
    ) throws(LinuxError) -> UDPSocket {
        var local = address ?? SocketAddress(address: .any(family), port: port)
        local.port = port
        let descriptor = try open(family)
        if shared { try checked(tko_udp_share_port(descriptor.rawValue), "setsockopt SO_REUSEPORT") }
        if let interface {
            let bound = interface.withCString { tko_udp_bind_device(descriptor.rawValue, $0) }
            try checked(bound, "setsockopt SO_BINDTODEVICE \(interface)")
        }
        let information = tko_udp_packet_information(descriptor.rawValue, family == .v6 ? 1 : 0)
        try checked(information, "setsockopt IP_PKTINFO")
        // Every packet of ours is shorter than any network's limit. Without it they only take more work.
        if family == .v4 { _ = tko_udp_forbid_fragments(descriptor.rawValue) }
        var raw = tko_address(local)
        try checked(tko_udp_bind(descriptor.rawValue, &raw), "bind \(local)")
        return try UDPSocket(descriptor, family: family, stampsSending: false)
    }

    /// Lets sockets that are opened as `shared` ones have its port, too.
    ///
    /// The first of them is opened without, so that it finds the port taken when another program has it.
    package func share() throws(LinuxError) { try checked(tko_udp_share_port(fd), "setsockopt SO_REUSEPORT") }

    /// Lets each client address always meet the same one of the `count` sockets that share this one's port and address.
    ///
    /// The kernel's own choice would be by the client's port, too, which is another one each time.
    /// - Throws: ENOPROTOOPT and the like where there is no such filter.
    package func steerBySource(among count: Int) throws(LinuxError) {
        let steered = tko_udp_steer_by_source(fd, family == .v6 ? 1 : 0, Int32(clamping: count))
        try checked(steered, "setsockopt SO_ATTACH_REUSEPORT_CBPF")
    }

    /// A client's socket: connected, from a port that the kernel picks at random, with transmit stamps.
    ///
    /// - Throws: ENETUNREACH, EAFNOSUPPORT and the like when there is no way to `server`.
    package static func client(to server: SocketAddress) throws(LinuxError) -> UDPSocket {
        let family = server.address.family
        let descriptor = try open(family)
        var raw = tko_address(server)
        try checked(tko_udp_connect(descriptor.rawValue, &raw), "connect \(server)")
        return try UDPSocket(descriptor, family: family, stampsSending: true)
    }

    /// Lets datagrams go to a broadcast or multicast address, and the latter across so many networks.
    package func allowBroadcast(timeToLive: UInt8) throws(LinuxError) {
        try checked(tko_udp_allow_broadcast(fd), "setsockopt SO_BROADCAST")
        let hops = tko_udp_multicast_hops(fd, family == .v6 ? 1 : 0, Int32(timeToLive))
        try checked(hops, "setsockopt IP_MULTICAST_TTL")
    }

    private static func open(_ family: AddressFamily) throws(LinuxError) -> FileDescriptor {
        FileDescriptor(
            owning: try checked(tko_udp_open(family == .v6 ? 1 : 0), "socket \(family == .v6 ? "IPv6" : "IPv4")")
        )
    }

    private init(_ descriptor: consuming FileDescriptor, family: AddressFamily, stampsSending: Bool)
        throws(LinuxError)
    {
        let fd = descriptor.rawValue
        self.family = family
        // Neither is needed to work: without stamps the program's own readings serve.
        hasKernelStamps = tko_udp_timestamps(fd, stampsSending ? 1 : 0) == 0
        _ = tko_udp_traffic_class(fd, family == .v6 ? 1 : 0, Self.trafficClass)
        var local = tko_address()
        let named = tko_udp_local_address(fd, &local)
        self.descriptor = descriptor
        localAddress = SocketAddress(local)
        try checked(named, "getsockname")
    }
}
