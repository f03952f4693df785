import NTPTime

/// Adapts the poll interval to how long the oscillator lets a straight line stand.
///
/// The runs test of the statistics keeps as many samples as lie on a line. Many of them: the line holds longer than it
/// must, and polling can be slower. Few: the oscillator wanders between polls.
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

    private static let enoughSamples = 12
    private static let fewSamples = 9
    private static let longer = 6
    private static let shorter = -3

    /// A sample came in and the line now rests on `samples`.
    mutating func update(samples: Int) {
        if samples >= Self.enoughSamples { score += 1 }
        if samples < Self.fewSamples { score -= 1 }
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
