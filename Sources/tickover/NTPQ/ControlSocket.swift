import Linux
import Monitoring
import NTPTime
import NTPWire
import NetworkAddress

/// Control messages to one server by UDP.
struct ControlSocket: ControlExchange {
    private let server: SocketAddress
    private let socket: UDPSocket
    private let batch: DatagramBatch
    private let clock = OscillatorClock()
    private let host = SystemTimex()
    private var sequence: UInt16
    private var names: NameCache

    /// How long each of the attempts waits for the first fragment, and for each further one.
    private static let patience = [1.0, 2.0, 2.0].map { NTPDuration.seconds($0) }
    private static let fragmentPatience = NTPDuration.seconds(1)

    /// - Throws: when there is no way to the server.
    init(to server: SocketAddress, names: NameCache) throws(LinuxError) {
        self.server = server
        self.names = names
        socket = try UDPSocket.client(to: server)
        batch = try DatagramBatch(capacity: 16)
        var random = try SystemRandom()
        sequence = UInt16(truncatingIfNeeded: random.next())
    }

    var now: NTPDate { host.realTime }

    mutating func name(of address: IPAddress) -> String? { names.name(of: address) }

    mutating func ask(
        _ operation: ControlOperation,
        association: UInt16,
        text: String
    ) throws(ControlFailure) -> ControlReply {
        for patience in Self.patience {
            // A new number each time: fragments of two answers do not belong together.
            sequence &+= 1
            guard let query = ControlQuery(operation, association: association, sequence: sequence, text: text) else {
                throw .failed("***The request is too long, or not ASCII")
            }
            let progress: ControlAnswer.Progress
            do throws(LinuxError) { progress = try exchange(query, patience: patience) } catch {
                throw .unreachable("\(server): \(error.reason)")
            }
            switch progress {
            case .whole(let reply): return reply
            case .refused(let error): throw .refused(error)
            case .ignored, .partial: break
            }
        }
        throw .silent
    }

    /// Whether anybody answers; a refusal is an answer.
    mutating func isAnswered() -> Bool {
        do throws(ControlFailure) { _ = try ask(.readStatus, association: 0, text: "") } catch {
            switch error {
            case .silent, .unreachable: return false
            case .refused, .failed: return true
            }
        }
        return true
    }

    /// - Returns: how far the answer has come when it is whole, or nothing more of it comes.
    /// - Throws: ECONNREFUSED and other ICMP errors.
    private func exchange(_ query: ControlQuery, patience: NTPDuration) throws(LinuxError) -> ControlAnswer.Progress {
        var answer = ControlAnswer(to: query.header)
        batch.removeAll()
        batch.append(query.octets.span)
        if let failure = batch.send(on: socket).failure { throw failure }
        var deadline = clock.now + patience
        var poller = Poller()
        let index = poller.add(socket.fd)
        while clock.now < deadline {
            try poller.wait(until: deadline, on: clock)
            // The stamps of what was sent are not needed, and would keep poll(2) from waiting.
            if !poller.events(index).isDisjoint(with: [.error, .priority]) {
                _ = try batch.receiveTransmitStamp(from: socket)
            }
            for index in 0..<(try batch.receive(from: socket)) {
                switch batch.withBytes(index, { answer.take($0) }) {
                case .ignored: break
                case .partial: deadline = clock.now + Self.fragmentPatience
                case let progress: return progress
                }
            }
        }
        return .partial
    }
}
