import HAL
import NTPTime

/// Why the RTC gives no time, or took none.
package enum RTCError: Error, Hashable, Sendable {
    /// The chip or its bus.
    case chip(RTCChipError)
    /// The chip says that its oscillator stopped at some time, so the chip's time is worth nothing until it is set anew.
    case oscillatorStopped
    /// The time that was read, or was to be written, is none that can be.
    case implausible(NTPDate, plausible: ClosedRange<NTPDate>)
    /// The seconds register did not change for longer than a second.
    case noEdge
    /// The seconds register went from `from` to `to`: someone else sets the chip, or the bus is disturbed.
    case incoherentSeconds(from: UInt8, to: UInt8)
    /// The full time did not belong to the second that had just begun.
    case incoherentTime(expectedSecond: UInt8, read: CivilTime)
    /// The transfers take so long, or this machine wakes up so late, that the second was missed again and again.
    case tooSlow
    /// What was read back is not what was written.
    case notVerified(written: CivilTime, read: CivilTime)
    /// The bus failed while the time was being written, each time it was tried. The chip may hold part of the new time
    /// and part of the old, and must not be believed until it has been written whole.
    case writeIncomplete(RTCChipError)
    /// The flag that the oscillator has stopped was cleared and is still set.
    case oscillatorStopFlagStays
    /// The chip's second cannot be told by the square wave; it is polled for instead.
    case squareWave(SquareWaveTrouble)
    /// A temperature conversion does not end, or none can be started.
    case conversionStuck
    /// The trim register does not hold what was written to it.
    case trimNotVerified(written: TrimOffset, read: TrimOffset)
    /// Chips of this kind have no such thing.
    case cannot(RTCAbility)
}

/// What some chips can do beside telling the time.
package enum RTCAbility: Hashable, Sendable {
    case temperature
    case trim
    case oneHertz
}

extension RTCError {
    /// Whether the chip answers, and what it has is no time: it has to be set.
    package var isTimeless: Bool {
        switch self {
        case .oscillatorStopped, .implausible, .writeIncomplete: true
        case .chip(let error): error.isSenselessTime
        default: false
        }
    }

    /// Whether all the registers may say more about what is wrong.
    var isSymptom: Bool {
        switch self {
        case .noEdge: true
        case .chip(let error): error.isSenselessTime || error.reason == .stuckBus(octet: 0xff)
        default: false
        }
    }
}

extension RTCError: CustomStringConvertible {
    /// What was expected and what the likely cause is, for people.
    package var description: String {
        switch self {
        case .chip(let error):
            error.description
        case .oscillatorStopped:
            "RTC: the oscillator has stopped at some time (OSF), so the chip's time is worth nothing; it was never set, or "
                + "its battery is empty or missing"
        case .implausible(let date, let plausible):
            "RTC: the time is \(date.iso8601(decimals: 0)), which cannot be: expected one from "
                + "\(plausible.lowerBound.iso8601(decimals: 0)) to \(plausible.upperBound.iso8601(decimals: 0)); it was never "
                + "set right"
        case .noEdge:
            "RTC: the seconds do not advance: the chip's oscillator stands still, or the chip is a counterfeit"
        case .incoherentSeconds(let from, let to):
            "RTC: the seconds went from \(from) to \(to): another program sets the chip, or the bus is disturbed"
        case .incoherentTime(let expected, let read):
            "RTC: the time read as \(read.iso8601) when second \(expected) had begun: another program sets the chip, or "
                + "the bus is disturbed"
        case .tooSlow:
            "RTC: the beginning of the second was missed several times: the bus or this machine is too slow"
        case .notVerified(let written, let read):
            "RTC: \(written.iso8601) was written but \(read.iso8601) read back: another program sets the chip, the bus "
                + "is disturbed, or the chip does not take the time"
        case .writeIncomplete(let error):
            "RTC: setting the time failed half-way, so the chip's time is wrong until it is set again; \(error)"
        case .oscillatorStopFlagStays:
            "RTC: the oscillator-stop flag could not be cleared: the oscillator does not run, or its supply is too low"
        case .squareWave(let trouble): "RTC: \(trouble)"
        case .conversionStuck:
            "RTC: a temperature conversion does not end: the chip is broken or a counterfeit"
        case .trimNotVerified(let written, let read):
            "RTC: trim \(written) was written but \(read) read back: another program sets it, or the chip is a "
                + "counterfeit without one"
        case .cannot(.temperature): "RTC: chips of this kind have no thermometer"
        case .cannot(.trim): "RTC: the rate of chips of this kind cannot be set"
        case .cannot(.oneHertz): "RTC: chips of this kind give no square wave that Tickover can use"
        }
    }
}
