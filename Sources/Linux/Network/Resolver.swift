import CLinux
import NetworkAddress

/// Why a name has no addresses.
package struct ResolverError: Error, Hashable, Sendable, CustomStringConvertible {
    package let host: String
    /// Whether trying again later may help: the name server did not answer, or there is no network yet.
    package let isTemporary: Bool
    /// What gai_strerror(3) says.
    package let reason: String

    package init(host: String, isTemporary: Bool, reason: String) {
        self.host = host
        self.isTemporary = isTemporary
        self.reason = reason
    }

    package var description: String { "\(host): \(reason)" }
}

package enum Resolver {
    /// More than any pool hands out at a time.
    private static let limit = 64

    /// The addresses of `host` with `port`, each once, in the order of getaddrinfo(3), which puts reachable ones first.
    ///
    /// Blocks, for many seconds without a name server: to be run by a `WorkerThread`. Numeric hosts, also with a
    /// scope (`fe80::1%eth0`), do not go to DNS.
    package static func resolve(_ host: String, family: AddressFamily? = nil, port: UInt16 = 0)
        throws(ResolverError) -> [SocketAddress]
    {
        let familyNumber: Int32 =
            switch family {
            case nil: 0
            case .v4: 4
            case .v6: 6
            }
        var found: [tko_address] = Array(repeating: tko_address(), count: limit)
        var count: Int32 = 0
        let reason = text(capacity: 128) { reason, capacity in
            count = host.withCString { host in
                found.withUnsafeMutableBufferPointer {
                    tko_resolve(host, familyNumber, $0.baseAddress, Int32(limit), reason, capacity)
                }
            }
        }
        guard count > 0 else {
            throw ResolverError(host: host, isTemporary: count == TKO_RESOLVE_TEMPORARY, reason: reason)
        }
        return found.prefix(Int(count)).map { address in
            var address = SocketAddress(address)
            address.port = port
            return address
        }
    }

    /// The name of `address`, in lower case; nil if it has none.
    ///
    /// Blocks, for many seconds without a name server.
    /// - Throws: when nobody can be asked.
    package static func name(of address: IPAddress) throws(ResolverError) -> String? {
        var raw = tko_address(SocketAddress(address: address, port: 0))
        var result: Int32 = 0
        let name = text(capacity: 1_025) { name, capacity in
            result = tko_resolve_name(&raw, name, capacity)
        }
        guard result != TKO_RESOLVE_TEMPORARY else {
            throw ResolverError(host: address.description, isTemporary: true, reason: "no name server answers")
        }
        return result == 0 && !name.isEmpty ? name.lowercased() : nil
    }
}
