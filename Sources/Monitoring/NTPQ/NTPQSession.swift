import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress

/// One server asked by ntpq's commands, each of which becomes a text.
package struct NTPQSession<Exchange: ControlExchange> {
    package var exchange: Exchange
    private let terminalWidth: Int
    private let server: String

    /// Daemons that hand their list out faster than it is asked for would have it begun again for ever.
    private let mostRestarts = 8

    /// - Parameters:
    ///   - terminalWidth: columns of the terminal; 80 where there is none.
    ///   - server: what lines begin with where several servers are asked; empty for a single one.
    package init(_ exchange: Exchange, terminalWidth: Int = 80, server: String = "") {
        self.exchange = exchange
        self.terminalWidth = terminalWidth
        self.server = server
    }

    /// What a command shows.
    ///
    /// - Throws: what it fails of; `silent` when nobody answers.
    package mutating func text(of command: NTPQCommand) throws(ControlFailure) -> String {
        switch command {
        case .peers(let style): try peers(style) { $0.isConfigured || $0.isReachable }
        case .allPeers: try peers(.referenceID) { _ in true }
        case .associations: try associationList()
        case .variables(let choice, let names): try variables(.readVariables, of: choice, names)
        case .clockVariables(let choice, let names): try variables(.readClockVariables, of: choice, names)
        case .report(let report): try show(report, of: 0)
        case .peerStatistics(let choice): try show(.peer, of: try id(of: choice))
        case .clients(let parameters): try clients(parameters)
        case .help: NTPQCommand.helpText
        case .quit: ""
        }
    }

    // MARK: Associations

    private mutating func associations() throws(ControlFailure) -> [(id: UInt16, status: StatusWord)] {
        let data = try exchange.ask(.readStatus, association: 0, text: "").data
        guard data.count % 4 == 0 else { throw .failed("***Response from server has the wrong length") }
        let words = stride(from: 0, to: data.count, by: 2).map { UInt16(data[$0]) << 8 | UInt16(data[$0 + 1]) }
        return stride(from: 0, to: words.count, by: 2).map { (words[$0], StatusWord(bits: words[$0 + 1])) }
            .sorted { $0.id < $1.id }
    }

    private mutating func id(of choice: AssociationChoice) throws(ControlFailure) -> UInt16 {
        switch choice {
        case .id(let id): return id
        case .place(let place):
            let list = try associations()
            guard place <= list.count else { throw .failed("***No association &\(place): there are \(list.count)") }
            return list[place - 1].id
        }
    }

    private mutating func associationList() throws(ControlFailure) -> String {
        let list = try associations()
        guard !list.isEmpty else { return "No association IDs returned\n" }
        var text = "\nind assid status  conf reach auth condition  last_event cnt\n"
        text += String(repeating: "=", count: 59) + "\n"
        for (index, entry) in list.enumerated() {
            let status = hexadecimal(entry.status.bits).dropFirst(2)
            text += "\("\(index + 1)".right(3)) \("\(entry.id)".right(5))  "
            text +=
                String(repeating: "0", count: 4 - status.utf8.count) + status + entry.status.associationColumns + "\n"
        }
        return text
    }

    // MARK: Peers

    private mutating func peers(
        _ style: PeersTable.Style,
        where isShown: (StatusWord) -> Bool
    ) throws(ControlFailure) -> String {
        let list = try associations()
        guard !list.isEmpty else { return "\(server)No association IDs returned\n" }
        let table = PeersTable(style, terminalWidth: terminalWidth, server: server)
        let clock = try clock()
        var text = table.header
        for entry in list where isShown(entry.status) {
            let reply: ControlReply
            do throws(ControlFailure) {
                reply = try exchange.ask(.readVariables, association: entry.id, text: "")
            } catch {
                // It has gone since.
                guard case .refused(.badAssociation) = error else { throw error }
                continue
            }
            let peer = AnsweredPeer(association: entry.id, reply: reply, clock: clock)
            text += table.line(peer, name: peer.address.flatMap { exchange.name(of: $0) })
        }
        return text
    }

    /// The daemon's clock, since a client's may be off by more than what is shown; this machine's if it is not told.
    private mutating func clock() throws(ControlFailure) -> NTPTimestamp {
        do throws(ControlFailure) {
            let reply = try exchange.ask(.readVariables, association: 0, text: "clock")
            return NTPTimestamp(text: ControlVariables(reply.data)["clock"] ?? "") ?? exchange.now.timestamp
        } catch {
            guard case .refused = error else { throw error }
            return exchange.now.timestamp
        }
    }

    // MARK: Variables

    private mutating func variables(
        _ operation: ControlOperation,
        of choice: AssociationChoice,
        _ names: [String]
    ) throws(ControlFailure) -> String {
        let id = try id(of: choice)
        let reply = try exchange.ask(operation, association: id, text: names.joined(separator: ","))
        let variables = ControlVariables(reply.data)
        guard !variables.items.isEmpty else { return "\(server)No information returned for association \(id)\n" }
        let text = VariableText(variables, terminalWidth: terminalWidth, near: exchange.now).text
        guard names.isEmpty else { return server + text }
        let status = StatusWord(bits: reply.status)
        let words = operation == .readClockVariables ? status.clock : id == 0 ? status.system : status.peer
        return server + heading(id, reply.status, words) + text
    }

    private func heading(_ id: UInt16, _ status: UInt16, _ words: String) -> String {
        let digits = hexadecimal(status).dropFirst(2)
        return "associd=\(id) status=\(String(repeating: "0", count: 4 - digits.utf8.count))\(digits) \(words),\n"
    }

    private mutating func show(_ report: VariableReport, of id: UInt16) throws(ControlFailure) -> String {
        let (status, values) = try values(of: report.rows.map { $0.name }, of: id)
        var text = server
        if report.showsStatus {
            let word = StatusWord(bits: status)
            text += heading(id, status, id == 0 ? word.system : word.peer)
        }
        for row in report.rows {
            guard let value = values[row.name] else { continue }
            let name = row.kind == .address ? IPAddress(value).flatMap { exchange.name(of: $0) } : nil
            text += VariableReport.line(row, name ?? value, near: exchange.now)
        }
        return text
    }

    /// Those of the variables that the daemon has; one that it does not know makes it refuse all of them.
    private mutating func values(
        of names: [String],
        of id: UInt16
    ) throws(ControlFailure) -> (status: UInt16, values: [String: String]) {
        var status: UInt16 = 0
        var values: [String: String] = [:]
        func take(_ reply: ControlReply) {
            status = reply.status
            for item in ControlVariables(reply.data).items { values[item.name] = item.text }
        }
        do throws(ControlFailure) {
            take(try exchange.ask(.readVariables, association: id, text: names.joined(separator: ",")))
        } catch {
            guard case .refused(.unknownVariable) = error else { throw error }
            for name in names {
                do throws(ControlFailure) {
                    take(try exchange.ask(.readVariables, association: id, text: name))
                } catch {
                    guard case .refused(.unknownVariable) = error else { throw error }
                }
            }
        }
        return (status, values)
    }

    // MARK: Clients

    private mutating func clients(_ parameters: String) throws(ControlFailure) -> String {
        let clients = try collectClients(parameters)
        let now = clients.end ?? exchange.now.timestamp
        var text = server + AnsweredClients.Client.header
        for client in clients.latestFirst {
            let address = client.host.address
            let name = IPAddress(address).flatMap { exchange.name(of: $0) } ?? address
            text += client.line(name: name, at: now)
        }
        return text + "# Collected \(clients.count) slots\n"
    }

    private mutating func collectClients(_ parameters: String) throws(ControlFailure) -> AnsweredClients {
        var clients = AnsweredClients()
        var restarts = 0
        while !clients.isComplete {
            // A nonce is good for some seconds.
            let request = "\(try nonce()), frags=32\(parameters)"
            let known = clients.lastTold(room: ControlHeader.longestData - request.utf8.count)
            do throws(ControlFailure) {
                let reply = try exchange.ask(.readClients, association: 0, text: request + known)
                guard clients.take(ControlVariables(reply.data)) > 0 || clients.isComplete else {
                    throw ControlFailure.failed("***The list of clients does not end")
                }
            } catch {
                // All that were named have asked again.
                guard case .refused(.unknownVariable) = error, restarts < mostRestarts else { throw error }
                restarts += 1
                clients.removeAll()
            }
        }
        return clients
    }

    /// `nonce=...`.
    private mutating func nonce() throws(ControlFailure) -> String {
        let reply = try exchange.ask(.requestNonce, association: 0, text: "")
        guard let nonce = ControlVariables(reply.data)["nonce"] else { throw .failed("***Nonce expected") }
        return "nonce=\(nonce)"
    }
}
