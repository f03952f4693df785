import Authentication
import ClockDiscipline
import HAL
import NTPTime
import NTPWire
import NetworkAddress
import RTCReference

/// The whole daemon but for its input and output: associations, selection, discipline, RTC, what is served.
///
/// Sans-IO: every method takes the time at which it is called, and what is to be done is left in `takeActions()`. The
/// daemon, the simulator and the tests drive the same engine. The shell calls `advance` at `nextDeadline`.
package struct Engine: Sendable {
    package let configuration: EngineConfiguration
    /// Trusted keys.
    package var keys: KeyTable
    private nonisolated(unsafe) let random: any RandomSource
    var actions: [EngineAction] = []

    var lines: [SourceLine] = []
    package internal(set) var associations: [Association] = []
    var nextSourceID: SourceID = 0
    var nextAssociationID: AssociationID = 1
    var broadcasts: [Broadcast]
    /// Servers that told us to go away (kiss codes DENY, RSTR).
    var deniedAddresses: [IPAddress] = []

    /// When the first server answered after none had.
    var reachableSince = MonotonicTime.zero

    var timekeeper = Timekeeper()
    /// When the decision is looked at again, should nothing have happened.
    private var nextReview = MonotonicTime.distantFuture
    let prior: FrequencyPrior
    var nextFrequencySave: MonotonicTime

    package internal(set) var rtc: RTCSource?
    /// The oscillator by the RTC's thermometer.
    package internal(set) var thermal = ThermalCompensation()
    /// The oscillator by the processor's; nil if there is none.
    package internal(set) var processorThermometer: ProcessorThermometer?
    /// When the machine's clock is to be served, should nothing else have come up.
    let localBegin: MonotonicTime
    /// What is known of leap seconds beside the servers' word.
    package internal(set) var leapSeconds: LeapSecondTable?
    /// The leap second that ends the present day.
    package internal(set) var leapSecond: LeapSecond?
    var pastLeap: PastLeap?
    /// When the kernel need not know any more of the last one.
    var leapNoticeEnd: MonotonicTime?

    /// - Parameter frequency: the oscillator's frequency as the last run left it (drift file).
    /// - Parameter savedRTC: the text of the last `EngineAction.saveRTC`.
    package init(
        configuration: EngineConfiguration,
        frequency: Frequency?,
        savedRTC: String?,
        random: any RandomSource,
        at now: ClockReading
    ) {
        self.configuration = configuration
        keys = configuration.keys
        self.random = random
        prior = frequency.map(FrequencyPrior.remembered) ?? .unknown
        nextFrequencySave = now.monotonic + Self.frequencySaveInterval
        localBegin = configuration.local.map { now.monotonic + $0.wait } ?? .distantFuture
        broadcasts = configuration.broadcasts.map { Broadcast(configuration: $0, next: now.monotonic) }
        setSources(configuration.sources, at: now.monotonic)
        if let kind = configuration.rtc {
            let assumedError = configuration.assumedRTCError
            rtc = RTCSource(
                kind,
                saved: savedRTC,
                assumedError: assumedError,
                trimsChip: configuration.trimsRTC,
                at: now.monotonic
            )
            if let savedRTC, RTCMemory(parsing: savedRTC, of: kind, assumedError: assumedError) == nil {
                tell(.rtcMemoryUnreadable(kind: kind.name))
            }
        }
        if configuration.hasThermometer { processorThermometer = ProcessorThermometer() }
        if let frequency { actions.append(.steer(ClockSteering(frequency: frequency))) }
    }

    static let frequencySaveInterval = NTPDuration.seconds(3_600)

    package mutating func takeActions() -> [EngineAction] {
        defer { actions.removeAll(keepingCapacity: true) }
        return actions
    }

    mutating func tell(_ event: EngineEvent) { actions.append(.tell(event)) }

    func randomBits() -> UInt64 { random.next() }

    /// When `advance` has to be called next.
    package var nextDeadline: MonotonicTime {
        var deadline = nextFrequencySave
        for association in associations { deadline = min(deadline, association.nextPoll) }
        for broadcast in broadcasts { deadline = min(deadline, broadcast.next) }
        for line in lines where !line.isResolving { deadline = min(deadline, line.nextLookup ?? .distantFuture) }
        if timekeeper.slew.duration > .zero { deadline = min(deadline, timekeeper.slew.end) }
        if let rtc { deadline = min(deadline, rtc.nextDeadline) }
        deadline = min(deadline, holdoverEnd, nextReview, nextThermometerReading)
        deadline = min(deadline, leapDeadline)
        if state.kind == .unsynchronised { deadline = min(deadline, localBegin) }
        return deadline
    }

    /// Does everything that is due.
    package mutating func advance(to now: ClockReading) {
        leapIfDue(at: now)
        consultLeapSeconds(at: now)
        watchClock(at: now)
        endCorrection(at: now.monotonic)
        pollServers(at: now)
        lookUpNames(at: now.monotonic)
        askRTC(at: now)
        decide(after: .time, at: now)
        nextReview = isSteered ? now.monotonic + Self.reviewInterval : .distantFuture
        broadcast(at: now)
        saveFrequencyIfDue(at: now.monotonic)
        readThermometer(at: now.monotonic)
    }

    /// What has to be kept when the daemon ends.
    package mutating func shutDown(at now: ClockReading) {
        endSlew()
        if let frequency = measuredFrequency { actions.append(.saveFrequency(frequency)) }
        saveRTC()
    }

    /// Whether there is a time to steer by, the bound of which may reach a limit without anything else happening.
    var isSteered: Bool {
        switch state.kind {
        case .synchronised, .holdover: true
        case .unsynchronised, .local: false
        }
    }

    private static let reviewInterval = NTPDuration.seconds(64)

    /// When holdover ends whatever the bound is.
    private var holdoverEnd: MonotonicTime {
        guard let since = holdoverSince, let duration = configuration.holdover.duration else { return .distantFuture }
        return since + duration
    }

    /// The oscillator's frequency, if it has been measured in this run.
    package var measuredFrequency: Frequency? {
        guard let estimate = timekeeper.network?.reference.estimate,
            estimate.frequencyError < Self.trustedFrequencyError
        else {
            return nil
        }
        return estimate.frequency
    }

    /// A frequency less well known than this is not kept for the next start.
    private static let trustedFrequencyError = Frequency.ppm(2)

    private mutating func saveFrequencyIfDue(at now: MonotonicTime) {
        guard now >= nextFrequencySave else { return }
        nextFrequencySave = now + Self.frequencySaveInterval
        if let frequency = measuredFrequency { actions.append(.saveFrequency(frequency)) }
        saveRTC()
    }
}

/// The engine's part of the configuration.
package struct EngineConfiguration: Sendable {
    package var sources: [SourceConfiguration]
    package var broadcasts: [BroadcastConfiguration]
    package var limits: ClockLoop.Limits
    package var selection: SelectionLimits
    /// Associations that all pools together may have; nil leaves each its own few.
    package var maximumPoolAssociations: Int?
    package var local: LocalReference?
    /// What kind of chip the RTC is; nil if there is none.
    package var rtc: RTCKind?
    /// Whether the RTC's trim register may be set, so that the chip itself keeps time.
    package var trimsRTC: Bool
    /// Bound on the error of a chip that was never compared with UTC.
    package var assumedRTCError: NTPDuration
    /// Whether the processor's thermometer can be read.
    package var hasThermometer: Bool
    package var holdover: HoldoverLimits
    /// Dates outside of it are nobody's time.
    package var plausibleDates: ClosedRange<NTPDate>
    /// Over which a leap second is spread for clients; nil announces it to them.
    package var leapSmearInterval: NTPDuration?
    /// log2 of the served clock's precision in seconds.
    package var precision: Int8
    /// Reference identifiers of our own addresses, by which a loop is seen.
    package var ownReferenceIDs: [ReferenceID]
    package var keys: KeyTable

    package init(
        sources: [SourceConfiguration] = [],
        broadcasts: [BroadcastConfiguration] = [],
        limits: ClockLoop.Limits = ClockLoop.Limits(),
        selection: SelectionLimits = SelectionLimits(),
        maximumPoolAssociations: Int? = nil,
        local: LocalReference? = nil,
        rtc: RTCKind? = nil,
        trimsRTC: Bool = true,
        assumedRTCError: NTPDuration = .seconds(1),
        hasThermometer: Bool = false,
        holdover: HoldoverLimits = HoldoverLimits(),
        plausibleDates: ClosedRange<NTPDate> = NTPDate.plausible,
        leapSmearInterval: NTPDuration? = nil,
        precision: Int8 = -20,
        ownReferenceIDs: [ReferenceID] = [],
        keys: KeyTable = KeyTable()
    ) {
        self.sources = sources
        self.broadcasts = broadcasts
        self.limits = limits
        self.selection = selection
        self.maximumPoolAssociations = maximumPoolAssociations
        self.local = local
        self.rtc = rtc
        self.trimsRTC = trimsRTC
        self.assumedRTCError = assumedRTCError
        self.hasThermometer = hasThermometer
        self.holdover = holdover
        self.plausibleDates = plausibleDates
        self.leapSmearInterval = leapSmearInterval
        self.precision = precision
        self.ownReferenceIDs = ownReferenceIDs
        self.keys = keys
    }
}
