import HAL
import NTPTime
import Testing

@testable import Simulation

private func time(_ seconds: Double) -> MonotonicTime { MonotonicTime(sinceStart: .seconds(seconds)) }

private let curve = CrystalCurve(curvature: -0.035e-6, turnover: 25)

private func chip(at celsius: Double = 25, _ change: (inout DS3231Silicon) -> Void) -> SimulatedDS3231 {
    var silicon = DS3231Silicon()
    change(&silicon)
    return SimulatedDS3231(temperature: celsius, silicon: silicon)
}

@Suite struct `A crystal` {
    @Test(arguments: [(25.0, 0.0), (35, -3.5), (15, -3.5), (30, -0.875)])
    func `is slow on either side of its turnover`(celsius: Double, ppm: Double) {
        #expect(abs(curve.shift(at: celsius).ppm - ppm) < 1e-12)
    }
}

@Suite struct `A DS3231 that corrects its crystal` {
    @Test func `is right from the start at a temperature that its thermometer can show`() {
        let chip = chip(at: 35) { $0.correctedCurve = curve }
        chip.setDrift(curve.shift(at: 35), at: time(0))
        #expect(chip.effectiveDrift.magnitude < .ppm(1e-9))
    }

    @Test func `does so at the end of each conversion, in quarters of a degree`() {
        let chip = chip(at: 35) { $0.correctedCurve = curve }
        chip.setTemperature(35.35, at: time(10))
        chip.setDrift(curve.shift(at: 35.35), at: time(10))
        _ = chip.register(0x11, at: time(64))
        #expect(abs((chip.effectiveDrift - curve.shift(at: 35.35)).ppm - 3.5) < 1e-9)
        _ = chip.register(0x11, at: time(64.2))
        let left = curve.shift(at: 35.35) - curve.shift(at: 35.25)
        #expect(left < .zero && (chip.effectiveDrift - left).magnitude < .ppm(1e-9))
    }

    @Test func `follows a ramp in a sawtooth`() {
        let chip = chip(at: 32) { $0.correctedCurve = curve }
        var rates: [Double] = []
        for step in 1...4_000 {
            // 1 °C in 16 minutes.
            let celsius = 32 + Double(step) / 960
            chip.setTemperature(celsius, at: time(Double(step)))
            chip.setDrift(curve.shift(at: celsius), at: time(Double(step)))
            rates.append(chip.effectiveDrift.ppm)
        }
        // The slope at 36 °C is -0.77 ppm/°C; what is not corrected yet is 1/15 °C, and half of a quarter of a degree.
        #expect(rates.allSatisfy { abs($0) < 0.77 * (1.0 / 15 + 0.125) + 0.01 })
        let jumps = zip(rates, rates.dropFirst()).filter { $1 - $0 > 0.01 }.count
        #expect((13...18).contains(jumps), "a quarter of a degree takes four minutes")
        #expect(
            zip(rates, rates.dropFirst()).allSatisfy { $1 - $0 > 0.01 || $1 < $0 },
            "slower and slower between the jumps"
        )
    }

    @Test func `measures again after all power was gone`() {
        let chip = chip(at: 0) { $0.correctedCurve = curve }
        chip.setDrift(curve.shift(at: 0), at: time(0))
        chip.setBattery(present: false, at: time(100))
        chip.losePower(at: time(100))
        chip.restorePower(at: time(200))
        #expect(chip.effectiveDrift.magnitude < .ppm(1e-9))
    }
}

@Suite struct `A step of trim` {
    @Test(arguments: [(25.0, 0.06), (35, 0.063), (5, 0.054)])
    func `is the chip's own and the temperature's`(celsius: Double, ppm: Double) {
        let chip = chip(at: celsius) {
            $0.agingStep = .ppm(-0.06)
            $0.agingStepGrowth = 0.005
        }
        chip.setRegister(0x10, to: 10, at: time(1))
        chip.setRegister(0x0e, to: 0x1c, at: time(1))
        chip.setTemperature(celsius + 1, at: time(2))
        _ = chip.register(0x10, at: time(70))
        chip.setTemperature(celsius, at: time(71))
        #expect(abs(chip.effectiveDrift.ppm + 10 * ppm) < 1e-9)
    }
}

@Suite struct `A supply that changes to the backup cell` {
    private let start = CivilTime(year: 2027, month: 1, day: 1).date

    private func check(_ chip: any SimulatedChip) {
        chip.set(to: start, at: time(0))
        chip.losePower(at: time(1_000))
        #expect(abs((chip.date(at: time(11_000)) - (start + .seconds(11_000))).seconds - 3e-3) < 1e-8)
        chip.restorePower(at: time(11_000))
        #expect(abs((chip.date(at: time(21_000)) - (start + .seconds(21_000))).seconds - 3e-3) < 1e-8)
    }

    @Test func `shifts a DS3231's rate for as long`() { check(chip { $0.batteryShift = .ppm(0.3) }) }

    @Test func `shifts a PCF85063A's rate for as long`() { check(SimulatedPCF85063A(batteryShift: .ppm(0.3))) }
}
