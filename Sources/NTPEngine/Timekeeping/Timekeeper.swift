import ClockDiscipline
import NTPTime
import NTPWire

/// What was decided, and how far the clock is in doing it.
struct Timekeeper: Sendable {
    private(set) var state = SystemState.unsynchronised(.initial)
    private(set) var verdicts: [AssociationID: ServerVerdict] = [:]
    /// The servers' last time: what the oscillator alone would make of it.
    private(set) var network: NetworkTime?
    /// What the clock follows; nil before the first correction.
    private(set) var followed: TimeReference?
    /// When the clock was last corrected, on its own scale.
    private(set) var correctedAt = NTPDate(seconds: 0)
    private(set) var slew = Slew.none
    /// Whether somebody else has set the clock since it was corrected last.
    private(set) var isDisplaced = false
    /// How steady the oscillator is.
    private(set) var stability = OscillatorStability()

    /// A correction that is under way.
    struct Slew: Sendable {
        var start: MonotonicTime
        /// Over `duration`; positive moves the clock forward.
        var offset: NTPDuration
        var duration: NTPDuration

        static let none = Slew(start: .zero, offset: .zero, duration: .zero)

        var end: MonotonicTime { start + duration }

        /// What the clock still lacks at `now`.
        func rest(at now: MonotonicTime) -> NTPDuration {
            guard now < end else { return .zero }
            return offset * ((end - now).seconds / duration.seconds)
        }
    }

    /// Takes a decision over.
    ///
    /// - Parameter servers: those that it was made on, in its order.
    mutating func adopt(_ decision: Decision, on servers: [ServerReport], at now: ClockReading) {
        state = decision.state
        verdicts = [:]
        for (server, verdict) in zip(servers, decision.verdicts) { verdicts[server.identity.id] = verdict }
        if let network = decision.network { self.network = network }
        guard let correction = decision.correction else { return }
        followed = correction.reference
        correctedAt = now.date
        isDisplaced = false
        switch correction.action {
        case .panic: break
        case .step(let step, _):
            correctedAt = now.date.stepped(by: step)
            slew = .none
        case .steer(let steering):
            slew = Slew(start: now.monotonic, offset: steering.slew, duration: steering.duration)
        }
    }

    /// The clock is taken as right, as there is nothing else.
    mutating func follow(_ local: TimeReference, at now: ClockReading) {
        followed = local
        correctedAt = now.date
    }

    /// The clock runs at the plain frequency again.
    mutating func endSlew() { slew = .none }

    /// A sample was compared with what was predicted for it.
    mutating func noteFrequencyChange(_ change: Frequency, at moment: MonotonicTime) {
        stability.note(change, at: moment)
    }

    /// A thermometer has predicted a change.
    mutating func notePredictedChange(_ change: Frequency, at moment: MonotonicTime) {
        stability.notePredicted(change, at: moment)
    }

    /// The oscillator is on its own again, from now on and since it was last compared.
    mutating func loseThermometer() {
        stability.loseThermometer()
        network?.reference.allowance.widen(to: stability.allowance)
        followed?.allowance.widen(to: stability.allowance)
    }

    /// Looks whether somebody else has set the clock.
    ///
    /// - Returns: by how much the clock is ahead of where it should be, if that is news.
    mutating func findDisplacement(beyond threshold: NTPDuration, at now: ClockReading) -> NTPDuration? {
        guard let followed, !isDisplaced else { return nil }
        let displacement = slew.rest(at: now.monotonic) - followed.estimate.offset(of: now)
        guard displacement.magnitude > threshold else { return nil }
        isDisplaced = true
        return displacement
    }

    /// The oscillator's frequency is another one from `moment` on; what was estimated before is no less certain.
    mutating func changeFrequency(by change: Frequency, at moment: MonotonicTime) {
        network?.reference.estimate.changeFrequency(by: change, at: moment)
        followed?.estimate.changeFrequency(by: change, at: moment)
    }

    /// UTC has jumped by `correction` at a leap second.
    mutating func shift(by correction: NTPDuration) {
        network?.reference.estimate.date += correction
        followed?.estimate.date += correction
    }
}
