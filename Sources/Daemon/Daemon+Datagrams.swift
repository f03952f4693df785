import ClockDiscipline
import Linux
import Monitoring
import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress

/// Requests from clients and replies from servers.
extension Daemon {
    /// Answers everything that has come in on a server's socket.
    func serve(_ socket: UDPSocket) {
        // A few batches at most, so that a flood does not keep the rest waiting.
        for _ in 0..<8 where receive(from: socket) > 0 {
            responder.served = engine.served
            let arrivals = self.arrivals()
            var tracked: [NTPTimestamp] = []
            replies.removeAll()
            for index in 0..<received.count {
                guard let client = received.source(index), !received.isTruncated(index) else { continue }
                let local = received.localAddress(index)
                received.withBytes(index) { request in
                    guard !ControlQuery.isControlMessage(request) else {
                        for datagram in answer(request, from: client) {
                            queue(datagram.span, to: client, from: local, on: socket)
                        }
                        return
                    }
                    let now = clock.read()
                    let date = now.date - (now.monotonic - arrivals[index])
                    guard let reply = responder.reply(to: request, from: client, received: date, now: now) else {
                        return
                    }
                    queue(reply.span, to: client, from: local, on: socket, isStamped: reply.isTracked)
                    if reply.isTracked { tracked.append(date.timestamp) }
                }
            }
            replies.send(on: socket)
            if !tracked.isEmpty { noteDepartures(of: tracked, from: socket) }
        }
    }

    /// Replies that clients of interleaved mode will ask about have just left; the kernel knows better when.
    private func noteDepartures(of receiveTimestamps: [NTPTimestamp], from socket: UDPSocket) {
        let now = clock.read()
        for timestamp in receiveTimestamps { responder.replyLeft(at: now.date, receiveTimestamp: timestamp) }
        takeReplyDepartures(from: socket)
    }

    func takeReplyDepartures(from socket: UDPSocket) {
        let now = clock.read()
        takeDepartures(from: socket) { reply, moment in
            responder.replyLeft(at: now.date - (now.monotonic - moment), receiveTimestamp: reply.receiveTimestamp)
        }
    }

    /// The answer to a control query (ntpq).
    private func answer(_ query: Span<UInt8>, from client: SocketAddress) -> [[UInt8]] {
        let now = clock.read()
        let view = QueryView(
            engine: engine,
            responder: responder,
            host: hostDescription,
            now: now,
            uptime: now.monotonic - startedAt,
            queries: queries.count
        )
        return queries.answer(query, from: client, about: view)
    }

    /// Puts a datagram into the batch of replies, which goes out first if it is full.
    private func queue(
        _ datagram: Span<UInt8>,
        to client: SocketAddress,
        from local: SocketAddress?,
        on socket: UDPSocket,
        isStamped: Bool = false
    ) {
        guard !replies.append(datagram, to: client, from: local, isStamped: isStamped) else { return }
        replies.send(on: socket)
        replies.append(datagram, to: client, from: local, isStamped: isStamped)
    }

    /// Takes what came on an association's socket: stamps of departure first, as the reply is measured from them.
    func takeReplies(from socket: UDPSocket, for id: AssociationID) {
        takeDepartures(from: socket) { request, moment in
            engine.sent(id, transmitTimestamp: request.transmitTimestamp, at: moment)
        }
        guard receive(from: socket) > 0 else { return }
        let arrivals = self.arrivals()
        for index in 0..<received.count where !received.isTruncated(index) {
            received.withBytes(index) { datagram in
                engine.received(id, datagram, at: arrivals[index], now: clock.read())
            }
            // A step is made before the clock is read again: the engine counts on it.
            carryOutActions()
        }
    }

    private func takeDepartures(from socket: UDPSocket, _ note: (NTPPacket, MonotonicTime) -> Void) {
        do throws(LinuxError) {
            while let departure = try received.receiveTransmitStamp(from: socket) {
                guard let moment = clock.kernelStamps.monotonic(of: departure.stamp),
                    let packet = try? NTPPacket(departure.payload.span)
                else { continue }
                note(packet, moment)
            }
        } catch {
            log.write(.debug, error.message)
        }
    }

    /// - Returns: how many datagrams came; an ICMP error on a client's socket is none.
    private func receive(from socket: UDPSocket) -> Int {
        do throws(LinuxError) {
            return try received.receive(from: socket)
        } catch {
            log.write(.debug, error.message)
            return 0
        }
    }

    /// When each datagram of the batch came, by the kernel's stamp where there is one.
    private func arrivals() -> [MonotonicTime] {
        let conversion = clock.kernelStamps.conversion()
        let now = oscillator.now
        return (0..<received.count).map { index in
            received.kernelStamp(index).flatMap(conversion.monotonic(of:)) ?? now
        }
    }
}
