import Authentication
import NTPTime
import NTPWire
import NetworkAddress

/// Addresses that the time is sent to unasked (RFC 5905's mode 5).
package struct BroadcastConfiguration: Equatable, Sendable {
    package var address: SocketAddress
    package var version: UInt8
    package var interval: PollExponent
    /// How many networks on a multicast goes.
    package var timeToLive: UInt8
    package var keyID: UInt32?

    package init(
        address: SocketAddress,
        version: UInt8 = 4,
        interval: PollExponent = PollExponent(6),
        timeToLive: UInt8 = 127,
        keyID: UInt32? = nil
    ) {
        self.address = address
        self.version = version
        self.interval = interval
        self.timeToLive = timeToLive
        self.keyID = keyID
    }
}

/// A broadcast and when the next one is due.
struct Broadcast: Sendable {
    let configuration: BroadcastConfiguration
    var next: MonotonicTime
}

extension Engine {
    /// Sends what is due, unless there is no time to send: whoever hears it cannot ask whether it is good. Nor without the
    /// key that it is to be known by.
    mutating func broadcast(at now: ClockReading) {
        for index in broadcasts.indices where broadcasts[index].next <= now.monotonic {
            let configuration = broadcasts[index].configuration
            broadcasts[index].next = now.monotonic + configuration.interval.interval
            let key = configuration.keyID.flatMap(keys.key)
            var packet = served.header(mode: .broadcast, at: now)
            guard packet.stratum != 0, configuration.keyID == nil || key != nil else { continue }
            packet.version = configuration.version
            packet.poll = configuration.interval
            var datagram = NTPDatagram(packet)
            if let key { datagram.authenticate(with: key, digestLength: key.codeLength) }
            actions.append(.broadcast(datagram, to: configuration.address, timeToLive: configuration.timeToLive))
        }
    }
}
