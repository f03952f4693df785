import ClockDiscipline
import NTPTime

/// The thermometer of the processor that the crystal sits beside: when it is read, and what it tells of the crystal.
package struct ProcessorThermometer: Sendable {
    package internal(set) var compensation = ThermalCompensation(.processor)
    package private(set) var nextReading = MonotonicTime.zero
    /// In °C, the oldest first.
    private var readings: [Double] = []
    private var failures = 0
    /// By which the clock's rate is away from the estimate's.
    private var unsteered = Frequency.zero

    /// Within which the rates that are predicted have lain since then.
    private var rates: (low: Frequency, high: Frequency, since: MonotonicTime)?

    /// A load warms a die within seconds, and a crystal within minutes.
    private static let interval = NTPDuration.seconds(8)
    /// The poll interval that a change of the rate matters over.
    private static let swingInterval = PollExponent(10).interval
    /// Between two attempts when it cannot be read.
    private static let patientInterval = NTPDuration.seconds(64)
    /// Readings that fail one after the other before it counts as lost.
    private static let mostFailures = 3
    /// A change of the rate by less is not worth telling the clock.
    private static let leastChange = Frequency.ppm(0.001)

    package init() {}

    /// Whether it cannot be read any more.
    package var isLost: Bool { failures >= Self.mostFailures }

    /// As it was last read, in °C; nil if it cannot be.
    package var celsius: Double? { isLost ? nil : readings.last }

    mutating func isAsked(at now: MonotonicTime) { nextReading = now + (isLost ? Self.patientInterval : Self.interval) }

    /// It was read. Of three readings the middle one counts, so that no single one is believed.
    ///
    /// - Returns: by how much UTC runs faster against the oscillator than was supposed until now.
    mutating func note(_ celsius: Double, at now: MonotonicTime) -> Frequency {
        failures = 0
        readings.append(celsius)
        if readings.count > 3 { readings.removeFirst() }
        let change = compensation.note(celsius: readings.sorted()[readings.count / 2], at: now)
        let rate = compensation.gain(at: now).rate
        var rates = rates ?? (rate, rate, now)
        if now - rates.since > Self.swingInterval { rates = (rate - change, rate - change, now) }
        self.rates = (min(rates.low, rate), max(rates.high, rate), rates.since)
        return change
    }

    /// By how much the predicted rate has changed of late.
    var swing: Frequency { rates.map { $0.high - $0.low } ?? .zero }

    /// It could not be read.
    ///
    /// - Returns: whether it is lost by that.
    mutating func noteFailure() -> Bool {
        guard !isLost else { return false }
        failures += 1
        if isLost { readings = [] }
        return isLost
    }

    /// - Returns: whether the clock has to be told after `change`.
    mutating func needsSteering(after change: Frequency) -> Bool {
        unsteered = unsteered + change
        guard unsteered.magnitude >= Self.leastChange else { return false }
        unsteered = .zero
        return true
    }
}
