import ClockDiscipline
import CommandLine
import Configuration
import Linux
import Monitoring
import NTPEngine
import NTPTime
import NTPWire
import RTCReference
import NetworkAddress
import ProgramSupport
import RTCReference

/// What the engine wants done.
extension Daemon {
    func carryOutActions() {
        for action in engine.takeActions() {
            switch action {
            case .send(let id, let address, let request):
                if !clients.send(request, to: address, for: id, by: replies) {
                    log.write(.debug, "no request could be sent to \(address)")
                }
            case .broadcast(let datagram, let address, let timeToLive):
                broadcast(datagram, to: address, timeToLive: timeToLive)
            case .close(let id): clients.close(id)
            case .associationsChanged:
                let sources = engine.associations.map { $0.address.address }
                service.update { $0.access.sources = sources }
            case .resolve(let source, let host): resolve(source, host)
            case .step(let offset): attempt("step the clock") { () throws(ClockError) in try clock.step(by: offset) }
            case .steer(let steering):
                attempt("steer the clock") { () throws(ClockError) in try clock.steer(steering) }
            case .publish(let status):
                attempt("tell the kernel of the clock's quality") { () throws(ClockError) in try clock.publish(status) }
            case .rtc(let request): ask(request)
            case .readThermometer:
                readThermometer()
                carryOutActions()
            case .saveFrequency(let frequency): complain(files.write(frequency: frequency))
            case .saveRTC(let text): complain(files.write(rtc: text))
            case .measured(let id, let exchange): record(exchange, with: id)
            case .corrected(let offset):
                let now = clock.read()
                statistics.write(.loopstats, at: now) { StatisticsLine.loop(offset, of: engine, at: now) }
            case .tell(let event): log.write(event.level, event.description)
            case .panic: ending = .failure
            }
        }
        service.publish(servingState)
    }

    private func broadcast(_ datagram: NTPDatagram, to address: SocketAddress, timeToLive: UInt8) {
        guard let socket = servers.socket(towards: address.address) else {
            return log.write(.warning, "no address is served from which \(address) could be reached")
        }
        do throws(LinuxError) {
            try socket.allowBroadcast(timeToLive: timeToLive)
            replies.removeAll()
            replies.append(datagram.span, to: address)
            if let failure = replies.send(on: socket).failure { throw failure }
        } catch {
            log.write(.info, "no broadcast to \(address): \(error.message)")
        }
    }

    /// What replies tell from now on.
    var servingState: ServingState { ServingState(served: engine.served, clock: clock.snapshot) }

    private func record(_ exchange: Exchange, with id: AssociationID) {
        guard let association = engine.associations.first(where: { $0.id == id }) else { return }
        let now = clock.read()
        statistics.write(.peerstats, at: now) { StatisticsLine.peer(association, of: engine, at: now) }
        statistics.write(.rawstats, at: now) { StatisticsLine.raw(association, exchange, at: now) }
    }

    private func resolve(_ source: SourceID, _ host: String) {
        // There is room for one look-up of each source, and the engine has no more under way.
        let job = NameJob(purpose: .source(source), host: host, family: settings.options.family)
        if !resolver.submit(job) { engine.resolved(source, to: [], at: clock.read()) }
    }

    private func ask(_ request: RTCRequest) {
        guard rtc?.submit(.engine(request)) != true else { return }
        let answer = RTCAnswer.failed(request, .unanswered, mayHaveChanged: false)
        engine.rtcAnswered(answer, at: clock.read())
        answerWaitingWrites(answer)
    }

    private func attempt(_ what: String, _ change: () throws(ClockError) -> Void) {
        do throws(ClockError) { try change() } catch { log.write(.error, "cannot \(what): \(error.explanation)") }
    }

    private func complain(_ complaint: String?) {
        if let complaint { log.write(.warning, "\(complaint); going on without") }
    }
}
