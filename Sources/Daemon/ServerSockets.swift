import Configuration
import Linux
import NetworkAddress

/// The sockets that the world asks at.
struct ServerSockets {
    /// One group for each who answers. The groups have the same addresses, and each client meets always the same one.
    let groups: [[UDPSocket]]
    /// Those that nobody reads: the kernel throws away what comes.
    private let deaf: [UDPSocket]
    /// What could not be opened, for the log.
    let complaints: [String]

    /// Opens the wildcard addresses, or by `interface` rules each local address that they let listen or drop.
    ///
    /// - Parameter count: of groups; those that cannot be opened are left out.
    /// - Throws: when not one socket could be opened.
    init(_ configuration: Configuration, family: AddressFamily?, count: Int) throws(StartError) {
        var complaints: [String] = []
        func open(_ action: InterfaceRule.Action) throws(StartError) -> [UDPSocket] {
            var sockets: [UDPSocket] = []
            for address in try Self.addresses(configuration.interfaceRules, action) {
                if let family, family != address.address.family { continue }
                do throws(LinuxError) {
                    let socket = try UDPSocket.serving(
                        port: configuration.port,
                        family: address.address.family,
                        address: address
                    )
                    sockets.append(socket)
                } catch {
                    complaints.append(error.message)
                }
            }
            return sockets
        }
        let sockets = try open(.listen)
        deaf = try open(.drop)
        var groups = [sockets]
        do throws(LinuxError) {
            for _ in 1..<count { groups.append(try Self.shareOf(sockets)) }
        } catch {
            complaints.append(error.message)
        }
        do throws(LinuxError) {
            if groups.count > 1 { for socket in sockets { try socket.steerBySource(among: groups.count) } }
        } catch {
            complaints.append("\(error.message): a client that changes its port meets several threads and their limits")
        }
        self.groups = groups
        guard !sockets.isEmpty else {
            let reason = complaints.first ?? "the 'interface' rules leave no address to listen on"
            throw StartError(description: "cannot serve on UDP port \(configuration.port): \(reason)")
        }
        self.complaints = complaints
    }

    /// The socket that a datagram to `address` leaves from.
    func socket(towards address: IPAddress) -> UDPSocket? {
        groups[0].first { $0.family == address.family && !$0.localAddress.address.isLoopback }
    }

    /// Sockets beside others with the same addresses.
    private static func shareOf(_ sockets: [UDPSocket]) throws(LinuxError) -> [UDPSocket] {
        try sockets.map { socket throws(LinuxError) in
            try socket.share()
            return try UDPSocket.serving(
                port: socket.localAddress.port,
                family: socket.family,
                address: socket.localAddress,
                shared: true
            )
        }
    }

    private static func addresses(
        _ rules: [InterfaceRule],
        _ action: InterfaceRule.Action
    ) throws(StartError) -> [SocketAddress] {
        let wildcards = [IPAddress(v4: 0), IPAddress(high: 0, low: 0)].map { SocketAddress(address: $0, port: 0) }
        guard !rules.isEmpty else { return action == .listen ? wildcards : [] }
        do throws(LinuxError) {
            let local = try InterfaceAddress.all().filter { interface in
                interface.isUp
                    && decision(rules) { $0.matches(interface.address.address, on: interface.name) } == action
            }
            let open = wildcards.filter { wildcard in
                decision(rules) { $0 == .wildcard || $0.matches(wildcard.address, on: "") } == action
                    && rules.contains { $0.match == .wildcard }
            }
            return open + local.map { $0.address }
        } catch {
            throw StartError(description: error.message)
        }
    }

    /// The last rule that matches decides; without one, listen.
    private static func decision(
        _ rules: [InterfaceRule],
        _ matches: (InterfaceRule.Match) -> Bool
    ) -> InterfaceRule.Action {
        rules.last { matches($0.match) }?.action ?? .listen
    }
}

extension InterfaceRule.Match {
    func matches(_ address: IPAddress, on interface: String) -> Bool {
        switch self {
        case .all: true
        case .ipv4: address.isV4
        case .ipv6: !address.isV4
        case .wildcard: false
        case .name(let name): name == interface
        case .network(let network): network.contains(address)
        }
    }
}
