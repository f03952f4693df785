import NTPTime

/// Adapts the poll interval to how well the clock can be foretold.
///
/// Polling is slower as long as the estimate's error at the end of the interval stays small against what more samples
/// would not mend: a sample's own noise, and what nobody can know of the path's asymmetry.
struct PollController: Equatable, Sendable {
    private(set) var poll: PollExponent
    private(set) var minimum: PollExponent
    private(set) var maximum: PollExponent
    private var score = 0

    init(minimum: PollExponent, maximum: PollExponent) {
        poll = minimum
        self.minimum = minimum
        self.maximum = maximum
    }

    private static let longer = 4
    private static let shorter = -2

    /// A sample came in.
    ///
    /// - Parameter tolerance: standard error that the estimate may have when the next sample comes.
    /// - Parameter error: the one that it will have, so long after the last.
    mutating func update(tolerance: NTPDuration, error: (NTPDuration) -> NTPDuration) {
        if error(poll.interval) > tolerance {
            score = min(score, 0) - 1
        } else if error(poll.interval + poll.interval) < tolerance {
            score = max(score, 0) + 1
        } else {
            score = 0
        }
        if score >= Self.longer { move(by: 1) }
        if score <= Self.shorter { move(by: -1) }
    }

    private mutating func move(by step: Int8) {
        score = 0
        poll = min(max(PollExponent(poll.log2Seconds + step), minimum), maximum)
    }

    /// The server cannot be reached: poll so that its return is seen soon.
    mutating func reset() {
        poll = minimum
        score = 0
    }

    /// The server asked for fewer requests (kiss code RATE, RFC 5905 section 7.4): never faster again than it said,
    /// and never as fast as now.
    mutating func slowDown(to requested: PollExponent) {
        let slower = max(PollExponent(min(poll.log2Seconds, 16) + 1), min(requested, PollExponent.range.upperBound))
        minimum = max(minimum, slower)
        maximum = max(maximum, slower)
        poll = slower
        score = 0
    }
}
