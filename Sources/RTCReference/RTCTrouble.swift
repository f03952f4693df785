import HAL

/// Why an RTC gave no answer.
package enum RTCTrouble: Error, Hashable, Sendable {
    /// The bus that it should be on cannot be opened; why, in words.
    case unopened(String)
    /// An earlier call has not come back from the bus.
    case unanswered
    case failed(RTCError)
}

extension RTCTrouble {
    /// Whether the chip answers, and what it has is no time: it has to be set.
    package var isTimeless: Bool {
        guard case .failed(let error) = self else { return false }
        return error.isTimeless
    }

    /// Whether it is the same trouble as `other`, whatever was read in either: a date that runs on does not make it news.
    package func isSame(as other: RTCTrouble) -> Bool {
        switch (self, other) {
        case (.unopened(let own), .unopened(let others)): own == others
        case (.unanswered, .unanswered): true
        case (.failed(let own), .failed(let others)): own.symptom == others.symptom
        default: false
        }
    }
}

extension RTCTrouble: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unopened(let reason): reason
        case .unanswered: "the I2C bus does not answer"
        case .failed(let error): error.description
        }
    }
}

/// What an `RTCError` is without what was read.
private enum Symptom: Hashable {
    case bus(I2CError)
    case stuckBus
    case otherKind
    case senselessTime
    case refused
    case stopped
    case implausible
    case standsStill
    case incoherent
    case tooSlow
    case notVerified
    case writeIncomplete
    case flagStays
    case squareWave(SquareWaveTrouble)
    case conversion
    case trim
    case cannot(RTCAbility)
}

extension RTCError {
    fileprivate var symptom: Symptom {
        switch self {
        case .chip(let error): error.symptom
        case .oscillatorStopped: .stopped
        case .implausible: .implausible
        case .noEdge: .standsStill
        case .incoherentSeconds, .incoherentTime: .incoherent
        case .tooSlow: .tooSlow
        case .notVerified: .notVerified
        case .writeIncomplete: .writeIncomplete
        case .oscillatorStopFlagStays: .flagStays
        case .squareWave(let trouble): .squareWave(trouble)
        case .conversionStuck: .conversion
        case .trimNotVerified: .trim
        case .cannot(let ability): .cannot(ability)
        }
    }
}

extension RTCChipError {
    fileprivate var symptom: Symptom {
        switch reason {
        case .bus(let error): .bus(error)
        case .stuckBus: .stuckBus
        case .otherKind: .otherKind
        case .notDecimal, .outOfRange, .impossibleDate: .senselessTime
        case .notKept: .notVerified
        case .yearOutOfRange, .invalidTime, .trimOutOfRange: .refused
        }
    }
}
