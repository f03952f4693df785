import NTPTime
import Testing

@testable import ScenarioSimulation

@Suite struct `A processor's load` {
    /// 20 °C from the start on.
    private var lasting: LoadCharacter {
        var load = LoadCharacter(heat: Spread(20), interval: .nanoseconds(1), length: .seconds(1e12))
        load.share = 0.5
        return load
    }

    private func heat(_ load: LoadCharacter, seed: UInt64 = 1) -> ProcessorHeat {
        ProcessorHeat(load, until: .seconds(86_400), generator: SeededGenerator(seed: seed, stream: 9))
    }

    /// 1 − 1/e of the heat after one time constant, and all of it in the end.
    @Test(arguments: [(15.0, 12.642, 1.175), (120, 19.993, 6.321), (3_600, 20, 10)])
    func `warms the die soon, and the crystal later and less`(seconds: Double, die: Double, crystal: Double) {
        let heat = heat(lasting)
        #expect(abs(heat.die(at: .seconds(seconds)) - die) < 0.001)
        #expect(abs(heat.crystal(at: .seconds(seconds)) - crystal) < 0.001)
    }

    @Test func `comes and goes by chance, the same for the same seed`() {
        let load = LoadCharacter(heat: Spread(10, 20), interval: .seconds(1_200), length: .seconds(1_200))
        let (heat, again) = (heat(load), heat(load))
        let times = stride(from: 86_000.0, to: 0, by: -50).map(NTPDuration.seconds)
        #expect(times.allSatisfy { heat.die(at: $0) == again.die(at: $0) })
        let warmths = times.map { heat.die(at: $0) }
        #expect(warmths.allSatisfy { (0...20).contains($0) })
        #expect(warmths.contains { $0 > 10 } && warmths.contains { $0 < 0.5 })
        #expect(times.contains { self.heat(load, seed: 2).die(at: $0) != heat.die(at: $0) })
    }

    @Test func `reaches the oscillator as far as that depends on temperature`() {
        var character = OscillatorCharacter()
        character.coefficient = .ppm(0.3)
        let oscillator = Oscillator(
            character,
            temperature: .constant(25),
            heat: heat(lasting),
            generator: SeededGenerator(seed: 1, stream: 1)
        )
        // The integral of 10 °C · (1 − e^(−t / 120 s)).
        let exact = 0.3e-6 * 10 * (3_600 - 120)
        #expect(abs(oscillator.gain(at: .seconds(3_600)) - exact) < 1e-7)
    }

    // MARK: The thermometer

    private func thermometer(quantum: Double, noise: Double) -> SimulatedThermometer {
        var character = ThermometerCharacter()
        (character.quantum, character.noise) = (quantum, noise)
        return SimulatedThermometer(
            character,
            temperature: .constant(30.1),
            heat: heat(lasting),
            generator: SeededGenerator(seed: 1, stream: 10)
        )
    }

    @Test(arguments: [(0.5, 50.0), (1, 50), (0.1, 50.1)]) func `is seen on the die, in steps`(
        quantum: Double,
        shown: Double
    ) {
        var thermometer = thermometer(quantum: quantum, noise: 0)
        #expect(abs((thermometer.read(at: .seconds(3_600)) ?? 0) - shown) < 1e-9)
    }

    @Test func `is seen with noise`() {
        var thermometer = thermometer(quantum: 0.001, noise: 2)
        let count = 2_000
        var (sum, squares) = (0.0, 0.0)
        for _ in 0..<count {
            let error = (thermometer.read(at: .seconds(3_600)) ?? 0) - 50.1
            sum += error
            squares += error * error
        }
        #expect(abs(sum / Double(count)) < 0.15)
        #expect(abs((squares / Double(count)).squareRoot() - 2) < 0.15)
    }

    @Test func `is not seen by a thermometer that is lost, nor by one that is stuck`() {
        var thermometer = thermometer(quantum: 0.5, noise: 0)
        let before = thermometer.read(at: .seconds(1))
        thermometer.condition = .stuck
        #expect(thermometer.read(at: .seconds(3_600)) == before)
        thermometer.condition = .lost
        #expect(thermometer.read(at: .seconds(3_600)) == nil)
        thermometer.condition = .working
        #expect(thermometer.read(at: .seconds(3_600)) == 50)
    }
}
