import NTPTime

/// The phase of an oscillator whose rate changes now and then: a sum of segments of constant rate.
///
/// What rounding leaves over at the end of a segment is carried into the next, so no error piles up.
struct ChipOscillator {
    private var origin: MonotonicTime
    /// Phase at `origin` in units of 2^-32 s; 0 at the last second that was written or set.
    private var phase: Int64 = 0
    /// Part of a unit, 0..<1, that belongs to `phase`.
    private var remainder = 0.0
    private(set) var isRunning = true
    /// Relative to the time that goes in; positive is fast.
    private(set) var rate: Frequency

    init(origin: MonotonicTime, rate: Frequency) {
        self.origin = origin
        self.rate = rate
    }

    private func state(at moment: MonotonicTime) -> (units: Int64, remainder: Double) {
        let elapsed = isRunning ? (moment - origin).units : 0
        let gained = rate.fraction * Double(elapsed) + remainder
        let whole = gained.rounded(.down)
        return (phase &+ elapsed &+ Int64(whole), gained - whole)
    }

    /// Whole seconds since the phase was last set; negative before.
    func seconds(at moment: MonotonicTime) -> Int64 { state(at: moment).units >> 32 }

    /// The part of the second that has passed, 0 ..< 1 s.
    func fraction(at moment: MonotonicTime) -> NTPDuration {
        NTPDuration(units: state(at: moment).units & 0xffff_ffff)
    }

    /// When the second that `moment` lies in began, as if the rate had always been the present one; nil if the oscillator
    /// stands still.
    func beginningOfSecond(at moment: MonotonicTime) -> MonotonicTime? {
        guard isRunning else { return nil }
        return moment - .seconds(fraction(at: moment).seconds / (1 + rate.fraction))
    }

    /// The first moment after `moment` at which a second begins; nil if the oscillator stands still.
    func nextSecond(after moment: MonotonicTime) -> MonotonicTime? {
        guard isRunning else { return nil }
        let now = state(at: moment)
        let missing = Double(1 << 32 - (now.units & 0xffff_ffff)) - now.remainder
        return moment + NTPDuration(units: Int64((missing / (1 + rate.fraction)).rounded(.up)))
    }

    /// When `second` begins, or a little later, if the rate stays as it is; nil if the oscillator stands still.
    func moment(ofSecond second: Int64, after moment: MonotonicTime) -> MonotonicTime? {
        guard isRunning else { return nil }
        let now = state(at: moment)
        let missing = Double(second << 32 - now.units) - now.remainder
        return moment + NTPDuration(units: Int64((missing / (1 + rate.fraction)).rounded(.up)))
    }

    /// Sets the phase to `fraction` of second 0.
    mutating func reset(at moment: MonotonicTime, to fraction: NTPDuration = .zero) {
        origin = moment
        phase = fraction.units & 0xffff_ffff
        remainder = 0
    }

    mutating func setRate(_ rate: Frequency, at moment: MonotonicTime) {
        begin(at: moment)
        self.rate = rate
    }

    mutating func setRunning(_ isRunning: Bool, at moment: MonotonicTime) {
        begin(at: moment)
        self.isRunning = isRunning
    }

    private mutating func begin(at moment: MonotonicTime) {
        (phase, remainder) = state(at: moment)
        origin = moment
    }
}
