import CLinux
import NetworkAddress

extension SocketAddress {
    init(_ address: tko_address) {
        self.init(
            address: IPAddress(high: address.high, low: address.low),
            port: address.port,
            scope: address.scope
        )
    }
}

extension tko_address {
    init(_ address: SocketAddress) {
        self.init(
            high: address.address.high,
            low: address.address.low,
            scope: address.scope,
            port: address.port
        )
    }
}
