import ClockDiscipline
import NTPTime
import NTPWire

/// Names a reference clock of this machine.
package enum ReferenceClockID: Equatable, Sendable {
    case rtc

    /// What clients are told that the time comes from.
    package var referenceID: ReferenceID {
        switch self {
        case .rtc: .rtc
        }
    }
}

/// What a reference clock says of the time: all that the decision sees of it.
package struct ClockReport: Sendable {
    package var id: ReferenceClockID
    /// UTC by the clock, if it has just told it.
    package var reference: TimeReference?
    /// Whether it has told the time lately and nothing is known against that.
    package var isUsable: Bool
    /// Whether it was compared with UTC before: then what contradicts it needs somebody to corroborate it.
    package var hasHistory: Bool
    /// Whether it, or who it was compared with, has contradicted itself since.
    package var isDoubtful: Bool

    package init(
        id: ReferenceClockID,
        reference: TimeReference? = nil,
        isUsable: Bool = true,
        hasHistory: Bool = true,
        isDoubtful: Bool = false
    ) {
        self.id = id
        self.reference = reference
        self.isUsable = isUsable
        self.hasHistory = hasHistory
        self.isDoubtful = isDoubtful
    }
}

/// What an upstream server says of the time: all that the decision sees of it.
package struct ServerReport: Sendable {
    package var identity: ServerIdentity
    /// UTC by the server; nil while it is unreachable, has too few samples or is not to be selected.
    package var reference: TimeReference?
    /// Bound on what it may be wrong by because it has contradicted itself.
    package var doubt: NTPDuration
    package var prefer: Bool
    /// The longest interval at which it is polled, or has lately answered.
    package var longestInterval: NTPDuration
    /// When its newest sample was taken.
    package var newest: MonotonicTime
    /// When it was first seen where it is now; nil if it has not jumped.
    package var jumpedAt: MonotonicTime?
    /// Whether a sample that contradicts the others waits for another of its kind.
    package var isDissenting: Bool
    /// Whether its first burst is under way.
    package var isSettling: Bool
    /// Whether it may have a reference soon.
    package var isPending: Bool

    package init(
        identity: ServerIdentity,
        reference: TimeReference?,
        doubt: NTPDuration = .zero,
        prefer: Bool = false,
        longestInterval: NTPDuration = PollExponent(10).interval,
        newest: MonotonicTime = .zero,
        jumpedAt: MonotonicTime? = nil,
        isDissenting: Bool = false,
        isSettling: Bool = false,
        isPending: Bool = false
    ) {
        self.identity = identity
        self.reference = reference
        self.doubt = doubt
        self.prefer = prefer
        self.longestInterval = longestInterval
        self.newest = newest
        self.jumpedAt = jumpedAt
        self.isDissenting = isDissenting
        self.isSettling = isSettling
        self.isPending = isPending
    }
}
