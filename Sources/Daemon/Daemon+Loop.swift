import Authentication
import ClockDiscipline
import CommandLine
import Configuration
import Linux
import Monitoring
import NTPEngine
import NTPTime
import NTPWire
import RTCReference

/// The poll loop.
extension Daemon {
    /// Runs until a signal, the panic limit, or with `-q` the clock's being set ends it.
    package func run() -> ExitStatus {
        greet()
        while ending == nil {
            engine.advance(to: clock.read())
            carryOutActions()
            lookUpRestrictedHosts()
            guard ending == nil else { break }
            wait()
            answerWaitingForSync()
            announce()
            handleSignals()
            readLeapSecondsIfDue()
            writeSystemStatisticsIfDue()
            endWhenSet()
        }
        notify { () throws(LinuxError) in try notifier.stopping() }
        setRTCBeforeEnd()
        writeSystemStatistics()
        engine.shutDown(at: clock.read())
        carryOutActions()
        closeRTC()
        statistics.flush(oscillator)
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
        announced = Grounds(of: engine)
        notifyReady()
    }

    func notifyReady() {
        let status = statusReport(at: clock.read()).grounds
        notify { () throws(LinuxError) in try notifier.ready(status: status) }
    }

    /// Tells systemd what the time rests on when that changes, and the watchdog that all is well.
    private func announce() {
        guard notifier.isEnabled else { return }
        let grounds = Grounds(of: engine)
        if grounds != announced {
            announced = grounds
            let status = statusReport(at: clock.read()).grounds
            notify { () throws(LinuxError) in try notifier.status(status) }
        }
        if let interval = notifier.watchdogInterval, nextWatchdog <= oscillator.now {
            nextWatchdog = oscillator.now + interval
            notify { () throws(LinuxError) in try notifier.watchdog() }
        }
    }

    func notify(_ message: () throws(LinuxError) -> Void) {
        do throws(LinuxError) { try message() } catch { log.write(.info, error.message) }
    }

    /// Goes on serving while a chip that needs it is set a last time, so that it is right for whoever reads it next.
    private func setRTCBeforeEnd() {
        guard ending == .success, engine.setRTCBeforeEnd(at: clock.read()) else { return }
        let limit = oscillator.now + Self.lastWriteTime
        while engine.isSettingRTC, oscillator.now < limit, signals.take().isEmpty {
            engine.advance(to: clock.read())
            carryOutActions()
            wait(until: limit)
            announce()
        }
    }

    /// A write takes up to two seconds, and on a machine that wakes up late five more and as many to find the edge.
    private static let lastWriteTime = NTPDuration.seconds(15)

    /// Puts the chip's pin back to its old use, unless that takes long.
    private func closeRTC() {
        guard closesRTC, rtc?.submit(.close) == true else { return }
        let limit = oscillator.now + Self.closingTime
        while oscillator.now < limit {
            guard let outcome = rtc?.take() else {
                oscillator.sleep(until: oscillator.now + .milliseconds(10))
                continue
            }
            guard case .closed(let failure) = outcome.result else { continue }
            if let failure { log.write(.warning, failure) }
            return
        }
        log.write(.warning, "the I2C bus does not answer; the chip's SQW pin goes on giving 1 Hz")
    }

    /// A search for the second may be under way.
    private static let closingTime = NTPDuration.seconds(8)

    /// One wait for whatever comes next, `limit` at the latest, and its handling.
    private func wait(until limit: MonotonicTime = .distantFuture) {
        var poller = Poller()
        let wakeIndex = wake.map { poller.add($0.fd) }
        let serverIndices = service.sockets.map { poller.add($0.fd) }
        let clientEntries = clients.sockets.map { (client: $0, index: poller.add($0.socket.fd)) }
        let controlEntries = control.watch(with: &poller)
        let deadline = min(
            engine.nextDeadline,
            restrictedHosts.nextDeadline,
            screen?.nextUpdate ?? .distantFuture,
            nextWatchdog,
            nextLeapSecondReading,
            nextSystemStatistics,
            quitDeadline,
            limit
        )
        var ready = 0
        var requesting = 0
        // While nothing but requests comes there is nothing else to look after; without a pipe, signals are looked for.
        repeat {
            do throws(LinuxError) {
                ready = try poller.wait(until: deadline, on: oscillator)
            } catch {
                log.write(.error, error.message)
                ending = .failure
                return
            }
            requesting = 0
            for (socket, index) in zip(service.sockets, serverIndices) where !poller.events(index).isEmpty {
                serve(socket, after: poller.events(index))
                requesting += 1
            }
        } while wake != nil && requesting > 0 && requesting == ready && oscillator.now < deadline
        if let wakeIndex, !poller.events(wakeIndex).isEmpty { wake?.drain() }
        for query in service.takeQueries() { answer(query) }
        for (client, index) in clientEntries where !poller.events(index).isEmpty {
            takeReplies(from: client.socket, for: client.id)
        }
        takeAnswers()
        complainOfStatistics()
        for request in control.handle(controlEntries, of: poller) { answer(request) }
        updateScreen()
    }

    private func takeAnswers() {
        while let answer = resolver.take() {
            switch answer.purpose {
            case .source(let id):
                engine.resolved(id, to: answer.addresses, failure: answer.failure, at: clock.read())
            case .restriction(let id): restrict(id, to: answer)
            }
        }
        while let outcome = rtc?.take() {
            switch outcome.squareWave {
            case .lost(let why): log.write(.warning, "the second is polled for: \(why)")
            case .found: log.write(.notice, "the second is found by the square wave again")
            case nil: break
            }
            switch outcome.result {
            case .engine(let answer):
                if case .sample(let sample) = answer {
                    let now = clock.read()
                    statistics.write(.clockstats, at: now) { StatisticsLine.clock(sample, at: now) }
                }
                engine.rtcAnswered(answer, at: clock.read())
                // A step is made before the clock is read again: the engine counts on it.
                carryOutActions()
                answerWaitingWrites(answer)
            case .snapshot(let snapshot): answerWaitingReads(snapshot)
            case .closed: break
            }
        }
    }

    private func complainOfStatistics() {
        if let complaint = statistics.takeComplaint() { log.write(.warning, "statistics: \(complaint)") }
    }

    private func updateScreen() {
        guard let screen, screen.nextUpdate <= oscillator.now else { return }
        let now = clock.read()
        screen.update(statusReport(at: now), at: now.monotonic)
    }

    func statusReport(at now: ClockReading) -> StatusReport {
        StatusReport(
            of: engine,
            version: settings.version,
            clock: chosenClock.name,
            rtcName: rtcName,
            thermometer: thermometer?.path,
            at: now
        )
    }

    private func handleSignals() {
        let arrived = signals.take()
        if arrived.contains(.hangup) { reload() }
        if !arrived.isDisjoint(with: [.interrupt, .terminate]) { ending = .success }
    }

    /// `-q`: the clock has been set once and its correction is done, or no server is to be had.
    private func endWhenSet() {
        guard settings.options.quit else { return }
        if engine.state.kind == .synchronised {
            guard !engine.isCorrecting(at: oscillator.now) else { return }
            log.write(.notice, "the clock is set")
            ending = .success
        } else if quitDeadline <= oscillator.now {
            log.write(.error, "no usable server; the clock is not set")
            ending = .failure
        }
    }

    /// When `-q` gives up: after a look-up and several bursts.
    private var quitDeadline: MonotonicTime {
        settings.options.quit ? startedAt + .seconds(30) : .distantFuture
    }
}

/// What the time rests on: cheap to compare after every datagram.
struct Grounds: Equatable {
    private let state: SystemState

    init(of engine: Engine) {
        state = engine.state
    }
}
