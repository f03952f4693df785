import HAL
import NTPTime

/// The chip's 1 Hz output on an input that stamps its edges.
final class SquareWave {
    private let input: any EdgeInput
    /// What the pin did before the wave was switched on; nil if it was on.
    var before: OneHertzSetting?
    /// Why the second is polled for at present; nil while the edges are good.
    var trouble: SquareWaveTrouble?

    init(_ input: any EdgeInput) { self.input = input }

    func edge(after moment: MonotonicTime, before deadline: MonotonicTime) throws(RTCError) -> StampedEdge {
        do throws(EdgeInputError) {
            if let edge = try input.fallingEdge(after: moment, before: deadline) { return edge }
        } catch {
            throw .squareWave(.input(error))
        }
        throw .squareWave(.noEdge)
    }
}

/// What is wrong with the square wave, though not with the chip.
package enum SquareWaveTrouble: Hashable, Sendable {
    case noEdge
    /// Edges come, but not once a second or not when the seconds register changes.
    case notOnSecond
    case input(EdgeInputError)
}

extension SquareWaveTrouble: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noEdge:
            "no edge of the square wave comes: is SQW wired to this input, with a pull-up to 3.3 V?"
        case .notOnSecond:
            "the edges of the square wave do not fall on the chip's seconds: rising ones are taken for falling, or the "
                + "line is not SQW's or disturbed"
        case .input(let error): error.description
        }
    }
}

/// The second's edge by the chip's square wave.
extension RTCReference {
    /// How long before an edge is due the seconds are read: longer than a read takes and a sleeper oversleeps.
    private static let lead = NTPDuration.milliseconds(10)
    /// A bound of what an oscillator and a chip that work part in a second, or an interrupt is late.
    private static let tolerance = NTPDuration.milliseconds(1)
    /// How long after its stamp an edge may be reported.
    private static let patience = NTPDuration.milliseconds(100)
    private static let waveAttempts = 3

    /// Why the second is polled for although there is an input for the square wave; nil while its edges are good.
    package var squareWaveTrouble: SquareWaveTrouble? { squareWave?.trouble }

    /// Puts the chip's pin back to what it was used for before.
    package func close() throws(RTCError) {
        guard let before = squareWave?.before, let oneHertz = chip.oneHertz else { return }
        do throws(RTCChipError) { try oneHertz.restoreOneHertz(before) } catch { throw .chip(error) }
        squareWave?.before = nil
    }

    /// Waits for an edge that is believed: it comes a second after the one before, with none in between, and the
    /// seconds register changes there. A line that is not SQW's, a disturbed one and the wrong edge do not pass.
    ///
    /// How far the two edges are from a second is part of the bound: it is the oscillator's rate, or an interrupt was
    /// late.
    func bracketStampedEdge(of wave: SquareWave) throws(RTCError) -> Bracket {
        try switchOn(wave)
        var previous = try wave.edge(after: clock.now, before: clock.now + Self.searchTime)
        for _ in 0..<Self.waveAttempts {
            let due = previous.moment + .seconds(1)
            clock.sleep(until: due - Self.lead)
            let before = try readSeconds()
            let edge = try wave.edge(after: previous.moment, before: due + Self.patience)
            let second = try readSeconds()
            let departure = (edge.moment - due).magnitude
            if departure <= Self.tolerance, second == (before + 1) % 60 {
                let uncertainty = edge.uncertainty + departure
                return Bracket(
                    earliest: edge.moment - uncertainty,
                    latest: edge.moment + uncertainty,
                    second: second,
                    isStamped: true
                )
            }
            previous = edge
        }
        throw .squareWave(.notOnSecond)
    }

    private func switchOn(_ wave: SquareWave) throws(RTCError) {
        guard let oneHertz = chip.oneHertz else { throw .cannot(.oneHertz) }
        let setting: OneHertzSetting
        do throws(RTCChipError) { setting = try oneHertz.readOneHertz() } catch { throw .chip(error) }
        guard !setting.isOn else { return }
        _ = try readSnapshot()
        // Before the write, which the chip may take although it fails.
        wave.before = setting
        do throws(RTCChipError) { try oneHertz.switchOneHertzOn() } catch { throw .chip(error) }
    }
}
