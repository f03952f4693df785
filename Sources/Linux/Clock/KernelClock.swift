import ClockDiscipline
import NTPTime

/// `CLOCK_REALTIME`, steered by adjtimex(2). Needs `CAP_SYS_TIME` for everything but reading.
package final class KernelClock: ServedClock {
    private let timex: any KernelTimex
    package let kernelStamps: KernelStamps
    /// The rate last asked for, without a slew; at the start the one the kernel had. Positive is faster.
    package private(set) var frequency: Frequency

    /// What the clock may be set to. Programs of a 32-bit system, PID 1 of Debian's among them, count time in 31 bits: beyond
    /// their end the machine could not be booted any more.
    package static let plausibleDates =
        NTPDate.earliestPlausible...min(.latestPlausible, latest(forBits: Int.bitWidth))

    /// A day before time ends for programs that count it in so many bits.
    static func latest(forBits bits: Int) -> NTPDate {
        bits > 32 ? .latestPlausible : NTPDate(unixSeconds: Int64(Int32.max) - 86_400)
    }

    /// NTP_PHASE_LIMIT: beyond it the kernel calls itself unsynchronised.
    private static let errorLimit = NTPDuration.seconds(16)

    /// Takes the clock over: ends slews of adjtime(3) and of the kernel's own loop and switches that loop off, so that
    /// nothing but `steer` moves the clock; marks it unsynchronised until `publish` says otherwise.
    ///
    /// - Throws: `notPermitted` without `CAP_SYS_TIME`.
    package init(timex: any KernelTimex) throws(ClockError) {
        self.timex = timex
        kernelStamps = KernelStamps(clocks: timex)
        let state = try Self.adjust(timex, Timex())
        frequency = KernelRate.join(tick: state.tick, frequency: state.frequency, hz: timex.userHz)
        // The loop takes a new offset only while it is on; an offset of zero ends its slew.
        var request = Timex(modes: [.status, .offset])
        request.status = [.phaseLockedLoop, .unsynchronised]
        _ = try Self.adjust(timex, request)
        // Last, as the loop's end puts the kernel's clock state back to its start.
        request = Timex(modes: .status)
        request.status = .unsynchronised
        _ = try Self.adjust(timex, request)
        do throws(ClockError) {
            _ = try Self.adjust(timex, Timex(modes: .singleShot))
        } catch .outOfRange {
            // Simulators lack adjtime's slew, and then there is none to end.
        }
    }

    package func read() -> ClockReading { PairedReading.take(from: timex).reading }

    package var snapshot: ClockSnapshot {
        ClockSnapshot(trajectory: nil, steppedUntil: kernelStamps.quarantineEnd)
    }

    /// By ADJ_SETOFFSET, which no delay of this process makes wrong; clock_settime(2) where the kernel refuses it.
    ///
    /// The kernel marks itself unsynchronised by it, until the next `publish`.
    package func step(by step: ClockStep) throws(ClockError) {
        var request = Timex(modes: [.setOffset, .nanoseconds])
        (request.seconds, request.subseconds) = (step.seconds, Int64(step.nanoseconds))
        do throws(ClockError) {
            _ = try Self.adjust(timex, request)
        } catch .outOfRange {
            try Self.mapped { () throws(LinuxError) in try timex.setRealTime(timex.realTime.stepped(by: step)) }
        }
        kernelStamps.clockWasStepped()
        try setRate(frequency)
    }

    /// A slew is a change of rate, and goes on at it until the next call.
    ///
    /// - Throws: `outOfRange` when frequency and slew together go beyond ±10 %; nothing is changed then.
    package func steer(_ steering: ClockSteering) throws(ClockError) {
        let rate = steering.slewingFrequency
        guard KernelRate.allows(rate) else { throw .outOfRange }
        try setRate(rate)
        frequency = steering.frequency
    }

    private func setRate(_ rate: Frequency) throws(ClockError) {
        var request = Timex(modes: [.tick, .frequency])
        (request.tick, request.frequency) = KernelRate.split(rate, hz: timex.userHz)
        _ = try Self.adjust(timex, request)
    }

    /// Sets the kernel's error estimates and its leap and synchronisation flags.
    ///
    /// While synchronised, the kernel writes its time to an RTC that it drives every 11 minutes; ours it does not
    /// drive, so there is nothing to write to. A leap indicator makes the kernel insert or delete a second at the end
    /// of the present UTC day, so it is to be announced on the last day only.
    package func publish(_ status: ClockStatus) throws(ClockError) {
        var request = Timex(modes: [.status, .estimatedError, .maximumError])
        request.status =
            switch status.leap {
            case .none: []
            case .insertion: .insertLeap
            case .deletion: .deleteLeap
            case .unsynchronised: .unsynchronised
            }
        request.estimatedError = Self.microseconds(status.estimatedError)
        request.maximumError = Self.microseconds(status.maximumError)
        _ = try Self.adjust(timex, request)
    }

    /// Tells the kernel TAI − UTC in seconds, for users of `CLOCK_TAI`.
    package func setTAIOffset(seconds: Int32) throws(ClockError) {
        var request = Timex(modes: .tai)
        request.constant = Int64(seconds)
        _ = try Self.adjust(timex, request)
    }

    /// Rounded up, since these are bounds.
    private static func microseconds(_ error: NTPDuration) -> Int64 {
        let nanoseconds = Swift.min(Swift.max(error, .zero), errorLimit).nanoseconds
        return (nanoseconds + 999) / 1_000
    }

    private static func adjust(_ timex: any KernelTimex, _ request: Timex) throws(ClockError) -> Timex {
        var request = request
        try mapped { () throws(LinuxError) in try timex.adjust(&request) }
        return request
    }

    private static func mapped(_ call: () throws(LinuxError) -> Void) throws(ClockError) {
        do throws(LinuxError) { try call() } catch { throw ClockError(error) }
    }
}
