import NTPTime

@testable import Linux

/// A kernel clock in memory, which answers adjtimex as Linux does.
final class FakeKernel: KernelTimex {
    var oscillator = MonotonicTime(sinceStart: .seconds(1_000))
    var realTime = NTPDate(unixSeconds: 1_800_000_000)
    var userHz: Int64 = 100
    var state = Timex()
    var requests: [Timex] = []
    var refused: [UInt32: Int32] = [:]
    var datesSet: [NTPDate] = []

    init() {
        state.tick = 10_000
        state.status = .unsynchronised
    }

    func adjust(_ timex: inout Timex) throws(LinuxError) {
        requests.append(timex)
        if let code = refused[timex.modes.rawValue] { throw LinuxError(code: code, operation: "adjtimex") }
        if timex.modes.contains(.frequency) { state.frequency = timex.frequency }
        if timex.modes.contains(.tick) { state.tick = timex.tick }
        if timex.modes.contains(.status) { state.status = timex.status }
        if timex.modes.contains(.maximumError) { state.maximumError = timex.maximumError }
        if timex.modes.contains(.estimatedError) { state.estimatedError = timex.estimatedError }
        if timex.modes.contains(.setOffset) {
            realTime += NTPDuration(units: timex.seconds << 32) + .nanoseconds(timex.subseconds)
            state.status.insert(.unsynchronised)
        }
        timex = state
    }

    func setRealTime(_ date: NTPDate) throws(LinuxError) {
        datesSet.append(date)
        realTime = date
    }

    /// Moves both clocks on at the same rate.
    func pass(_ duration: NTPDuration) {
        oscillator += duration
        realTime += duration
    }
}
