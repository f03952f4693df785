import ClockDiscipline
import NTPTime

/// The chip's seconds, each corrected by the model, as a line over the oscillator.
struct EdgeLine: Sendable {
    private var statistics: SourceStatistics?
    /// A second that is off the line, and waits for another of its kind.
    private var dissenter: ClockSample?

    /// What became of a second.
    enum Step {
        /// It is off the line, and not used.
        case dissents
        /// It is on the line, which has jumped by so much if it is a new one.
        case inLine(jump: NTPDuration?)
    }

    /// Takes a second that is later than all before it.
    mutating func take(_ second: ClockSample, prior: FrequencyPrior, allowance: OscillatorAllowance) -> Step {
        var line = statistics ?? SourceStatistics(prior: prior)
        guard let distance = line.contradiction(of: second, allowance: allowance) else {
            dissenter = nil
            line.add(second)
            statistics = line
            return .inLine(jump: nil)
        }
        guard let first = dissenter else {
            dissenter = second
            return .dissents
        }
        dissenter = nil
        var restarted = SourceStatistics(prior: prior)
        restarted.add(first)
        restarted.add(second)
        statistics = restarted
        return .inLine(jump: distance)
    }

    /// nil before the first second.
    func reference(allowance: OscillatorAllowance) -> TimeReference? { statistics?.line(allowance: allowance) }

    /// UTC leaps, the chip does not; or the chip's offset is known better.
    mutating func shift(by correction: NTPDuration) {
        statistics?.shift(by: correction)
        dissenter?.date += correction
    }
}
