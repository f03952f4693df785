import ClockDiscipline
import NTPTime
import NTPWire
import Testing

@testable import NTPEngine

/// Facts to decide on, described by what differs from a host whose clock is right and knows nothing else.
private struct Situation {
    static let now = MonotonicTime.zero + .seconds(100_000)
    static let date = NTPDate(unixSeconds: 1_800_000_000)

    var servers: [ServerReport] = []
    var awaitsNames = false
    var clocks: [ClockReport] = []
    var event = Facts.Event.time
    var state = SystemState.unsynchronised(.initial)
    var network: NetworkTime?
    var followed: TimeReference?
    var isDisplaced = false
    var localBegin = MonotonicTime.distantFuture
    /// The clock less true time, in s.
    var clock = 0.0

    /// A time that is off by `offset` and within `bound`, both in s, as it was `age` s ago.
    static func time(_ offset: Double = 0, within bound: Double = 0.001, age: Double = 0) -> TimeReference {
        TimeReference(
            estimate: ClockEstimate(
                moment: now - .seconds(age),
                date: date + .seconds(offset - age),
                frequency: .zero,
                phaseError: .zero,
                frequencyError: .zero
            ),
            rootDelay: .zero,
            rootDispersion: .seconds(bound),
            leap: .none
        )
    }

    static func identity(_ id: AssociationID, stratum: UInt8 = 1) -> ServerIdentity {
        ServerIdentity(id: id, referenceID: ReferenceID(bits: UInt32(id)), stratum: stratum)
    }

    static func network(_ id: AssociationID = 1, _ time: TimeReference = time(), inSpec: Double = 0.01) -> NetworkTime {
        NetworkTime(
            reference: time,
            systemPeer: identity(id),
            members: [id],
            distanceInSpec: .seconds(inSpec)
        )
    }

    var facts: Facts {
        Facts(
            servers: servers,
            awaitsNames: awaitsNames,
            clocks: clocks,
            event: event,
            state: state,
            network: network,
            followed: followed,
            isDisplaced: isDisplaced,
            localBegin: localBegin,
            now: ClockReading(monotonic: Self.now, date: Self.date + .seconds(clock))
        )
    }

    func decision(_ change: (inout DecisionLimits) -> Void = { _ in }) -> Decision {
        var limits = DecisionLimits(
            selection: SelectionLimits(),
            holdover: HoldoverLimits(),
            correction: ClockLoop.Limits(),
            servesLocal: false
        )
        change(&limits)
        return Decision(facts, limits)
    }
}

private func server(
    _ id: AssociationID,
    _ offset: Double = 0,
    within bound: Double = 0.001,
    stratum: UInt8 = 1,
    change: (inout ServerReport) -> Void = { _ in }
) -> ServerReport {
    var report = ServerReport(
        identity: Situation.identity(id, stratum: stratum),
        reference: Situation.time(offset, within: bound),
        newest: Situation.now
    )
    change(&report)
    return report
}

private let one = SystemState.synchronised(Situation.identity(1))
private let byClock = SystemState.holdover(
    SystemState.Holdover(since: Situation.now - .seconds(60), basis: .clock(.rtc))
)
private let byOscillator = SystemState.holdover(
    SystemState.Holdover(since: Situation.now - .seconds(60), basis: .oscillator(Situation.identity(1)))
)

/// A clock whose time is off by `offset` s and within `bound`.
private func clock(_ offset: Double = 0, within bound: Double = 0.001, isUsable: Bool = true, history: Bool = true)
    -> ClockReport
{
    ClockReport(
        id: .rtc,
        reference: Situation.time(offset, within: bound),
        isUsable: isUsable,
        hasHistory: history
    )
}

@Suite struct `The decision which servers are followed` {
    @Test func `takes a server's new sample when nobody contradicts it`() {
        var situation = Situation(servers: [server(1)])
        situation.event = .server(1)
        let decision = situation.decision()
        #expect(decision.state == one)
        #expect(decision.network?.systemPeer.id == 1)
        #expect(decision.verdicts == [.systemPeer])
    }

    @Test func `changes nothing that is followed without a new sample`() {
        var situation = Situation(servers: [server(1)], state: one)
        situation.network = Situation.network()
        situation.followed = Situation.time(age: 10)
        let decision = situation.decision()
        #expect(decision.correction == nil && decision.network == nil)
        #expect(decision.state == one)
    }

    @Test func `does not take the sample of one that the majority disagrees with`() {
        var situation = Situation(servers: [server(1), server(2), server(3, 1)])
        situation.event = .server(3)
        let decision = situation.decision()
        #expect(decision.network == nil && decision.state.kind == .unsynchronised)
        #expect(decision.verdicts == [.systemPeer, .truechimer, .falseticker])
    }

    @Test func `waits at the start for bursts that are under way`() {
        var situation = Situation(servers: [
            server(1),
            server(2) {
                $0.reference = nil; $0.isSettling = true
            },
        ])
        situation.event = .server(1)
        #expect(situation.decision().network == nil)
        situation.network = Situation.network()
        #expect(situation.decision().network != nil)
    }

    @Test(arguments: [
        (true, false, ServerVerdict.contradictsClock), (false, true, .contradictsClock), (false, false, .systemPeer),
    ])
    func `lets one that contradicts a known clock wait while others may come up`(
        isPending: Bool,
        awaitsNames: Bool,
        verdict: ServerVerdict
    ) {
        var situation = Situation(servers: [
            server(1, 0.3),
            server(2) {
                $0.reference = nil; $0.isPending = isPending
            },
        ])
        situation.awaitsNames = awaitsNames
        situation.clocks = [clock()]
        situation.event = .server(1)
        situation.state = byClock
        let decision = situation.decision()
        #expect(decision.verdicts.first == verdict)
        #expect((decision.network == nil) == (verdict == .contradictsClock))
        #expect(decision.state.kind == (verdict == .contradictsClock ? .holdover : .synchronised))
    }

    @Test func `does not wait for the sake of a clock that was never compared, that is silent, or has no time`() {
        var situation = Situation(servers: [server(1, 0.3)], awaitsNames: true)
        situation.event = .server(1)
        var silent = clock(isUsable: false)
        #expect(
            {
                situation.clocks = [silent]; return situation.decision().network != nil
            }()
        )
        #expect(
            {
                situation.clocks = [clock(history: false)]; return situation.decision().network != nil
            }()
        )
        silent = clock()
        silent.reference = nil
        #expect(
            {
                situation.clocks = [silent]; return situation.decision().network != nil
            }()
        )
    }

    @Test func `believes two that agree against a clock`() {
        var situation = Situation(servers: [server(1, 0.3), server(2, 0.3)], awaitsNames: true)
        situation.clocks = [clock()]
        situation.event = .server(1)
        #expect(situation.decision().network != nil)
    }

    @Test func `says why each of the others is not followed`() {
        let situation = Situation(servers: [
            server(1), server(2),
            server(3) { $0.reference = nil },
            server(4, stratum: 16),
            server(5, within: 17),
        ])
        #expect(situation.decision().verdicts == [.systemPeer, .truechimer, .noTime, .badStratum, .tooDistant])
        let two = Situation(servers: [server(1), server(2, 1)])
        #expect(two.decision().verdicts == [.noMajority, .noMajority])
        let jumped = Situation(servers: [server(1) { $0.doubt = .seconds(20) }])
        #expect(jumped.decision().verdicts == [.jumped])
    }

    @Test func `covers what one has jumped by unless two others say who is right`() {
        var situation = Situation(servers: [server(1) { $0.doubt = .seconds(0.05) }])
        situation.event = .server(1)
        let alone = situation.decision().network?.reference.rootDispersion ?? .zero
        #expect(alone > .seconds(0.05))
        situation.servers += [server(2), server(3)]
        let corroborated = situation.decision().network?.reference.rootDispersion ?? .max
        #expect(corroborated < .seconds(0.05))
    }

    @Test(arguments: [
        // Who has jumped or dissents, when (s ago), and when the outvoted was asked last.
        (nil, 0.0, false, ServerVerdict.falseticker), (1 as AssociationID?, 50, false, .falseticker),
        (1, 5, false, .inconclusive), (3, 5, false, .inconclusive), (3, 50, false, .falseticker),
        (1, 0, true, .inconclusive), (3, 0, true, .inconclusive),
    ])
    func `calls nobody a falseticker before all were asked since the last jump`(
        id: AssociationID?,
        ago: Double,
        isDissenting: Bool,
        verdict: ServerVerdict
    ) {
        var servers = [server(1), server(2), server(3, 1)]
        for index in servers.indices { servers[index].newest = Situation.now - .seconds(10) }
        if let id, let index = servers.firstIndex(where: { $0.identity.id == id }) {
            if isDissenting {
                servers[index].isDissenting = true
            } else {
                servers[index].jumpedAt = Situation.now - .seconds(ago)
            }
        }
        #expect(Situation(servers: servers).decision().verdicts[2] == verdict)
    }
}

@Suite struct `The decision whether a clock is followed` {
    @Test func `takes any time of a clock when there is no other, and then the clock steps`() {
        for state in [SystemState.unsynchronised(.initial), .local(.initial)] {
            var situation = Situation(clocks: [clock(5_000, within: 0.5)], event: .clock(.rtc), state: state)
            situation.followed = state == .local(.initial) ? Situation.time(within: 3) : nil
            let decision = situation.decision()
            #expect(decision.state == .holdover(SystemState.Holdover(since: Situation.now, basis: .clock(.rtc))))
            guard case .step(let step, _) = decision.correction?.action else {
                Issue.record("no step")
                return
            }
            #expect(abs(step.inSeconds - 5_000) < 1e-6)
        }
    }

    @Test(arguments: [(0.0005, true), (0.002, false)])
    func `follows in sync and in holdover what is likely to be nearer`(bound: Double, isFollowed: Bool) {
        for state in [one, byClock, byOscillator] {
            var situation = Situation(servers: [server(1)], clocks: [clock(within: bound)], event: .clock(.rtc))
            situation.state = state
            situation.network = Situation.network()
            situation.followed = situation.network?.reference
            let decision = situation.decision()
            #expect((decision.correction != nil) == isFollowed)
            #expect(decision.state.kind == state.kind)
        }
    }

    @Test func `follows a clock that has contradicted itself only when it is better than what is followed`() {
        var doubtful = clock(within: 0.5)
        doubtful.isDoubtful = true
        var situation = Situation(clocks: [doubtful], event: .clock(.rtc), state: byOscillator)
        situation.network = Situation.network(1, Situation.time(within: 1))
        situation.followed = Situation.time(within: 0.3)
        #expect(situation.decision().correction == nil)
        situation.followed = Situation.time(within: 0.6)
        #expect(situation.decision().correction != nil)
        situation.followed = nil
        #expect(situation.decision().correction != nil)
    }

    @Test func `takes no clock after holdover has lasted as long as is allowed`() {
        for state in [SystemState.unsynchronised(.holdoverOver), .local(.holdoverOver)] {
            let situation = Situation(clocks: [clock()], event: .clock(.rtc), state: state)
            #expect(situation.decision().correction == nil)
        }
        let distant = Situation(clocks: [clock()], event: .clock(.rtc), state: .unsynchronised(.tooDistant))
        #expect(distant.decision().correction != nil)
    }

    @Test func `takes no time that is worse than the limit, and none that is not there`() {
        var situation = Situation(clocks: [clock(within: 0.5)], event: .clock(.rtc))
        #expect(situation.decision { $0.holdover.distance = .seconds(0.4) }.correction == nil)
        situation.clocks[0].reference = nil
        #expect(situation.decision().correction == nil)
        situation.clocks = []
        #expect(situation.decision().correction == nil)
    }
}

@Suite struct `The decision what clients are told` {
    private func lost(_ bound: Double, clocks: [ClockReport] = []) -> Situation {
        var situation = Situation(clocks: clocks, state: one)
        situation.network = Situation.network(inSpec: 0.01)
        situation.followed = Situation.time(within: bound)
        return situation
    }

    @Test func `is the same without servers as long as the bound is in spec`() {
        #expect(lost(0.009).decision().state == one)
        #expect(lost(0.011).decision().state.kind == .holdover)
    }

    @Test(arguments: [SystemState.unsynchronised(.tooDistant), .unsynchronised(.holdoverOver), .local(.tooDistant)])
    func `stays nothing for as long as nothing comes up`(state: SystemState) {
        var situation = Situation(state: state)
        situation.followed = Situation.time(within: 17)
        #expect(situation.decision().state == state)
    }

    @Test func `names the clock in holdover if it has a time, and else the server before`() {
        let known = SystemState.Holdover(since: Situation.now, basis: .clock(.rtc))
        let unknown = SystemState.Holdover(since: Situation.now, basis: .oscillator(Situation.identity(1)))
        #expect(lost(0.02, clocks: [clock()]).decision().state == .holdover(known))
        #expect(lost(0.02, clocks: [clock(isUsable: false)]).decision().state == .holdover(unknown))
    }

    @Test func `is holdover without anything known of the network only by mistake of the caller`() {
        var situation = Situation(state: one)
        situation.followed = Situation.time()
        #expect(situation.decision().state.kind == .holdover)
        situation.followed = nil
        #expect(situation.decision().state.kind == .holdover)
    }

    @Test func `changes once when a clock takes over in holdover`() {
        var situation = Situation(clocks: [clock()], event: .clock(.rtc), state: byOscillator)
        situation.network = Situation.network(1, Situation.time(within: 1))
        situation.followed = Situation.time(within: 1)
        #expect(situation.decision().state == byClock)
        situation.event = .time
        #expect(situation.decision().state == byOscillator)
    }

    @Test func `is nothing beyond the limits`() {
        var situation = Situation(state: byClock)
        situation.followed = Situation.time(within: 17)
        #expect(situation.decision().state == .unsynchronised(.tooDistant))
        #expect(situation.decision { $0.servesLocal = true }.state == .local(.tooDistant))
        situation.followed = Situation.time()
        #expect(situation.decision { $0.holdover.duration = .seconds(59) }.state == .unsynchronised(.holdoverOver))
        #expect(situation.decision { $0.holdover.duration = .seconds(61) }.state == byClock)
        situation.state = one
        situation.network = Situation.network(inSpec: 100)
        situation.followed = Situation.time(within: 17)
        #expect(situation.decision().state == .unsynchronised(.tooDistant))
        #expect(situation.decision { $0.servesLocal = true }.state == .local(.tooDistant))
    }

    @Test func `is nothing while the clock is off by more, whoever is right`() {
        var situation = Situation(servers: [server(1)], state: one, clock: -100)
        situation.network = Situation.network()
        situation.followed = Situation.time()
        #expect(situation.decision().state == .unsynchronised(.tooDistant))
    }

    @Test func `is the machine's clock when nothing has come up and the user wants that`() {
        let situation = Situation(localBegin: Situation.now)
        #expect(situation.decision { $0.servesLocal = true }.state == .local(.initial))
        #expect(situation.decision().state == .unsynchronised(.initial))
        let early = Situation(localBegin: Situation.now + .seconds(1))
        #expect(early.decision { $0.servesLocal = true }.state == .unsynchronised(.initial))
    }
}

@Suite struct `The decision how the clock is corrected` {
    enum Kind: Sendable { case step, slew, panic }

    private func kind(_ decision: Decision) -> Kind? {
        switch decision.correction?.action {
        case .step: .step
        case .steer: .slew
        case .panic: .panic
        case nil: nil
        }
    }

    @Test(
        arguments: [
            (SystemState.unsynchronised(.initial), 2_000.0, Kind.panic), (.unsynchronised(.initial), 2, .step),
            // A clock that only the RTC has set may be off by any amount.
            (byClock, 2_000, .step),
        ] as [(SystemState, Double, Kind)]
    )
    func `by servers for the first time`(state: SystemState, clock: Double, expected: Kind) {
        var situation = Situation(servers: [server(1)], event: .server(1), state: state, clock: clock)
        situation.followed = Situation.time(clock)
        #expect(kind(situation.decision()) == expected)
    }

    @Test(arguments: [
        (1.0, false, Kind.slew), (20, false, .step), (1, true, .step), (3_600, true, .step), (0.1, true, .slew),
    ])
    func `later`(clock: Double, isDisplaced: Bool, expected: Kind) {
        var situation = Situation(servers: [server(1)], event: .server(1), state: one, clock: clock)
        situation.network = Situation.network(1, Situation.time(age: 64))
        situation.followed = Situation.time(age: 64)
        situation.isDisplaced = isDisplaced
        #expect(kind(situation.decision()) == expected)
        let asNTPD = situation.decision { $0.correction.panicsLater = true }
        #expect(kind(asNTPD) == (clock > 1_000 ? .panic : expected))
    }

    @Test func `slews when it is the estimate that has moved, not the clock`() {
        var situation = Situation(servers: [server(1, 1)], event: .server(1), state: one)
        situation.network = Situation.network(1, Situation.time(age: 64))
        situation.followed = Situation.time(age: 64)
        situation.isDisplaced = true
        #expect(kind(situation.decision()) == .slew)
    }

    @Test func `by a clock, when somebody else has set it`() {
        var situation = Situation(clocks: [clock()], event: .clock(.rtc), state: byClock, clock: 60)
        situation.network = Situation.network(1, Situation.time(within: 1))
        situation.followed = Situation.time(age: 16)
        situation.isDisplaced = true
        let decision = situation.decision()
        #expect(kind(decision) == .step && decision.state == byClock)
    }
}
