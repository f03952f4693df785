import Foundation
import NTPTime
import Simulation
import Testing

@testable import ScenarioSimulation

private func nature(_ line: String) throws -> ChipNature {
    let (scenario, diagnostics) = parse(line)
    #expect(diagnostics == [])
    return try #require(scenario.rtc).nature
}

/// What `line` and the temperature make of the chip: its drift in ppm, from each setting to the next, and what its
/// thermometer measures.
private func conditions(
    _ line: String,
    _ temperature: TemperatureProfile = .constant(25),
    settings: Int
) throws -> [(drift: Double, celsius: Double)] {
    let (scenario, diagnostics) = parse(line)
    #expect(diagnostics == [])
    let rtc = try #require(scenario.rtc)
    var chance = SeededGenerator(seed: 1, stream: 7)
    let drawn = rtc.nature.drawn(&chance)
    let flicker = SeededGenerator(seed: 1, stream: 6)
    var conditions = ChipConditions(rtc, drawn, temperature, flicker: flicker)
    return (0..<settings).map { setting in
        let drift = conditions.drift(from: .seconds(Double(setting) * 32), for: .seconds(32), walk: 0)
        return (drift.ppm, conditions.shown)
    }
}

@Suite struct `The traits of a chip` {
    @Test func `are an ideal chip's, a lifelike one's, or what the line says of each`() throws {
        #expect(try nature("rtc ideal") == .ideal)
        #expect(try nature("rtc lifelike") == .lifelike(.ds3231))
        #expect(try nature("rtc offset 1ms") == .lifelike(.ds3231))
        #expect(try nature("rtc chip pcf85063a") == .lifelike(.pcf85063a))
        #expect(try nature("rtc chip pcf85063a lifelike") == .lifelike(.pcf85063a))
        var expected = ChipNature.lifelike(.ds3231)
        expected[.flicker] = Spread(0)
        expected[.turnover] = Spread(22, 28.5)
        expected[.batteryShift] = Spread(-0.2 * 1e-6, 0.1 * 1e-6)
        expected[.thermometerLag] = Spread(60)
        let line = "rtc lifelike flicker 0 turnover 22..28.5 battery-shift -0.2ppm..0.1ppm thermometer-lag 1min"
        #expect(try nature(line) == expected)
    }

    @Test(arguments: [
        (
            "rtc flicker much",
            "1:13: error: expected a number from 0.0 to 1e-06, or a range such as 0..0.5, found 'much'"
        ),
        (
            "rtc aging 1ppm..-1ppm",
            "1:11: error: expected a frequency between -500ppm and 500ppm, or a range such as -1ppm..1ppm, found '1ppm..-1ppm'"
        ),
        ("rtc chip pcf85063a trim-step 0.1ppm", "1:20: error: unknown option 'trim-step' of 'rtc'"),
        ("rtc lifelike chip ds3231", "1:14: error: expected 'chip' before what the chip is like"),
    ])
    func `are refused where they make no sense`(line: String, message: String) {
        #expect(parse(line).diagnostics == ["dir/x.scenario:\(message)"])
    }

    @Test func `are drawn by the seed within their ranges, each for itself`() throws {
        let ranges = try nature("rtc lifelike")
        let other = try nature("rtc lifelike flicker 0 aging 0")
        var turnovers: Set<Double> = []
        for seed in 1...50 {
            var first = SeededGenerator(seed: UInt64(seed), stream: 7)
            var second = first
            let (drawn, changed) = (ranges.drawn(&first), other.drawn(&second))
            for trait in ChipTrait.allCases {
                #expect(
                    ranges[trait].low <= drawn[trait] && drawn[trait] <= ranges[trait].high,
                    "\(trait), seed \(seed)"
                )
                if trait != .flicker, trait != .aging {
                    #expect(drawn[trait] == changed[trait], "\(trait), seed \(seed)")
                }
            }
            turnovers.insert(drawn[.turnover])
        }
        #expect(turnovers.count == 50)
    }
}

@Suite struct `A chip's conditions` {
    private let warming = TemperatureProfile.table([
        .init(time: .zero, celsius: 20), .init(time: .seconds(3_200), celsius: 30),
        .init(time: .seconds(6_400), celsius: 20),
    ])

    @Test func `leave an ideal chip's drift alone`() throws {
        let found = try conditions("rtc ideal frequency 0.5ppm coefficient 0.02ppm", .constant(30), settings: 100)
        #expect(found.allSatisfy { abs($0.drift - 0.6) < 1e-12 && $0.celsius == 30 })
    }

    @Test func `bend its drift by the crystal's curve`() throws {
        let found = try conditions("rtc ideal curvature -0.04ppm turnover 22", .constant(32), settings: 1)
        #expect(abs(found[0].drift + 4) < 1e-9)
    }

    @Test func `make it another while it cools than while it warms`() throws {
        let found = try conditions("rtc ideal hysteresis 20ppb", warming, settings: 200)
        // 25 °C, on the way up and on the way down.
        #expect(abs(found[50].celsius - 25) < 1e-9 && abs(found[150].celsius - 25) < 1e-9)
        #expect(abs(found[50].drift - 0.01) < 1e-12 && abs(found[150].drift + 0.01) < 1e-12)
    }

    @Test func `let the thermometer lag behind, and show what it is wrong by`() throws {
        let found = try conditions("rtc ideal thermometer-lag 2min thermometer-error -0.4", warming, settings: 101)
        // On a staircase of 0.1 °C each 32 s, it is one step and what is left of the last lag behind.
        #expect(abs(found[100].celsius - (30 - 0.4 - 0.1 / (1 - exp(-32.0 / 120)))) < 1e-6)
    }

    @Test func `make it grow by its ageing in a year`() throws {
        let found = try conditions("rtc ideal aging -1ppm", settings: 10_000)
        #expect(abs(found[9_999].drift + 9_999 * 32 / (365.25 * 86_400)) < 1e-9)
    }

    @Test func `swing it with the day, whatever the thermometer says`() throws {
        let found = try conditions("rtc ideal daily 0.1ppm daily-phase 0.25", settings: 2_700)
        #expect(abs(found[0].drift - 0.1) < 1e-9 && abs(found[1_350].drift + 0.1) < 1e-9)
        #expect(found.allSatisfy { $0.celsius == 25 })
    }

    /// Half a day of a sine of ±2 °C, in a chip whose crystal has its peak 5 °C away: ±0.7 ppm uncorrected.
    @Test func `leave of the crystal's curve what is between the quarters of a degree`() throws {
        let (scenario, diagnostics) = parse(
            "temperature sine mean 30 amplitude 2\nrtc ideal curvature -0.035ppm turnover 25\n"
        )
        #expect(diagnostics == [])
        let chip = try #require(SimulatedWorld(scenario, seed: 1).chip)
        var drifts: [Double] = []
        for second in stride(from: 0.0, to: 43_200, by: 60) {
            _ = chip.offset(at: .seconds(second))
            drifts.append(chip.drift.ppm)
        }
        #expect(drifts.allSatisfy { abs($0) < 0.49 * 0.16 })
        #expect(drifts.contains { abs($0) > 0.03 })
        #expect(chip.offset(at: .seconds(43_200)).magnitude < .milliseconds(0.5))
    }
}

@Suite struct `A lifelike chip in a room` {
    /// Seeds 1 to 8, 20 days each, ±1 °C in a day. The measured chip's own author plots 1.5e-8 to 1.9e-8.
    @Test func `is about as steady as the measured one`() throws {
        let (scenario, diagnostics) = parse("temperature sine mean 23 amplitude 1\nrtc lifelike\n")
        #expect(diagnostics == [])
        let interval = 500.0
        let phases = try (1...8).map { seed in
            let chip = try #require(SimulatedWorld(scenario, seed: UInt64(seed)).chip)
            return (0...3_456).map { chip.offset(at: .seconds(Double($0) * interval)).seconds }
        }
        for span in [500.0, 2_000, 10_000, 43_000] {
            let found = allanDeviation(phases, interval, Int(span / interval))
            #expect(found > 1.1e-8 && found < 2.2e-8, "\(found) over \(span) s")
        }
    }
}

@Suite struct `A square wave's noise` {
    /// Of 5,000 edges, by seed 1.
    @Test func `has the deviation that was asked for`() {
        let jitter = EdgeJitter(SeededGenerator(seed: 1, stream: 8), deviation: 1e-6)
        let squares = (0..<5_000).map { _ in jitter.next().seconds }.reduce(0) { $0 + $1 * $1 }
        #expect(abs((squares / 5_000).squareRoot() / 1e-6 - 1) < 0.05)
    }
}

@Suite struct `A chip's flicker noise` {
    /// Seeds 1 to 8, 20 days each: 46 spans of 30,000 s in each.
    @Test(arguments: ["ds3231", "pcf85063a"])
    func `is in the time that it keeps`(chip: String) throws {
        let (scenario, diagnostics) = parse("rtc chip \(chip) ideal flicker 1.1e-8\n")
        #expect(diagnostics == [])
        let interval = 500.0
        let phases = try (1...8).map { seed in
            let chip = try #require(SimulatedWorld(scenario, seed: UInt64(seed)).chip)
            return (0...3_456).map { chip.offset(at: .seconds(Double($0) * interval)).seconds }
        }
        for span in [1_000.0, 3_000, 10_000, 30_000] {
            let found = allanDeviation(phases, interval, Int(span / interval))
            #expect(abs(found / 1.1e-8 - 1) < 0.2, "\(found) over \(span) s")
        }
    }
}
