import NTPTime

/// What the round-trip delays of a path tell of it.
///
/// Queues only ever add to a delay. A sample whose delay is near the least that the path can have was hardly queued, and
/// its error, at most half of what it was queued, is small; if the queues are alike and exponential both ways, the error
/// is uniform within that half.
struct PathStatistics: Equatable, Sendable {
    /// The delay without queues, in seconds: by so much below the least one seen as that many samples leave to be expected.
    let base: Double
    /// A quarter of the delays' variance, in s²: the variance of the offsets' errors if both ways vary alike.
    let spread: Double

    /// What is taken for the mean queueing delay, in shares of the delay, as long as hardly any samples tell.
    private static let expectedQueueing = 0.1

    /// - Parameter delays: in seconds, at least one.
    init(_ delays: ArraySlice<Double>) {
        let count = Double(delays.count)
        let least = delays.min() ?? 0
        let mean = delays.reduce(0, +) / count
        let expected = Self.expectedQueueing * least / (count * count)
        // Of two exponential delays with mean m each, the sum has the density s/m² exp(-s/m): the least of n is
        // √(π/2n) m on average.
        let queueing = max((mean - least) / 2 * count / max(1, count - 1), expected)
        base = least - queueing * (Double.pi / (2 * count)).squareRoot()
        let squares = delays.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        spread = max(squares / max(1, count - 1) / 4, expected * expected / 2)
    }

    /// How many of the newest delays show that the path has become another, longer one; 0 if it has not.
    ///
    /// They all lie above the old base by far more than they scatter: more queueing would have scattered them.
    static func newPath(in delays: ArraySlice<Double>) -> Int {
        guard delays.count >= 2 * evidence else { return 0 }
        let old = delays.dropLast(evidence)
        let new = delays.suffix(evidence)
        let least = new.min() ?? 0
        let oldLeast = old.min() ?? 0
        let scatter = new.reduce(0, +) / Double(evidence) - least
        let oldScatter = old.reduce(0, +) / Double(old.count) - oldLeast
        return least - oldLeast > 4 * max(scatter, oldScatter) ? evidence : 0
    }

    private static let evidence = 8

    /// Whether samples need not be weighed anew when the path is taken to be `other`.
    func isNear(_ other: PathStatistics) -> Bool {
        let shift = base - other.base
        return shift * shift <= Self.nearBase * Self.nearBase * spread
            && abs(spread - other.spread) <= Self.nearSpread * spread
    }

    /// In units of `spread`'s root, and in shares of `spread`.
    private static let nearBase = 0.02
    private static let nearSpread = 0.25
}
