import ClockDiscipline
import NTPTime

/// Flicker noise of a frequency: its Allan deviation is the same over all spans of time, within 3 % from five minutes to
/// eleven days.
///
/// A sum of Gauss-Markov processes of equal variance, whose time constants go up by a factor of four. A process with
/// standard deviation 1 and time constant τ has the Allan variance g(t / τ), and the sum of g over time constants that
/// go up by a factor r is close to its integral, 2 log 2 / log r: with a factor of four each process has the floor as
/// its standard deviation.
struct FlickerNoise {
    /// Time constants, in s: from a quarter of a minute to seven weeks.
    private static let timeConstants = (0..<10).map { 16 * Double(1 << (2 * $0)) }

    /// Allan deviation.
    private let floor: Double
    private var generator: SeededGenerator
    /// The processes as they are, with a standard deviation of 1.
    private var values: [Double] = []
    /// The length, in s, that `steps` are for.
    private var length = 0.0
    private var steps: [GaussMarkovStep] = []

    /// - Parameter floor: Allan deviation; with 0 there is no noise, and no number is drawn.
    init(floor: Double, generator: SeededGenerator) {
        self.floor = floor
        self.generator = generator
        guard floor > 0 else { return }
        for _ in Self.timeConstants { values.append(self.generator.normal()) }
    }

    /// The mean of the relative frequency over the next `seconds`, however many these are.
    mutating func mean(overNext seconds: Double) -> Double {
        guard floor > 0, seconds > 0 else { return 0 }
        if seconds != length {
            length = seconds
            steps = Self.timeConstants.map { GaussMarkovStep(part: seconds / $0) }
        }
        var sum = 0.0
        for index in values.indices {
            let (first, second) = (generator.normal(), generator.normal())
            sum += steps[index].mean(from: values[index], first, second)
            values[index] = steps[index].end(from: values[index], first)
        }
        return floor * sum
    }
}

/// What happens in a span of time to a Gauss-Markov process of mean 0 and standard deviation 1: its value at the end
/// and its mean until then, whose joint distribution is exact for any length.
struct GaussMarkovStep {
    /// What is left at the end of a value of 1 at the beginning.
    let kept: Double
    /// What such a value adds to the mean.
    let carried: Double
    /// Standard deviation of what chance adds until the end.
    let endDeviation: Double
    /// Of that, the mean has this share, for each standard deviation.
    let sharedDeviation: Double
    /// Standard deviation of what chance adds to the mean alone.
    let ownDeviation: Double

    /// - Parameter part: the span's length as a share of the time constant; more than 0.
    init(part: Double) {
        let decay = GaussMarkovDecay(part: part)
        kept = decay.kept
        carried = decay.mean
        endDeviation = (decay.lost * (1 + kept)).squareRoot()
        sharedDeviation = decay.lost * carried / endDeviation
        ownDeviation = max(0, decay.meanVariance - sharedDeviation * sharedDeviation).squareRoot()
    }

    /// The value at the end of the span.
    ///
    /// - Parameters:
    ///   - value: that at the beginning.
    ///   - first: a normal deviate, the same as for `mean`.
    func end(from value: Double, _ first: Double) -> Double { kept * value + endDeviation * first }

    /// The mean over the span.
    ///
    /// - Parameters:
    ///   - value: that at the beginning.
    ///   - first, second: normal deviates.
    func mean(from value: Double, _ first: Double, _ second: Double) -> Double {
        carried * value + sharedDeviation * first + ownDeviation * second
    }
}
