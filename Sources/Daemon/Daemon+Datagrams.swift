import ClockDiscipline
import Linux
import Monitoring
import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress

/// Requests from clients and replies from servers.
extension Daemon {
    /// Answers what has come in on a server's socket.
    func serve(_ socket: UDPSocket, after events: PollEvents) {
        var queries: [ForwardedQuery] = []
        do throws(LinuxError) {
            try service.serve(socket, after: events) { octets, client, local in
                queries.append(ForwardedQuery(octets: octets, client: client, local: local, socket: socket))
            }
        } catch {
            log.write(.debug, error.message)
        }
        for query in queries { answer(query) }
    }

    /// Answers a control query (ntpq).
    func answer(_ query: ForwardedQuery) {
        let now = clock.read()
        let datagrams = service.withResponders { responders in
            let view = QueryView(
                engine: engine,
                responders: responders,
                host: hostDescription,
                now: now,
                uptime: now.monotonic - startedAt,
                queries: queries.count
            )
            return queries.answer(query.octets.span, from: query.client, about: view)
        }
        replies.removeAll()
        for datagram in datagrams where !replies.append(datagram.span, to: query.client, from: query.local) {
            replies.send(on: query.socket)
            replies.append(datagram.span, to: query.client, from: query.local)
        }
        replies.send(on: query.socket)
    }

    /// Takes what came on an association's socket: stamps of departure first, as the reply is measured from them.
    func takeReplies(from socket: UDPSocket, for id: AssociationID) {
        do throws(LinuxError) {
            try received.takeDepartures(from: socket, clock.kernelStamps.monotonic(of:)) { request, moment in
                engine.sent(id, transmitTimestamp: request.transmitTimestamp, at: moment)
            }
        } catch {
            log.write(.debug, error.message)
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
