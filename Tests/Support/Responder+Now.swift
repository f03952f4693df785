import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress

extension Responder {
    /// A reply that is made and leaves now.
    package mutating func reply(
        to request: Span<UInt8>,
        from client: SocketAddress,
        received: NTPDate,
        served: ServedTime = .unsynchronised(precision: -20),
        now: ClockReading
    ) -> NTPDatagram? {
        var datagram = NTPDatagram()
        let isAnswered = reply(
            to: request,
            from: client,
            received: received,
            departing: now.date,
            telling: served.told(at: now),
            into: &datagram
        )
        return isAnswered ? datagram : nil
    }
}
