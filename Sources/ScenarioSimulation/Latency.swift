import NTPTime

/// What driver and kernel take beside the bits on the bus, and how late a sleeper wakes up.
final class Latency {
    private var generator: SeededGenerator
    private let mean: NTPDuration

    init(_ generator: SeededGenerator, mean: NTPDuration) {
        self.generator = generator
        self.mean = mean
    }

    func next() -> NTPDuration {
        mean > .zero ? .seconds(generator.exponential(mean: mean.seconds)) : .zero
    }
}

/// By how much a square wave's edges come late; negative ones come early.
final class EdgeJitter {
    private var generator: SeededGenerator
    /// In s.
    private let deviation: Double

    init(_ generator: SeededGenerator, deviation: Double) {
        self.generator = generator
        self.deviation = deviation
    }

    func next() -> NTPDuration { deviation > 0 ? .seconds(deviation * generator.normal()) : .zero }
}
