import DS3231
import NTPTime

/// Why the RTC gives no time, or took none.
package enum RTCError: Error, Hashable, Sendable {
    /// The chip or its bus; an oscillator that has stopped is `oscillatorStopped`.
    case chip(DS3231Error)
    /// OSF is set, so the chip's time is worth nothing until it is set anew.
    case oscillatorStopped
    /// The time that was read, or was to be written, is before the earliest that can be.
    case tooEarly(NTPDate, earliest: NTPDate)
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
    case writeIncomplete(DS3231Error)
    /// OSF was cleared and is still set.
    case oscillatorStopFlagStays
    /// The chip's second cannot be told by the square wave; it is polled for instead.
    case squareWave(SquareWaveTrouble)
    /// A temperature conversion does not end, or none can be started.
    case conversionStuck
    /// The aging register does not hold what was written to it.
    case agingNotVerified(written: AgingOffset, read: AgingOffset)
}

extension RTCError {
    init(_ error: DS3231Error) { self = error == .oscillatorStopped ? .oscillatorStopped : .chip(error) }
}

extension RTCError: CustomStringConvertible {
    /// Whether the chip answers, and what it has is no time: it has to be set.
    package var isTimeless: Bool {
        switch self {
        case .oscillatorStopped, .tooEarly, .writeIncomplete: true
        default: false
        }
    }

    /// What was expected and what the likely cause is, for people.
    package var description: String {
        switch self {
        case .chip(let error):
            error.description
        case .oscillatorStopped:
            DS3231Error.oscillatorStopped.description
        case .tooEarly(let date, let earliest):
            "RTC: the time is \(date.iso8601(decimals: 0)), which is past: it must be after "
                + "\(earliest.iso8601(decimals: 0)); it was never set right"
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
        case .agingNotVerified(let written, let read):
            "RTC: aging offset \(written) was written but \(read) read back: another program sets it, or the chip is a "
                + "counterfeit without one"
        }
    }
}
