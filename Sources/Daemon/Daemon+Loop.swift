import ClockDiscipline
import CommandLine
import Configuration
import Linux
import Monitoring
import NTPEngine
import NTPTime
import NTPWire

/// The poll loop.
extension Daemon {
    /// Runs until a signal, the panic limit, or with `-q` the clock's being set ends it.
    package func run() -> ExitStatus {
        greet()
        while ending == nil {
            engine.advance(to: clock.read())
            carryOutActions()
            guard ending == nil else { break }
            wait()
            handleSignals()
            endWhenSet()
        }
        engine.shutDown(at: clock.read())
        carryOutActions()
        screen?.clear()
        log.write(.notice, "ended")
        return ending ?? .success
    }

    private func greet() {
        let configuration = settings.configuration
        let file = settings.configurationFile ?? "the built-in configuration"
        log.write(
            .notice,
            "tickoverd \(settings.version): serving NTP on UDP port \(configuration.port) from the \(chosenClock.name) clock, RTC: \(rtcName), by \(file)"
        )
        if screen != nil {
            let port = configuration.port == 123 ? "" : " --port \(configuration.port)"
            let named = settings.configurationFile.map { " -c \($0)" } ?? ""
            log.write(
                .notice,
                "ask it with 'tickover query localhost\(port)', look at it with 'tickover status\(named)'"
            )
            log.write(.notice, "Ctrl-C ends it")
        }
        notify { () throws(LinuxError) in try notifier.ready(status: "serving") }
    }

    private func notify(_ message: () throws(LinuxError) -> Void) {
        do throws(LinuxError) { try message() } catch { log.write(.info, error.message) }
    }

    /// One wait for whatever comes next, and its handling.
    private func wait() {
        var poller = Poller()
        let wakeIndex = wake.map { poller.add($0.fd) }
        let serverIndices = servers.map { poller.add($0.fd) }
        let clientEntries = clients.sockets.map { (client: $0, index: poller.add($0.socket.fd)) }
        let controlEntries = control.watch(with: &poller)
        let deadline = min(engine.nextDeadline, screen?.nextUpdate ?? .distantFuture)
        do throws(LinuxError) {
            try poller.wait(until: deadline, on: oscillator)
        } catch {
            log.write(.error, error.message)
            ending = .failure
            return
        }
        if let wakeIndex, !poller.events(wakeIndex).isEmpty { wake?.drain() }
        for (socket, index) in zip(servers, serverIndices) where !poller.events(index).isEmpty { serve(socket) }
        for (client, index) in clientEntries where !poller.events(index).isEmpty {
            takeReplies(from: client.socket, for: client.id)
        }
        takeAnswers()
        for request in control.handle(controlEntries, of: poller) { answer(request) }
        updateScreen()
    }

    private func takeAnswers() {
        while let answer = resolver.take() {
            engine.resolved(answer.source, to: answer.addresses, failure: answer.failure, at: clock.read())
        }
        while let outcome = rtc?.take() {
            switch outcome {
            case .engine(let answer):
                engine.rtcAnswered(answer, at: clock.read())
                answerWaitingWrites(answer)
            case .snapshot(let snapshot): answerWaitingReads(.success(snapshot))
            case .noSnapshot(let reason): answerWaitingReads(.failure(RTCFailure(reason: reason)))
            }
        }
    }

    private func updateScreen() {
        guard let screen, screen.nextUpdate <= oscillator.now else { return }
        let now = clock.read()
        screen.update(statusReport(at: now), at: now.monotonic)
    }

    func statusReport(at now: ClockReading) -> StatusReport {
        StatusReport(of: engine, version: settings.version, clock: chosenClock.name, rtcName: rtcName, at: now)
    }

    private func handleSignals() {
        let arrived = signals.take()
        if arrived.contains(.hangup) { log.reopen() }
        if !arrived.isDisjoint(with: [.interrupt, .terminate]) { ending = .success }
    }

    /// `-q`: the clock has been set once, its correction is done.
    private func endWhenSet() {
        guard settings.options.quit, engine.state == .synchronised, !engine.isCorrecting(at: oscillator.now) else {
            return
        }
        ending = .success
    }
}
