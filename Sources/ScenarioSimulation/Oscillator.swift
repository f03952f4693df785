import NTPTime

/// What an oscillator is like.
package struct OscillatorCharacter: Equatable, Sendable {
    /// At 25 °C at the start; positive is fast.
    package var frequency = Frequency.zero
    /// Random walk of the frequency: the standard deviation after one second, growing with the square root of time.
    package var wander = 0.0
    /// Change of the frequency with each °C.
    package var coefficient = Frequency.zero

    package init() {}
}

/// An oscillator in true time: its phase is the exact integral of a frequency that changes every second.
///
/// Drawn as far as somebody looks, in order, so that looking does not change what is seen. What lies back more than
/// half an hour before the latest look is forgotten.
final class Oscillator {
    private let character: OscillatorCharacter
    private let temperature: TemperatureProfile
    private let heat: ProcessorHeat?
    private var generator: SeededGenerator
    private var walk = 0.0
    /// What it has gained on true time, in s, at whole seconds from `first` on; between them it grows evenly.
    private var gained = [0.0]
    private var first: Int64 = 0

    private static let memory = 2_048

    /// - Parameter heat: what the processor's load adds to the temperature; nil is nothing.
    init(
        _ character: OscillatorCharacter,
        temperature: TemperatureProfile,
        heat: ProcessorHeat? = nil,
        generator: SeededGenerator
    ) {
        self.character = character
        self.temperature = temperature
        self.heat = heat
        self.generator = generator
    }

    /// What it has gained since the start, in s.
    func gain(at time: NTPDuration) -> Double {
        let second = time.units >> 32
        while first + Int64(gained.count) < second + 2 { extend() }
        let index = Int(second - first)
        let part = Double(time.units & 0xffff_ffff) * 0x1p-32
        return gained[index] + (gained[index + 1] - gained[index]) * part
    }

    private func extend() {
        if gained.count == 2 * Self.memory {
            gained.removeFirst(Self.memory)
            first += Int64(Self.memory)
        }
        var frequency = character.frequency.fraction + walk
        if character.coefficient != .zero {
            let middle = NTPDuration(units: (first + Int64(gained.count)) << 32 - 1 << 31)
            let warmth =
                temperature.celsius(at: middle) - TemperatureProfile.reference + (heat?.crystal(at: middle) ?? 0)
            frequency += character.coefficient.fraction * warmth
        }
        gained.append(gained[gained.count - 1] + frequency)
        if character.wander > 0 { walk += character.wander * generator.normal() }
    }
}

/// As the client's monotonic clock.
extension Oscillator {
    /// What it shows at the start.
    private static let origin = MonotonicTime(sinceStart: .seconds(500))

    func moment(at time: NTPDuration) -> MonotonicTime { Self.origin + time + .seconds(gain(at: time)) }

    /// When it shows `moment`, or less than a nanosecond later.
    func time(of moment: MonotonicTime) -> NTPDuration {
        let shown = moment - Self.origin
        var result = shown
        // Each round shrinks the error by the frequency's size.
        var gain = gained[gained.count - 1]
        for _ in 0..<4 {
            result = max(.zero, shown - .seconds(gain))
            gain = self.gain(at: result)
        }
        while self.moment(at: result) < moment { result += NTPDuration(units: 1) }
        return result
    }
}
