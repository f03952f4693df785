import NTPTime

/// What the way to a server and back is like.
package struct PathCharacter: Equatable, Sendable {
    /// Each way, without queues.
    package var delay = NTPDuration.milliseconds(0.1)
    /// Mean of what queues add each way.
    package var jitter = NTPDuration.zero
    /// Of the gamma distribution that `jitter` has; 1 is exponential.
    package var shape = 1.0
    /// Index of the Pareto (Lomax) distribution that `jitter` has in place of the gamma; more than 1.
    package var tail: Double?
    /// By how much the way to the server is longer than the way back, half of it added to the one and taken from the
    /// other: half of it is the error of a measurement.
    package var asymmetry = NTPDuration.zero
    /// Share of the packets, each way, that do not arrive.
    package var loss = 0.0
    package var bursts: Bursts?

    /// Times of heavy load, as random as telephone calls.
    package struct Bursts: Equatable, Sendable {
        /// Mean time between two.
        package var interval: NTPDuration
        /// Mean length.
        package var length: NTPDuration
        /// Mean of what each packet waits longer, exponentially distributed.
        package var delay: NTPDuration
        package var direction: Direction?
    }

    package enum Direction: Equatable, Sendable {
        case forth
        case back
    }

    package init() {}
}

struct NetworkPath {
    var character: PathCharacter
    private var generator: SeededGenerator
    private var burstStart = NTPDuration.zero
    private var burstEnd = NTPDuration.zero
    private var burstGenerator: SeededGenerator

    init(_ character: PathCharacter, generator: SeededGenerator, burstGenerator: SeededGenerator) {
        self.character = character
        self.generator = generator
        self.burstGenerator = burstGenerator
    }

    /// How long a packet takes that leaves at `time`; nil if it is lost.
    mutating func delay(_ direction: PathCharacter.Direction, at time: NTPDuration) -> NTPDuration? {
        if character.loss > 0, generator.uniform() <= character.loss { return nil }
        var delay = character.delay
        delay += direction == .forth ? character.asymmetry / 2 : -character.asymmetry / 2
        delay += .seconds(queueing())
        if let bursts = character.bursts, isBurst(bursts, at: time), bursts.direction ?? direction == direction {
            delay += .seconds(generator.exponential(mean: bursts.delay.seconds))
        }
        return max(.zero, delay)
    }

    private mutating func queueing() -> Double {
        guard character.jitter > .zero else { return 0 }
        if let tail = character.tail {
            let power = Elementary.exp(-Elementary.log(generator.uniform()) / tail)
            return character.jitter.seconds * (tail - 1) * (power - 1)
        }
        return character.shape == 1
            ? generator.exponential(mean: character.jitter.seconds)
            : generator.gamma(shape: character.shape, mean: character.jitter.seconds)
    }

    private mutating func isBurst(_ bursts: PathCharacter.Bursts, at time: NTPDuration) -> Bool {
        while burstEnd <= time {
            burstStart = burstEnd + .seconds(burstGenerator.exponential(mean: bursts.interval.seconds))
            burstEnd = burstStart + .seconds(burstGenerator.exponential(mean: bursts.length.seconds))
        }
        return burstStart <= time
    }
}
