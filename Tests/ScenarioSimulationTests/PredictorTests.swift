import DS3231
import Foundation
import HAL
import NTPTime
import Testing

@testable import RTCReference
@testable import ScenarioSimulation

private let begin = NTPDate(unixSeconds: 1_800_000_000)
private let hour = 3_600.0
/// Between two comparisons with UTC, and of the error of each, in s.
private let interval = 512.0
private let deviation = 40e-6

/// What a model makes of a chip that it has compared with UTC for some time, in the day without UTC that follows.
private struct Extrapolation {
    /// The largest error, in s.
    private(set) var worst = 0.0
    private(set) var isBoundBroken = false

    /// - Parameter phase: of the chip, in s, at times in s.
    init(_ kind: RTCKind, learning: Double, seed: UInt64, phase: (Double) -> Double) {
        var generator = SeededGenerator(seed: seed, stream: 77)
        var model = RTCModel(of: kind)
        let temperature = kind.rate.coefficient == nil ? nil : Temperature(quarterDegrees: 100)
        for time in stride(from: 0, through: learning, by: interval) {
            model.observe(
                RTCObservation(
                    offset: .seconds(phase(time) + deviation * generator.normal()),
                    date: begin + .seconds(time),
                    temperature: temperature,
                    trim: TrimOffset(steps: 0),
                    deviation: .seconds(deviation),
                    bound: .seconds(4 * deviation)
                )
            )
        }
        for time in stride(from: learning, through: learning + 24 * hour, by: interval) {
            let prediction = model.predict(at: begin + .seconds(time), temperature: temperature)
            let error = abs(phase(time) - prediction.offset.seconds)
            worst = max(worst, error)
            if error > prediction.uncertainty.seconds { isBoundBroken = true }
        }
    }
}

/// As a DS3231, but for what is known of how its drift wanders.
private func kind(knowing noise: RTCKind.Noise) -> RTCKind {
    let rate = DS3231.kind.rate
    return RTCKind(
        name: "known",
        keepsStopFlag: true,
        transfers: DS3231.kind.transfers,
        rate: RTCKind.Rate(
            drift: rate.drift,
            largestDrift: rate.largestDrift,
            coefficient: rate.coefficient,
            noises: [noise],
            unseen: rate.unseen
        ),
        trim: DS3231.kind.trim
    )
}

private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

@Suite struct `A day by the chip alone, beside the best predictor` {
    private static let floor = 1.1e-8

    /// The phase of a chip with flicker noise and perhaps a daily swing, at times in s.
    private static func chip(seed: UInt64, daily: Double) -> (Double) -> Double {
        var generator = SeededGenerator(seed: seed, stream: 78)
        let drift = 2e-6 * (2 * generator.uniform() - 1)
        let turns = generator.uniform()
        var noise = FlickerNoise(floor: floor, generator: generator)
        var points = [0.0]
        while Double(points.count) * interval < 60 * hour {
            points.append(points[points.count - 1] + interval * noise.mean(overNext: interval))
        }
        return { time in
            let day = 24 * hour
            let swing = Elementary.sine(turns: time / day + turns + 0.25) * -daily * day / 6.283185307179586
            return drift * time + swing + points[Int(time / interval)]
        }
    }

    @Test(arguments: [(12.0, 0.0), (24, 0), (12, 1e-7), (24, 1e-7)])
    func `is as good within 15 % without knowing the noise`(hours: Double, daily: Double) {
        let known = kind(knowing: RTCKind.Noise(wander: 0, flicker: Self.floor, daily: daily / 2.0.squareRoot()))
        var own: [Double] = []
        var best: [Double] = []
        for seed in 1...150 as ClosedRange<UInt64> {
            let phase = Self.chip(seed: seed, daily: daily)
            own.append(Extrapolation(DS3231.kind, learning: hours * hour, seed: seed, phase: phase).worst)
            best.append(Extrapolation(known, learning: hours * hour, seed: seed, phase: phase).worst)
        }
        #expect(median(own) <= 1.15 * median(best), "\(median(own)) s, the best \(median(best)) s")
    }

    @Test func `of a measured chip, too, from whenever it begins`() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let bytes = try Data(contentsOf: folder.appending(path: "scenarios/data/ds3231-phase-measured.csv"))
        let table = try PhaseTable(bytes: [UInt8](bytes))
        let known = kind(knowing: RTCKind.Noise(wander: 0, flicker: Self.floor))
        var own: [Double] = []
        var best: [Double] = []
        for start in stride(from: 0, to: 103 - 48, by: 0.5) {
            func run(_ kind: RTCKind) -> Extrapolation {
                Extrapolation(kind, learning: 24 * hour, seed: UInt64(2 * start)) { table.gain(at: start * hour + $0) }
            }
            let run = (own: run(DS3231.kind), best: run(known))
            #expect(!run.own.isBoundBroken, "from \(start) h")
            own.append(run.own.worst)
            best.append(run.best.worst)
        }
        #expect(median(own) <= 1.02 * median(best), "\(median(own)) s, the best \(median(best)) s")
        #expect(median(own) <= 1.2e-3)
    }
}
