import HAL
import NTPTime
import Support
import Testing

@testable import ClockDiscipline

/// A crystal that comes after the die of a processor, which is read every 8 s and compared with UTC every 17 minutes.
private struct Board {
    /// Change of the frequency with each °C of the die's, in ppm.
    var ppmPerDegree: Double
    /// Time constant by which the crystal comes after the die, in s.
    let lag: Double
    /// What a load adds on the die, in °C. Loads and rests of 50 minutes take turns, out of step with the samples.
    var heat = 15.0
    /// Whether the thermometer shows it; otherwise it shows another processor's.
    var isOnDie = true
    var compensation = ThermalCompensation(.processor)
    private var random = SplitMix(state: 7)
    private var elapsed = 0.0
    /// UTC − oscillator.
    private var gained = 0.0
    private var warmth = 0.0
    /// What is left of it, at the last samples.
    private var rests: [Double] = []
    /// The largest second difference of the rests in the last run, in s: what changed between two samples, unpredicted.
    private(set) var surprise = 0.0

    init(ppmPerDegree: Double, lag: Double) {
        self.ppmPerDegree = ppmPerDegree
        self.lag = lag
    }

    private var moment: MonotonicTime { .zero + .seconds(1_000 + elapsed) }

    private mutating func error(of size: Double) -> Double {
        (Double(random.next() >> 11) * 0x1p-53 - 0.5) * size
    }

    mutating func run(hours: Double) {
        surprise = 0
        let end = elapsed + hours * 3_600
        while elapsed < end {
            let load = (elapsed / 3_000).truncatingRemainder(dividingBy: 2) >= 1 ? heat : 0
            let others = (elapsed / 1_300).truncatingRemainder(dividingBy: 2) >= 1 ? heat : 0
            warmth = load + (warmth - load) * Elementary.exp(-8 / lag)
            gained += ppmPerDegree * 1e-6 * warmth * 8
            elapsed += 8
            let shown = 40 + (isOnDie ? load : others) + error(of: 1)
            _ = compensation.note(celsius: (shown * 2).rounded() / 2, at: moment)
            if elapsed.truncatingRemainder(dividingBy: 1_024) == 0 { compare() }
        }
    }

    private mutating func compare() {
        rests = rests.suffix(2) + [gained - compensation.gain(at: moment).phase.seconds]
        if rests.count == 3 { surprise = max(surprise, abs(rests[2] - 2 * rests[1] + rests[0])) }
        let date = NTPDate(unixSeconds: 1_800_000_000) + .seconds(elapsed + gained + error(of: 1e-4))
        compensation.learn(ClockReading(monotonic: moment, date: date), deviation: .microseconds(30))
    }
}

@Suite struct `The oscillator by the processor's thermometer` {
    @Test(arguments: [(0.4, 30.0), (0.18, 100), (-0.2, 100), (0.12, 500)])
    func `is learned within a day, with the lag by which it follows`(ppmPerDegree: Double, lag: Double) throws {
        var board = Board(ppmPerDegree: ppmPerDegree, lag: lag)
        board.run(hours: 4)
        // What the load does when nothing of it is known.
        let whole = abs(ppmPerDegree) * 1e-6 * 15 * 1_024
        board.run(hours: 20)
        let estimate = try #require(board.compensation.estimate)
        #expect(board.compensation.isUsed)
        #expect(abs(estimate.coefficient.ppm / ppmPerDegree - 1) < 0.15, "\(estimate)")
        #expect((lag / 2.1...lag * 2.1).contains(estimate.lag.seconds), "\(estimate)")
        board.run(hours: 24)
        #expect(board.surprise < whole / 4)
    }

    @Test(arguments: [(0.0, true), (0.3, false)]) func `is left alone where the thermometer tells nothing of it`(
        ppmPerDegree: Double,
        isOnDie: Bool
    ) {
        var board = Board(ppmPerDegree: ppmPerDegree, lag: 100)
        board.isOnDie = isOnDie
        board.run(hours: 96)
        #expect(!board.compensation.isUsed && board.compensation.gain(at: .zero) == .none)
    }

    @Test func `is still known after a week without load`() {
        var board = Board(ppmPerDegree: 0.2, lag: 100)
        board.run(hours: 24)
        board.heat = 0
        board.run(hours: 168)
        #expect(board.compensation.isUsed)
        board.heat = 15
        board.run(hours: 3)
        #expect(board.surprise < 0.2e-6 * 15 * 1_024 / 4)
    }

    @Test func `is left alone again within hours when it does not follow any more`() {
        var board = Board(ppmPerDegree: 0.2, lag: 100)
        board.run(hours: 24)
        #expect(board.compensation.isUsed)
        board.ppmPerDegree = 0
        board.run(hours: 24)
        let estimate = board.compensation.estimate
        #expect((estimate?.coefficient.magnitude ?? .zero) < .ppm(0.02) || !board.compensation.isUsed)
        board.run(hours: 12)
        #expect(board.surprise < 0.2e-6 * 15 * 1_024 / 4)
    }

    @Test func `changes come with the lag, all of them in the end`() throws {
        var board = Board(ppmPerDegree: 0.2, lag: 90)
        board.run(hours: 48)
        var compensation = board.compensation
        let coefficient = try #require(compensation.estimate).coefficient
        let start = MonotonicTime.zero + .seconds(1_000 + 48 * 3_600)
        _ = compensation.note(celsius: 40, at: start)
        // Settled at one temperature, then at one 10 °C above.
        for step in 1...1_000 { _ = compensation.note(celsius: 40, at: start + .seconds(Double(step) * 8)) }
        var changes: [Double] = []
        for step in 1_001...2_000 {
            changes.append(compensation.note(celsius: 50, at: start + .seconds(Double(step) * 8)).fraction)
        }
        let sum = changes.reduce(0, +)
        #expect(abs(sum - coefficient.fraction * 10) < 0.05 * abs(sum))
        // By the time constant and one interval, about 63 % has come.
        let soon = changes.prefix(12).reduce(0, +) / sum
        #expect((0.5...0.8).contains(soon))
    }
}
