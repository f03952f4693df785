import NTPTime

/// What happens in a world, one after the other.
struct RandomEvents {
    private(set) var lines: [String] = []
    private(set) var leapSecond: Leap?

    struct Leap {
        var start: String
        var kind: String
        var date: String
        var hasFile: Bool
    }

    /// What can happen that makes some other thing unfair.
    private enum Theme: CaseIterable {
        /// Power cuts, with files that may be gone afterwards.
        case power
        /// The power fails at the worst moment.
        case journal
        /// The chip and its bus.
        case chip
        /// The network, and what servers the configuration has.
        case network
        /// Somebody sets the clock, or starts the daemon again.
        case user
    }

    init(_ world: inout RandomWorld) {
        happen(&world)
        cutOff(&world)
    }

    private mutating func happen(_ world: inout RandomWorld) {
        if world.chance.happens(0.12) { leapSecond = Self.leap(&world) }
        // Without a file, a leap second has to be heard of.
        if let leapSecond, !leapSecond.hasFile { return }
        var themes = Theme.allCases.filter { _ in world.chance.happens(0.4) }
        // A chip that somebody has set while nobody can know would be believed once what was known of it is gone.
        let setsChip = themes.contains(.chip) && !themes.contains(.journal) && !world.servers.isEmpty
        if !world.hasChip { themes.removeAll { $0 == .chip || $0 == .journal } }
        if world.servers.isEmpty { themes.removeAll { $0 == .network } }
        guard !themes.isEmpty else { return }
        var time = world.duration * world.chance.uniform(0.02...0.4)
        for _ in 0..<world.chance.number(1...8) where time < world.duration {
            switch world.chance.pick(themes) {
            case .power: time += cutPower(&world, at: time, mayLoseFiles: !setsChip)
            case .journal:
                let length = world.chance.logarithmic(10...20_000)
                let moment = world.chance.pick(["write", "save"])
                write("power-fails", moment, Chance.moment(time), Chance.time(length))
                time += length
            case .chip: time += troubleChip(&world, at: time, mayBeSet: setsChip)
            case .network: troubleNetwork(&world, at: time)
            case .user:
                guard world.chance.happens(0.5) else {
                    write("restart", Chance.moment(time))
                    break
                }
                write("step client", Chance.moment(time), Chance.time(world.chance.either(1e-4...1e6)))
            }
            time += world.chance.logarithmic(60...max(120, world.duration / 3))
        }
    }

    /// At the end nobody answers, somebody sets the chip, and the power fails: what was found out about the chip has to be kept.
    private mutating func cutOff(_ world: inout RandomWorld) {
        var chance = Chance(seed: world.seed, stream: 0x6f66)
        guard chance.happens(0.1), world.hasChip, !world.servers.isEmpty, leapSecond == nil else { return }
        let begin = world.duration
        let length = chance.logarithmic(7_200...86_400)
        world.duration += length
        write("outage all", Chance.moment(begin), Chance.moment(begin + length))
        let set = begin + length * chance.uniform(0.1...0.4)
        write("rtc-fault step", Chance.moment(set), Chance.time(chance.either(1e-2...1e4)))
        let off = begin + length * chance.uniform(0.5...0.6)
        write("power-off", Chance.moment(off), Chance.moment(off + length * chance.uniform(0.01...0.2)))
    }

    private mutating func write(_ words: String...) {
        lines.append(words.filter { !$0.isEmpty }.joined(separator: " "))
    }

    /// - Returns: how long it lasts, which the world does longer, too.
    private mutating func cutPower(_ world: inout RandomWorld, at time: Double, mayLoseFiles: Bool) -> Double {
        let length = world.chance.logarithmic(5...2e6)
        world.duration += length
        write(
            "power-off",
            Chance.moment(time),
            Chance.moment(time + length),
            world.chance.happens(0.3) ? "date 1970-01-01T00:00:10Z" : "",
            mayLoseFiles && world.chance.happens(0.2) ? "files " + world.chance.pick(["missing", "torn"]) : "",
            world.hasChip && world.chance.happens(0.1) ? "cell-changed" : ""
        )
        return length
    }

    private mutating func troubleChip(_ world: inout RandomWorld, at time: Double, mayBeSet: Bool) -> Double {
        let kind = world.chance.pick(["hung", "held-low", "silent", "stopped", mayBeSet ? "step" : "silent"])
        switch kind {
        case "stopped": write("rtc-fault stopped", Chance.moment(time))
        case "step": write("rtc-fault step", Chance.moment(time), Chance.time(world.chance.either(1e-3...1e5)))
        default:
            let length = world.chance.logarithmic(30...20_000)
            write("rtc-fault", kind, Chance.moment(time), Chance.moment(time + length))
            return length
        }
        return 0
    }

    /// Never so that only liars are left.
    private mutating func troubleNetwork(_ world: inout RandomWorld, at time: Double) {
        let some = world.servers.filter { !world.hasLiars || $0.isLiar }
        let name = world.chance.happens(0.6) ? "all" : world.chance.pick(some).name
        guard world.chance.happens(0.8) else {
            let names =
                world.hasLiars ? ["all"] : world.servers.filter { _ in world.chance.happens(0.7) }.map { $0.name }
            return write("sources", Chance.moment(time), names.joined(separator: " "))
        }
        let length = world.chance.logarithmic(30...max(60, world.duration / 2))
        write("outage", name, Chance.moment(time), Chance.moment(time + length))
    }

    private static func leap(_ world: inout RandomWorld) -> Leap? {
        let year = world.chance.number(2027...2040)
        let (month, kind) = world.chance.pick([("07", "insertion"), ("01", "insertion"), ("07", "deletion")])
        let date = "\(year)-\(month)-01T00:00:00Z"
        let honest = world.servers.count { !$0.isLiar }
        let hasFile = world.chance.happens(0.6) || honest < 3
        guard let midnight = NTPDate(iso8601: date) else { return nil }
        let before = min(world.duration, 86_400) * world.chance.uniform(0.1...0.9)
        let start = NTPDate(seconds: (midnight - .seconds(before)).seconds)
        return Leap(start: start.iso8601(decimals: 0), kind: kind, date: date, hasFile: hasFile)
    }
}
