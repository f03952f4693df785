import Foundation
import HAL
import NTPTime
import Testing

@testable import ScenarioSimulation

@Suite struct `An oscillator` {
    private func oscillator(
        frequency: Double = 0,
        wander: Double = 0,
        coefficient: Double = 0,
        temperature: TemperatureProfile = .constant(25),
        seed: UInt64 = 1
    ) -> Oscillator {
        var character = OscillatorCharacter()
        character.frequency = .ppm(frequency)
        character.wander = wander
        character.coefficient = .ppm(coefficient)
        return Oscillator(
            character,
            temperature: temperature,
            generator: SeededGenerator(seed: seed, stream: 1)
        )
    }

    @Test func `gains what its frequency says`() {
        let gain = oscillator(frequency: 10).gain(at: .seconds(86_400.25))
        #expect(abs(gain - 0.8640025) < 1e-10)
    }

    @Test func `wanders by the square root of time`() {
        let end = 1_000.0
        var squares = 0.0
        let seeds = 400
        for seed in 0..<seeds {
            let oscillator = oscillator(wander: 1e-9, seed: UInt64(seed))
            let frequency = oscillator.gain(at: .seconds(end + 1)) - oscillator.gain(at: .seconds(end))
            squares += frequency * frequency
        }
        // The variance of a variance of 400 normal deviates is 2 / 400 of its square: 7 %.
        let ratio = squares / Double(seeds) / (1e-18 * end)
        #expect(abs(ratio - 1) < 0.25)
    }

    @Test func `integrates the temperature to less than a nanosecond`() {
        let day = NTPDuration.seconds(86_400)
        let sine = TemperatureProfile.sine(mean: 25, amplitude: 5, period: day, phase: 0)
        let oscillator = oscillator(coefficient: 0.4, temperature: sine)
        for hour in 1...36 {
            let time = Double(hour) * 3_600
            let exact = 0.4e-6 * 5 * 86_400 / (2 * .pi) * (1 - cos(2 * .pi * time / 86_400))
            #expect(abs(oscillator.gain(at: .seconds(time)) - exact) < 1e-9)
        }
    }

    @Test func `is the same whoever looks first and how far`() {
        let careful = oscillator(wander: 1e-8)
        for second in 0..<2_000 { _ = careful.gain(at: .seconds(Double(second))) }
        let bold = oscillator(wander: 1e-8)
        _ = bold.gain(at: .seconds(1_900))
        for second in stride(from: 0.0, to: 1_900, by: 13.7) {
            #expect(bold.gain(at: .seconds(second)) == careful.gain(at: .seconds(second)))
        }
    }

    @Test func `tells when it shows a moment`() {
        let oscillator = oscillator(frequency: -120, wander: 1e-8)
        for step in 0..<5_000 {
            let time = NTPDuration.seconds(Double(step) * 17.317)
            let found = oscillator.time(of: oscillator.moment(at: time))
            #expect((found - time).magnitude <= .nanoseconds(1))
            #expect(oscillator.moment(at: found) >= oscillator.moment(at: time))
        }
    }
}

@Suite struct `The temperature` {
    @Test func `follows a table in straight lines`() {
        let table = TemperatureProfile.table([
            .init(time: .seconds(100), celsius: 20), .init(time: .seconds(200), celsius: 30),
        ])
        #expect(table.celsius(at: .zero) == 20)
        #expect(table.celsius(at: .seconds(150)) == 25)
        #expect(table.celsius(at: .seconds(500)) == 30)
    }

    @Test func `starts a sine at its phase`() {
        let sine = TemperatureProfile.sine(mean: 20, amplitude: 5, period: .seconds(400), phase: 0.25)
        #expect(sine.celsius(at: .zero) == 25)
        #expect(abs(sine.celsius(at: .seconds(200)) - 15) < 1e-12)
    }
}
