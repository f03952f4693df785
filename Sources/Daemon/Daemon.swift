import Authentication
import ClockDiscipline
import CommandLine
import Configuration
import HAL
import Linux
import Monitoring
import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress
import ProgramSupport
import RTCDevice

/// The engine on a real machine: sockets, clocks, threads and files around it, in one poll loop.
package final class Daemon {
    var settings: DaemonSettings
    /// What the daemon was started with: in force, but for what a reload takes over.
    let startConfiguration: Configuration
    let log: Log
    let oscillator = OscillatorClock()
    let chosenClock: ChosenClock
    var engine: Engine
    let servers: ServerSockets
    var clients = ClientSockets()
    let received: DatagramBatch
    let replies: DatagramBatch
    let service: TimeService
    var restrictedHosts = RestrictedHosts()
    var queries: QueryServer
    let hostDescription: HostDescription
    let startedAt: MonotonicTime
    let wake: WakePipe?
    let signals: SignalWatch
    let resolver: WorkerThread<NameJob, NameAnswer>
    let rtcName: String
    let rtc: WorkerThread<RTCJob, RTCOutcome>?
    /// The processor's; nil if it has none, or it is not to be read.
    let thermometer: SystemThermometer?
    /// Whether the chip is to be left as it was found.
    let closesRTC: Bool
    var files: StateFiles
    let statistics: StatisticsLog
    /// What the last line of `sysstats` counted, and when.
    var counted: (counters: ServerCounters, at: MonotonicTime)
    var control: ControlServer
    let notifier = ServiceNotifier()
    /// When systemd's watchdog is to hear from us.
    var nextWatchdog: MonotonicTime
    /// What systemd was told last of what the time rests on.
    var announced: Grounds?
    let screen: LiveStatus?
    private let pidFile: PidFile?
    /// When the leap second file is read again.
    var nextLeapSecondReading = MonotonicTime.distantFuture
    /// How the daemon is to end, once it is known.
    var ending: ExitStatus?

    var clock: any ServedClock { chosenClock.clock }

    /// Opens everything; nothing is sent and no clock is changed before `run`.
    ///
    /// In the background the process is another one afterwards.
    package init(_ settings: DaemonSettings) throws(StartError) {
        let configuration = settings.configuration
        let options = settings.options
        self.settings = settings
        startConfiguration = configuration
        startedAt = oscillator.now
        if !options.foreground { Host.closeInheritedDescriptors() }
        let log = try Log(settings)
        self.log = log
        let surroundings = Surroundings(of: configuration)
        for remark in settings.remarks + surroundings.remarks { log.write(.warning, remark) }
        if let error = surroundings.errors.first { throw StartError(description: error) }
        do throws(LinuxError) { try Host.raiseCapabilities() } catch { log.write(.warning, error.message) }
        let keys = KeyTable(surroundings.keys ?? [])
        let opened = try ServerSockets(configuration, family: options.family, count: max(1, settings.threads))
        servers = opened
        for complaint in opened.complaints { log.write(.warning, complaint) }
        do throws(LinuxError) {
            if !options.foreground { try Host.daemonise() }
            received = try DatagramBatch()
            replies = try DatagramBatch()
            wake = Self.makeWakePipe(log)
            signals = try SignalWatch(wake: wake)
            if options.highPriority { try Host.raisePriority() }
            pidFile = try Self.writePidFile(configuration, log)
            if let identity = options.identity { try Host.become(identity.user, group: identity.group) }
        } catch {
            throw StartError(description: error.message)
        }
        chosenClock = try ChosenClock.make(
            configuration.clock,
            mayDiscipline: configuration.disciplinesClock,
            oscillator: oscillator
        ) { log.write(.notice, $0) }
        files = StateFiles(configuration)
        control = ControlServer(configuration, log: log)
        nextWatchdog = notifier.watchdogInterval == nil ? .distantFuture : .zero
        screen = options.foreground ? LiveStatus() : nil
        log.screen = screen

        let mode: WorkerMode = options.singleThread ? .inline : .thread
        restrictedHosts.set(configuration.restrictedHosts.map(RestrictedHosts.Line.init), at: startedAt)
        let hosts = restrictedHosts
        let names = configuration.servers.count + configuration.restrictedHosts.count
        resolver = WorkerThread(capacity: names + 1, wake: wake, mode: mode) { $0.answer() }
        let chip = Self.startRTC(configuration.rtc, wake, mode)
        statistics = StatisticsLog(configuration.statistics, wake: wake, mode: mode, at: startedAt)
        counted = (ServerCounters(), startedAt)
        rtcName = chip?.name ?? "none"
        rtc = chip?.worker
        closesRTC = chip?.hasSquareWave ?? false
        thermometer = Self.thermometer(configuration.thermometer, log)
        let platform = Host.platform
        hostDescription = HostDescription(
            version: settings.version,
            processor: platform.processor,
            system: platform.system,
            rtcName: chip?.name,
            servesKernelClock: chosenClock.isKernel
        )
        let broadcasts = try Self.broadcasts(configuration)
        do throws(LinuxError) {
            let random = try KernelRandom()
            engine = Engine(
                configuration: EngineConfiguration(
                    configuration,
                    broadcasts: broadcasts,
                    allowsFirstPanic: options.panicGate,
                    rtc: chip?.kind,
                    hasThermometer: thermometer != nil,
                    setsKernelClock: chosenClock.isKernel,
                    precision: Self.precision(of: chosenClock.clock),
                    ownReferenceIDs: Self.ownReferenceIDs(),
                    keys: keys
                ),
                frequency: files.readFrequency(log),
                savedRTC: files.readRTC(log),
                random: random,
                at: chosenClock.clock.read()
            )
            let limits = ClientTableLimits(configuration.clientList, configuration.rateLimit)
                .share(of: opened.groups.count)
            let inbox = try wake.flatMap { wake throws(LinuxError) in
                settings.threads > 0 ? try QueryInbox(wake: wake) : nil
            }
            service = try TimeService(
                opened.groups,
                state: ServingState(served: engine.served, clock: chosenClock.clock.snapshot),
                inbox: inbox,
                makeResponder: {
                    Responder(
                        access: AccessList(configuration, hosts),
                        keys: keys,
                        rateLimit: RateLimit(configuration.rateLimit),
                        clientLimits: limits,
                        random: random
                    )
                },
                complain: { log.write(.warning, $0) }
            )
            queries = QueryServer(random: random)
        } catch {
            throw StartError(description: error.message)
        }
        readLeapSeconds()
    }

    private static func broadcasts(_ configuration: Configuration) throws(StartError) -> [BroadcastConfiguration] {
        do throws(ResolverError) {
            return try configuration.broadcasts.map { directive throws(ResolverError) in
                try BroadcastConfiguration(directive, port: configuration.port)
            }
        } catch {
            throw StartError(description: "broadcast \(error.description)")
        }
    }

    /// The chip, on a thread of its own from here on.
    private static func startRTC(
        _ directive: RTCDirective,
        _ wake: WakePipe?,
        _ mode: WorkerMode
    ) -> (name: String, kind: RTCKind, hasSquareWave: Bool, worker: WorkerThread<RTCJob, RTCOutcome>)? {
        guard let device = RTCDevice(directive, clock: OscillatorClock()) else { return nil }
        let (name, kind, hasSquareWave) = (device.name, device.kind, device.hasSquareWave)
        return (name, kind, hasSquareWave, WorkerThread(capacity: 4, wake: wake, mode: mode) { $0.perform(on: device) })
    }

    /// - Throws: when another daemon holds it; one that cannot be written is a warning, and none.
    private static func writePidFile(_ configuration: Configuration, _ log: Log) throws(LinuxError) -> PidFile? {
        guard let path = configuration.pidFile else { return nil }
        do throws(LinuxError) {
            return try PidFile(path)
        } catch {
            guard !error.isBusy else { throw error }
            if !Surroundings.lacksFolder(of: path) {
                log.write(.warning, "pidfile: \(error.message); going on without")
            }
            return nil
        }
    }

    private static func makeWakePipe(_ log: Log) -> WakePipe? {
        do throws(LinuxError) {
            return try WakePipe()
        } catch {
            log.write(.warning, "\(error.message); results of threads may be seen late")
            return nil
        }
    }

    /// log2 of the time that a reading of the clock takes, as RFC 5905 section 7.3 has it; -20 to -30 is usual.
    private static func precision(of clock: any ServedClock) -> Int8 {
        var shortest = NTPDuration.seconds(1)
        for _ in 0..<16 {
            let before = clock.read().monotonic
            let elapsed = clock.read().monotonic - before
            if elapsed > .zero { shortest = min(shortest, elapsed) }
        }
        return Int8(clamping: 31 - shortest.units.leadingZeroBitCount)
    }

    private static func ownReferenceIDs() -> [ReferenceID] {
        do throws(LinuxError) {
            return try InterfaceAddress.all().filter { !$0.isLoopback }
                .map { ReferenceID(bits: referenceID(of: $0.address.address)) }
        } catch {
            return []
        }
    }
}

/// The kernel's random numbers for the engine.
private final class KernelRandom: RandomSource {
    private var source: SystemRandom

    init() throws(LinuxError) { source = try SystemRandom() }

    func next() -> UInt64 { source.next() }
}
