import ClockDiscipline
import HAL
import NTPTime

/// The journal of a chip and of what is kept of it: the only way by which daemon and tool change either.
///
/// A change of the chip is begun, made and committed. After `begin`, `text` has to be saved before the chip is touched, so
/// that a power cut half-way leaves a chip that is not believed; after `commit` it has to be saved again.
package struct RTCStore: Equatable, Sendable {
    package private(set) var memory: RTCMemory
    private var change = Change.none

    /// What is being done to the chip.
    private enum Change: Equatable {
        case none
        case setting(TimeToSet, wasBeingWritten: Bool)
        case testing(wasBeingWritten: Bool)
    }

    /// What a chip is set to.
    package enum TimeToSet: Equatable, Sendable {
        /// UTC by this reference.
        case reference(TimeReference)
        /// A time that somebody gave, with the moment at which it held. Nobody can say how good it is.
        case given(ClockReading)

        /// UTC at `moment`.
        package func reading(at moment: MonotonicTime) -> ClockReading {
            switch self {
            case .reference(let reference): ClockReading(monotonic: moment, date: reference.estimate.date(at: moment))
            case .given(let reading): reading
            }
        }
    }

    /// - Parameter saved: `text` of an earlier run; nil, or what is not to be read, starts without a history.
    /// - Parameter assumedError: bound of a chip's error that was never compared with UTC, and of a time that somebody gives.
    package init(_ kind: RTCKind, saved: String?, assumedError: NTPDuration) {
        memory =
            saved.flatMap { RTCMemory(parsing: $0, of: kind, assumedError: assumedError) }
            ?? RTCMemory(of: kind, assumedError: assumedError)
    }

    package var text: String { memory.text }

    // MARK: The chip's time

    package mutating func begin(setting time: TimeToSet) {
        change = .setting(time, wasBeingWritten: memory.model.isBeingWritten)
        memory.model.rewriteBegins()
    }

    /// The change was not made: the chip is what it was, or, if it may have changed, is not believed until it is set.
    package mutating func abandon(mayHaveChanged: Bool) {
        if case .setting(_, wasBeingWritten: false) = change, !mayHaveChanged { memory.model.rewriteCancelled() }
        change = .none
    }

    /// The chip was set as begun.
    ///
    /// - Parameter known: UTC by others than whoever gave the time, if there are any.
    package mutating func commit(_ report: WriteReport, known: TimeReference?) {
        guard case .setting(let time, _) = change else { return }
        change = .none
        let moment = report.edge.edge
        var residual = report.residual
        var bound = report.uncertainty
        memory.learnedDelay = .zero
        memory.learnedDispersion = .zero
        memory.doubt = .zero
        switch time {
        case .reference(let reference): memory.learn(from: reference, at: moment)
        case .given(let reading):
            guard let known else {
                bound += memory.model.assumedError
                break
            }
            residual += reading.date - known.estimate.date(at: reading.monotonic)
            memory.learn(from: known, at: moment)
        }
        memory.model.rewritten(RTCObservation(report, offset: residual, bound: bound))
    }

    package var isSetting: Bool {
        if case .setting = change { return true }
        return false
    }

    // MARK: Tests

    /// A self-test is about to change the time for some seconds.
    package mutating func beginTest() {
        change = .testing(wasBeingWritten: memory.model.isBeingWritten)
        memory.model.rewriteBegins()
    }

    /// The self-test is over. A chip whose time it could not put back is not believed until it is set.
    package mutating func endTest(_ timeChange: SelfTest.TimeChange) {
        guard case .testing(let wasBeingWritten) = change else { return }
        change = .none
        switch timeChange {
        case .none: if !wasBeingWritten { memory.model.shifted(by: .zero, bound: .zero) }
        case .restored(let offset, let bound): if !wasBeingWritten { memory.model.shifted(by: offset, bound: bound) }
        case .lost: break
        }
    }

    // MARK: Trim

    /// The trim register was set, in effect from `date` (UTC) on.
    package mutating func commit(_ report: TrimReport, at date: NTPDate) { memory.model.note(report.after, at: date) }

    /// Whether the trim register is to stay as somebody has set it.
    package mutating func setTrimmedByHand(_ isByHand: Bool) { memory.isTrimmedByHand = isByHand }

    // MARK: What is learned

    /// Changes what is known of the chip.
    mutating func update<Result>(_ body: (inout RTCMemory) -> Result) -> Result { body(&memory) }
}

extension RTCObservation {
    fileprivate init(_ report: WriteReport, offset: NTPDuration, bound: NTPDuration) {
        self.init(
            offset: offset,
            date: report.edge.chipTime - offset,
            temperature: report.edge.temperature,
            trim: report.edge.trim,
            deviation: bound * (1 / 3.0.squareRoot()),
            bound: bound
        )
    }
}
