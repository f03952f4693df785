import DS3231
import HAL
import NTPTime
import Testing

@testable import RTCReference

private let start = NTPDate(unixSeconds: 1_800_000_000)

/// A chip in a room whose temperature swings with the day, and its model, which is told the truth every ten minutes.
private struct TrimmedChip {
    var drift: Double
    let swing: Double
    var trim = TrimOffset(steps: 0)
    private var offset = 0.0
    private var elapsed = 0.0
    private var model = RTCModel(of: DS3231.kind)
    private var policy = TrimPolicy()
    private(set) var trims: [(day: Double, to: TrimOffset)] = []
    private(set) var driftAfterTrims: [Double] = []

    init(drift: Double, swing: Double = 0) {
        self.drift = drift
        self.swing = swing
    }

    var presentDrift: Double { drift + 0.02e-6 * warmth - 0.1e-6 * Double(trim.steps) }
    private var warmth: Double { swing * Elementary.sine(turns: elapsed / 86_400) }

    mutating func live(days: Double) {
        while elapsed < days * 86_400 {
            model.note(trim, at: start + .seconds(elapsed))
            model.observe(
                RTCObservation(
                    offset: .seconds(offset),
                    date: start + .seconds(elapsed),
                    temperature: Temperature(quarterDegrees: Int16(((25 + warmth) * 4).rounded())),
                    trim: trim,
                    deviation: .microseconds(150),
                    bound: .milliseconds(0.5)
                )
            )
            if let trim = policy.trim(of: model, at: start + .seconds(elapsed)) {
                self.trim = trim
                policy.restart()
                trims.append((elapsed / 86_400, trim))
                driftAfterTrims.append(presentDrift)
            }
            offset += presentDrift * 600
            elapsed += 600
        }
    }
}

@Suite struct `When to trim the chip` {
    @Test(arguments: [-1.9, -0.7, -0.16, 0.31, 1.3, 1.99])
    func `sets its rate right after a day`(ppm: Double) throws {
        var chip = TrimmedChip(drift: ppm * 1e-6)
        chip.live(days: 4)
        let first = try #require(chip.trims.first)
        #expect((1...1.1).contains(first.day) && chip.trims.count == 1)
        #expect(chip.driftAfterTrims.allSatisfy { abs($0) < 0.1e-6 })
    }

    @Test(arguments: [-0.09, 0, 0.09]) func `leaves a good chip alone`(ppm: Double) {
        var chip = TrimmedChip(drift: ppm * 1e-6)
        chip.live(days: 4)
        #expect(chip.trims.isEmpty)
    }

    @Test func `does not run after the day's temperature`() {
        var chip = TrimmedChip(drift: 0.5e-6, swing: 8)
        chip.live(days: 14)
        #expect((1...2).contains(chip.trims.count), "\(chip.trims)")
        #expect(chip.driftAfterTrims.allSatisfy { abs($0) < 0.1e-6 })
        #expect(chip.trim.steps == 5)
    }

    @Test func `goes only so far at a time, and no further than the register`() {
        var chip = TrimmedChip(drift: 5e-6)
        chip.trim = TrimOffset(steps: 100)
        chip.drift += 10e-6
        chip.live(days: 6)
        #expect(chip.trims.map { $0.to.steps } == [120, 127])
    }

    @Test func `waits for a drift that is known`() {
        var policy = TrimPolicy()
        #expect(policy.trim(of: RTCModel(of: DS3231.kind), at: start) == nil)
    }
}
