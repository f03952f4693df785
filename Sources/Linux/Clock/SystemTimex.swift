import CLinux
import NTPTime

/// The kernel's clocks themselves.
package final class SystemTimex: KernelTimex {
    package init() {}

    package var oscillator: MonotonicTime { MonotonicTime(tko_clock_raw()) }
    package var realTime: NTPDate { NTPDate(tko_clock_real()) }
    package var userHz: Int64 { tko_user_hz() }

    package func adjust(_ timex: inout Timex) throws(LinuxError) {
        var request = tko_timex()
        request.modes = timex.modes.rawValue
        request.status = timex.status.rawValue
        request.offset = timex.offset
        request.frequency = timex.frequency
        request.maximum_error = timex.maximumError
        request.estimated_error = timex.estimatedError
        request.constant = timex.constant
        request.tick = timex.tick
        request.seconds = timex.seconds
        request.subseconds = timex.subseconds
        try checked(tko_adjtimex(&request), "adjtimex")
        timex.status = Timex.Status(rawValue: request.status)
        timex.offset = request.offset
        timex.frequency = request.frequency
        timex.maximumError = request.maximum_error
        timex.estimatedError = request.estimated_error
        timex.constant = request.constant
        timex.tick = request.tick
        timex.seconds = request.seconds
        timex.subseconds = request.subseconds
    }

    package func setRealTime(_ date: NTPDate) throws(LinuxError) {
        let time = tko_time(seconds: date.unixSeconds, nanoseconds: date.nanoseconds)
        try checked(tko_clock_set_real(time), "clock_settime")
    }
}

/// CAP_SYS_TIME (capabilities(7)).
private let timeCapability: Int32 = 25

/// Whether this process may set the kernel's clock.
package func hasTimeCapability() -> Bool { tko_has_capability(timeCapability) == 1 }
