import NTPTime

/// A processor that works at times and warms itself and the crystal beside it. All of it is assumed.
package struct LoadCharacter: Equatable, Sendable {
    /// By how much a load warms the die when it lasts, in °C; drawn anew for each.
    package var heat: Spread
    /// Mean time between the end of a load and the next, and mean length of one; both exponentially distributed.
    package var interval: NTPDuration
    package var length: NTPDuration
    /// Time constant of the die, more than zero.
    package var rise = NTPDuration.seconds(15)
    /// The part of the die's heat that comes to the crystal.
    package var share = 0.6
    /// Time constant by which it comes there, more than zero.
    package var lag = NTPDuration.seconds(120)

    package init(heat: Spread, interval: NTPDuration, length: NTPDuration) {
        self.heat = heat
        self.interval = interval
        self.length = length
    }

    /// The fastest change of the crystal's temperature, in °C per second.
    var fastestChange: Double { heat.high * share / lag.seconds }
}

/// What the loads of a scenario make of the temperatures, as two time constants have it, at any time.
struct ProcessorHeat: Sendable {
    private let character: LoadCharacter
    /// Loads and rests in order; the first is a rest from the start.
    private var phases: [Phase]

    private struct Phase {
        /// Since the scenario's start, in s.
        var start: Double
        /// In °C, what the die goes for.
        var target: Double
        /// In °C above what there would be without load, at the start.
        var die: Double
        var crystal: Double
    }

    init(_ character: LoadCharacter, until end: NTPDuration, generator: SeededGenerator) {
        self.character = character
        phases = [Phase(start: 0, target: 0, die: 0, crystal: 0)]
        var generator = generator
        var time = generator.exponential(mean: character.interval.seconds)
        while time < end.seconds {
            begin(at: time, target: character.heat.draw(&generator))
            time += generator.exponential(mean: character.length.seconds)
            begin(at: time, target: 0)
            time += generator.exponential(mean: character.interval.seconds)
        }
    }

    private mutating func begin(at time: Double, target: Double) {
        let before = phases[phases.count - 1]
        phases.append(
            Phase(start: time, target: target, die: die(in: before, at: time), crystal: crystal(in: before, at: time))
        )
    }

    /// Of the die, in °C above what there would be without load.
    func die(at time: NTPDuration) -> Double { die(in: phase(at: time.seconds), at: time.seconds) }

    /// Of the crystal, likewise.
    func crystal(at time: NTPDuration) -> Double { crystal(in: phase(at: time.seconds), at: time.seconds) }

    private func die(in phase: Phase, at time: Double) -> Double {
        phase.target + (phase.die - phase.target) * Elementary.exp((phase.start - time) / character.rise.seconds)
    }

    private func crystal(in phase: Phase, at time: Double) -> Double {
        let target = phase.target * character.share
        return target + (phase.crystal - target) * Elementary.exp((phase.start - time) / character.lag.seconds)
    }

    private func phase(at time: Double) -> Phase {
        var (low, high) = (0, phases.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if phases[middle].start <= time { low = middle } else { high = middle }
        }
        return phases[low]
    }
}
