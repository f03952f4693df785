import CommandLine
import Linux
import Monitoring
import NTPTime
import NTPWire
import NetworkAddress

/// `tickover query HOST`: one SNTP exchange (RFC 4330).
enum QueryCommand {
    static func run(_ query: ServerQuery, as format: ReportFormat) throws(ToolError) -> String {
        let addresses: [SocketAddress]
        do throws(ResolverError) {
            addresses = try Resolver.resolve(query.host, family: query.family, port: query.port)
        } catch {
            throw ToolError(.failure, error.description)
        }
        var last = ToolError(.noAnswer, "\(query.host): no address")
        for address in addresses {
            do throws(ToolError) {
                let report = try exchange(with: address, timeout: query.timeout)
                return rendered(report.text, report.json, as: format)
            } catch {
                last = error
            }
        }
        throw last
    }

    private static func exchange(with server: SocketAddress, timeout: NTPDuration) throws(ToolError) -> QueryReport {
        do throws(LinuxError) {
            let host = SystemTimex()
            let clock = OscillatorClock()
            let batch = try DatagramBatch(capacity: 4)
            let socket = try UDPSocket.client(to: server)
            var random = try SystemRandom()
            let nonce = NTPTimestamp(bits: random.next())
            let request = NTPPacket(mode: .client, transmitTimestamp: nonce).octets
            batch.append(request.span)
            let deadline = clock.now + timeout
            var sent = host.realTime
            if let failure = batch.send(on: socket).failure { throw failure }
            var poller = Poller()
            let index = poller.add(socket.fd)
            while clock.now < deadline {
                try poller.wait(until: deadline, on: clock)
                if !poller.events(index).isDisjoint(with: [.error, .priority]),
                    let stamp = try batch.receiveTransmitStamp(from: socket)
                {
                    sent = stamp.stamp
                }
                guard try batch.receive(from: socket) > 0 else { continue }
                let received = batch.kernelStamp(0) ?? host.realTime
                guard let reply = batch.withBytes(0, { try? NTPPacket($0) }), reply.mode == .server,
                    reply.originTimestamp == nonce
                else { continue }
                return QueryReport(server: server.description, reply: reply, sent: sent, received: received)
            }
        } catch {
            throw ToolError(error.isRefused ? .noAnswer : .failure, "\(server): \(error.reason)")
        }
        throw ToolError(.noAnswer, "\(server): no answer within \(fixed(timeout.seconds, 1)) s")
    }
}
