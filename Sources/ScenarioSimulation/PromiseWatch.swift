import ClockDiscipline
import NTPEngine
import NTPTime
import NTPWire

/// Watches, at every moment at which something happens, whether what is promised is kept.
package struct PromiseWatch: Equatable, Sendable {
    /// Moments at which the error was beyond the bound that a reply carried.
    package private(set) var broken: Int64 = 0
    package private(set) var firstBroken: NTPDuration?
    /// The largest share of the bound that an error took.
    package private(set) var closest = 0.0
    /// The longest time without any to serve while an honest majority of servers answered.
    package private(set) var withoutNeed = NTPDuration.zero
    package private(set) var stateChanges: Int64 = 0
    /// Whether the servers were such that the promises could be kept: who is wrong is a minority of three servers at least.
    package private(set) var isFair = true

    private var lastState: SystemState.Kind?
    /// Since when there is no need to have no time.
    private var since: NTPDuration?

    /// - Parameter broken: for a start.
    init(broken: Int64 = 0) { self.broken = broken }

    mutating func look(at world: SimulatedWorld) {
        guard world.isOn, world.panic == nil else {
            since = nil
            lastState = nil
            return
        }
        let state = world.engine.state.kind
        if let lastState, state != lastState { stateChanges += 1 }
        lastState = state
        watchNeed(world, state)
        guard let promise = world.promise else { return }
        closest = max(closest, promise.error.magnitude.seconds / max(promise.bound.seconds, 1e-9))
        guard promise.error.magnitude > promise.bound else { return }
        broken += 1
        firstBroken = firstBroken ?? world.time
    }

    /// Between two moments at which something happens: one outage may end for several servers, one after the other.
    mutating func judge(_ world: SimulatedWorld) {
        if isFair { isFair = world.hasFairServers && !world.isChipUnknowable }
    }

    private mutating func watchNeed(_ world: SimulatedWorld, _ state: SystemState.Kind) {
        guard state == .unsynchronised || state == .local, world.hasHonestMajority else {
            since = nil
            return
        }
        let since = since ?? world.time
        self.since = since
        withoutNeed = max(withoutNeed, world.time - since)
    }
}

extension SimulatedWorld {
    /// The clock's error and the bound on it that a reply would carry; nil if it would say that it is no time, or if a leap
    /// second comes to the clocks one after the other.
    var promise: (error: NTPDuration, bound: NTPDuration)? {
        let reply = engine.served.told(at: now).header
        guard reply.leap != .unsynchronised else { return nil }
        let bound = reply.rootDelay.duration / 2 + reply.rootDispersion.duration
        if let leap = scenario.leapSecond, (scenario.start + time - leap.date).magnitude < bound + .milliseconds(10) {
            return nil
        }
        return (error, bound)
    }

    private var configuredServers: [Upstream] {
        servers.filter { server in configuration.sources.contains { $0.host == server.character.name } }
    }

    /// Whether more than half of the servers in the configuration are within what they claim and can be reached.
    var hasHonestMajority: Bool {
        let configured = configuredServers
        return 2 * configured.count { $0.isHonest(at: time, truth) } > configured.count
    }

    /// Whether the servers that can be reached and are wrong are fewer than the others, and there are three in all.
    var hasFairServers: Bool {
        let configured = configuredServers
        let reachable = configured.filter { $0.isReachable }
        let honest = reachable.count { $0.isWithinClaims(at: time, truth) }
        let liars = reachable.count - honest
        return liars == 0 || configured.count >= SelectionLimits.fewestToOutvote && liars < honest
    }
}

extension Upstream {
    /// A way on which more is lost does not count.
    private static let usableLoss = 0.5

    /// Whether it can be reached and tells the time.
    func isHonest(at time: NTPDuration, _ truth: TrueTime) -> Bool {
        isReachable && character.kiss == nil && (1..<16).contains(character.stratum)
            && character.path.loss <= Self.usableLoss && character.leap != .unsynchronised
            && isWithinClaims(at: time, truth)
    }

    /// Whether its time, and what it says of leap seconds, is within what it claims.
    func isWithinClaims(at time: NTPDuration, _ truth: TrueTime) -> Bool {
        let error = (date(at: time, truth) - truth.date(at: time)).magnitude
        return error <= character.rootDelay / 2 + character.rootDispersion
            && (character.leap == nil || character.leap == truth.leapIndicator(at: time))
    }
}
