import Configuration
import Linux
import Monitoring
import NTPEngine
import NTPTime

/// The control socket: who asks what, and who still waits for an answer.
struct ControlServer {
    private let listener: ControlListener?
    private var connections: [ControlConnection] = []
    /// Connections whose answers come together.
    private var waiting: [(connection: ControlConnection, event: Event, format: ReportFormat)] = []
    /// Connections whose answer waits for a reading of the chip of their own.
    var waitingForRead: [(connection: ControlConnection, view: RTCView, format: ReportFormat)] = []

    /// What an answer can wait for.
    enum Event {
        case sync
        case trim
        case write
    }

    /// More connections than any number of people has terminals.
    private static let limit = 16

    /// Makes the state directory and the socket in it; without them the daemon cannot be asked, and serves all the same.
    init(_ configuration: Configuration, log: Log) {
        do throws(LinuxError) {
            try FileStore.makeFolder(configuration.stateDirectory)
            listener = try ControlListener(configuration.controlSocket)
        } catch {
            log.write(.warning, "\(error.message); 'tickover status' will not work")
            listener = nil
        }
    }

    /// What one connection asked.
    struct Request {
        let connection: ControlConnection
        let request: ControlRequest
    }

    struct Entries {
        var listener: Int?
        var connections: [(connection: ControlConnection, index: Int)]
    }

    func watch(with poller: inout Poller) -> Entries {
        let listening = connections.count < Self.limit ? listener.map { poller.add($0.fd) } : nil
        return Entries(
            listener: listening,
            connections: connections.map { ($0, poller.add($0.fd, $0.wantsToWrite ? .writable : .readable)) }
        )
    }

    /// Takes what came; what is not a request is answered here.
    mutating func handle(_ entries: Entries, of poller: Poller) -> [Request] {
        var requests: [Request] = []
        for (connection, index) in entries.connections where !poller.events(index).isEmpty {
            do throws(LinuxError) {
                if connection.wantsToWrite {
                    try connection.flush()
                    if !connection.wantsToWrite { close(connection) }
                    continue
                }
                switch try connection.receive() {
                case .incomplete: break
                case .line(let line):
                    if let request = ControlRequest(line: line) {
                        requests.append(Request(connection: connection, request: request))
                    } else {
                        answer(
                            connection,
                            .failed(reason: "not a request: expected status, sources, wait-sync or an rtc request")
                        )
                    }
                case .tooLong, .closed: close(connection)
                }
            } catch {
                close(connection)
            }
        }
        if let index = entries.listener, !poller.events(index).isEmpty { accept() }
        return requests
    }

    private mutating func accept() {
        do throws(LinuxError) {
            if let connection = try listener?.accept() { connections.append(connection) }
        } catch {
            // The peer has gone already.
        }
    }

    mutating func answer(_ connection: ControlConnection, _ response: ControlResponse) {
        do throws(LinuxError) {
            try connection.send(response.text)
            if !connection.wantsToWrite { close(connection) }
        } catch {
            close(connection)
        }
    }

    /// Keeps a connection until `answerAll(waitingFor:)`.
    mutating func keep(_ connection: ControlConnection, waitingFor event: Event, _ format: ReportFormat) {
        waiting.append((connection, event, format))
    }

    func isAnyone(waitingFor event: Event) -> Bool { waiting.contains { $0.event == event } }

    mutating func answerAll(waitingFor event: Event, _ response: (ReportFormat) -> ControlResponse) {
        for (connection, _, format) in waiting.filter({ $0.event == event }) {
            answer(connection, response(format))
        }
        waiting.removeAll { $0.event == event }
    }

    private mutating func close(_ connection: ControlConnection) {
        connections.removeAll { $0 === connection }
        waiting.removeAll { $0.connection === connection }
        waitingForRead.removeAll { $0.connection === connection }
    }
}
