import ClockDiscipline
import HAL
import NTPTime

/// A Kalman filter for a chip's offset from UTC, under one hypothesis about how its drift wanders.
///
/// Its state is the offset (s, chip − UTC), the drift (s/s) at the reference temperature, the drift's change with each °C,
/// and what the chip's own compensation leaves; then, if there is flicker noise, Gauss-Markov processes that make it; then,
/// if there is a daily swing, the parts of it that go with the sine and the cosine of the time of day in UTC. All but the
/// first and the third are drifts, in s/s, and the chip's is their sum.
struct ChipFilter: Hashable {
    let noise: RTCKind.Noise
    private(set) var values: [Double]
    /// Of the values.
    private(set) var covariance: Covariance

    /// - Parameters:
    ///   - offset: in s, and its variance in s².
    ///   - drift: in s/s, and its variance.
    ///   - coefficient: of the drift, in 1/°C, and its variance.
    ///   - residue: variance of what the chip's compensation leaves.
    init(
        _ noise: RTCKind.Noise,
        offset: (value: Double, variance: Double),
        drift: (value: Double, variance: Double),
        coefficient: (value: Double, variance: Double),
        residue: Double
    ) {
        self.noise = noise
        let others = Self.count(noise) - Self.residueIndex
        values = [offset.value, drift.value, coefficient.value] + [Double](repeating: 0, count: others)
        covariance = Covariance(
            diagonal: [offset.variance, drift.variance, coefficient.variance, residue] + Self.variances(noise)
        )
    }

    /// - Returns: nil for what no chip can be.
    init?(_ noise: RTCKind.Noise, values: [Double], covariance: [Double]) {
        let count = Self.count(noise)
        guard values.count == count, let covariance = Covariance(packed: covariance, count: count) else { return nil }
        let drifts = values.indices.filter { $0 != 0 && $0 != Self.coefficientIndex }
        guard abs(values[0]) <= Self.largestOffset,
            drifts.allSatisfy({ abs(values[$0]) <= ThermalFilter.maximumDrift }),
            abs(values[Self.coefficientIndex]) <= ThermalFilter.maximumCoefficient,
            (0...Self.largestOffset * Self.largestOffset).contains(covariance[0, 0]),
            drifts.allSatisfy({ (0...ThermalFilter.maximumDrift).contains(covariance[$0, $0]) }),
            (0...ThermalFilter.maximumCoefficient).contains(covariance[Self.coefficientIndex, Self.coefficientIndex])
        else { return nil }
        self.noise = noise
        self.values = values
        self.covariance = covariance
    }

    // MARK: Layout

    private static let driftIndex = 1
    private static let coefficientIndex = 2
    private static let residueIndex = 3
    private static let firstProcess = 4
    /// In s: an era of NTP's, about.
    private static let largestOffset = 3e9

    /// Time constants of the Gauss-Markov processes, in s, which go up by a factor of eight: their sum's Allan deviation is
    /// flat from minutes to days.
    private static let timeConstants = [256.0, 2_048, 16_384, 131_072]
    /// Standard deviation of each, as a multiple of the flicker noise's Allan deviation. A process with standard deviation
    /// 1 and time constant τ has the Allan variance g(t / τ), and the sum of g over time constants that go up by a factor r
    /// is close to its integral, 2 log 2 / log r.
    private static let processDeviation = 1.5.squareRoot()
    /// For which the daily swing stays as it is, in s: ten days.
    private static let swingTime = 864_000.0
    private static let day = 86_400.0
    /// The slope of a chip's drift over temperature is another one in another season: 0.01 ppm/°C within a month.
    private static let coefficientWander = 0.01e-6 / (30 * day).squareRoot()

    private static func processes(_ noise: RTCKind.Noise) -> Int { noise.flicker > 0 ? timeConstants.count : 0 }

    /// How many numbers the state has.
    static func count(_ noise: RTCKind.Noise) -> Int { firstProcess + processes(noise) + (noise.daily > 0 ? 2 : 0) }

    /// Of what comes after the coefficient, at any time that nothing is known of.
    private static func variances(_ noise: RTCKind.Noise) -> [Double] {
        let process = noise.flicker * processDeviation
        return [Double](repeating: process * process, count: processes(noise))
            + [Double](repeating: noise.daily * noise.daily, count: noise.daily > 0 ? 2 : 0)
    }

    // MARK: What it says

    /// In s, chip − UTC.
    var offset: Double { values[0] }
    var offsetVariance: Double { covariance[0, 0] }
    /// In 1/°C.
    var coefficient: Double { values[Self.coefficientIndex] }
    var coefficientVariance: Double { covariance[Self.coefficientIndex, Self.coefficientIndex] }

    /// The drift and its variance.
    ///
    /// - Parameters:
    ///   - warmth: °C above the reference temperature.
    ///   - turns: of the day, in UTC.
    func drift(warmth: Double, turns: Double) -> (value: Double, variance: Double) {
        var shares = [Double](repeating: 1, count: values.count)
        shares[0] = 0
        shares[Self.coefficientIndex] = warmth
        if noise.daily > 0 {
            shares[values.count - 2] = Elementary.sine(turns: turns)
            shares[values.count - 1] = Elementary.sine(turns: turns + 0.25)
        }
        return (Self.sum(shares, values), max(0, covariance.variance(of: shares)))
    }

    // MARK: What happens to it

    /// Lets `elapsed` seconds pass; negative goes back, which makes nothing more certain either.
    ///
    /// - Parameters:
    ///   - warmth: °C above the reference temperature.
    ///   - turns: of the day at the beginning, in UTC.
    ///   - residue: what becomes meanwhile of what the chip's compensation leaves: its deviation, and the time as a share of that
    ///     in which it is another.
    mutating func advance(
        by elapsed: Double,
        warmth: Double,
        turns: Double,
        residue: (deviation: Double, part: Double)
    ) {
        // What each number adds to the offset, and what is left of it.
        var shares = [Double](repeating: elapsed, count: values.count)
        var kept = [Double](repeating: 1, count: values.count)
        shares[0] = 1
        shares[Self.coefficientIndex] = warmth * elapsed
        let duration = abs(elapsed)
        let walk = noise.wander * noise.wander * duration
        var added = Addition(offset: walk * elapsed * elapsed / 3, count: values.count)
        added.variances[Self.driftIndex] = walk
        added.withOffset[Self.driftIndex] = walk * elapsed / 2
        added.variances[Self.coefficientIndex] = Self.coefficientWander * Self.coefficientWander * duration
        func decay(_ index: Int, variance: Double, part: Double) {
            let decay = GaussMarkovDecay(part: part)
            kept[index] = decay.kept
            shares[index] = elapsed * decay.mean
            added.offset += variance * elapsed * elapsed * decay.meanVariance
            added.variances[index] = variance * decay.lost * (1 + kept[index])
            added.withOffset[index] = variance * elapsed * decay.mean * decay.lost
        }
        decay(Self.residueIndex, variance: residue.deviation * residue.deviation, part: residue.part)
        let variance = noise.flicker * noise.flicker * Self.processDeviation * Self.processDeviation
        for process in 0..<Self.processes(noise) {
            decay(Self.firstProcess + process, variance: variance, part: duration / Self.timeConstants[process])
        }
        if noise.daily > 0 {
            let after = turns + elapsed / Self.day
            let radian = Self.day / 6.283185307179586
            let (sine, cosine) = (values.count - 2, values.count - 1)
            shares[sine] = radian * (Elementary.sine(turns: turns + 0.25) - Elementary.sine(turns: after + 0.25))
            shares[cosine] = radian * (Elementary.sine(turns: after) - Elementary.sine(turns: turns))
            let decay = GaussMarkovDecay(part: duration / Self.swingTime)
            for index in [sine, cosine] {
                kept[index] = decay.kept
                added.variances[index] = noise.daily * noise.daily * decay.lost * (1 + kept[index])
            }
        }
        values[0] = Self.sum(shares, values)
        for index in 1..<values.count { values[index] *= kept[index] }
        covariance.advance(shares, kept, added)
    }

    /// Takes a measurement of the offset.
    ///
    /// - Parameter innovation: the measurement less `offset`.
    /// - Parameter variance: the measurement's own, more than zero.
    /// - Returns: the gain of the offset.
    mutating func correct(by innovation: Double, variance: Double) -> Double {
        let gains = covariance.correct(by: variance)
        for index in values.indices { values[index] += gains[index] * innovation }
        for index in values.indices where index != 0 {
            let limit = index == Self.coefficientIndex ? ThermalFilter.maximumCoefficient : ThermalFilter.maximumDrift
            values[index] = min(max(values[index], -limit), limit)
        }
        return gains[0]
    }

    mutating func shift(by seconds: Double) { values[0] += seconds }

    /// Makes offset and drift less certain, by variances.
    mutating func inflate(offset: Double, drift: Double) {
        covariance[0, 0] += offset
        covariance[Self.driftIndex, Self.driftIndex] += drift
    }

    /// What is known of the offset says nothing of the drift any more.
    mutating func forgetWhereFrom() { covariance.isolateOffset() }

    /// A new offset, which has nothing to do with the old one.
    mutating func restart(offset: Double, variance: Double) {
        values[0] = offset
        forgetWhereFrom()
        covariance[0, 0] = variance
    }

    /// Notes that the drift was changed from outside.
    mutating func changeDrift(by change: Double, deviation: Double) {
        let limit = ThermalFilter.maximumDrift
        values[Self.driftIndex] = min(max(values[Self.driftIndex] + change, -limit), limit)
        inflate(offset: 0, drift: deviation * deviation)
    }

    /// Without a thermometer there is no coefficient: it is 0, for certain, and what temperature does is in how the drift
    /// wanders.
    mutating func leaveTemperatureOut() {
        values[Self.coefficientIndex] = 0
        covariance.clear(Self.coefficientIndex)
    }

    private static func sum(_ shares: [Double], _ values: [Double]) -> Double {
        var sum = 0.0
        for index in values.indices { sum += shares[index] * values[index] }
        return sum
    }
}
