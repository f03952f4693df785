import CLinux
import NTPTime

/// What KernelClock needs of the kernel, so that its tests run without touching the machine's clock.
package protocol KernelTimex: HostClocks {
    /// USER_HZ, in which `Timex.tick` is counted.
    var userHz: Int64 { get }

    /// adjtimex(2): does what `timex.modes` says and fills in the rest.
    func adjust(_ timex: inout Timex) throws(LinuxError)

    /// clock_settime(2) of `CLOCK_REALTIME`.
    func setRealTime(_ date: NTPDate) throws(LinuxError)
}

/// The fields of `struct timex` that are used here, with the kernel's units.
package struct Timex: Equatable, Sendable {
    package struct Modes: OptionSet, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }
        package static let offset = Modes(rawValue: TKO_ADJ_OFFSET)
        package static let frequency = Modes(rawValue: TKO_ADJ_FREQUENCY)
        package static let maximumError = Modes(rawValue: TKO_ADJ_MAXERROR)
        package static let estimatedError = Modes(rawValue: TKO_ADJ_ESTERROR)
        package static let status = Modes(rawValue: TKO_ADJ_STATUS)
        package static let tai = Modes(rawValue: TKO_ADJ_TAI)
        package static let setOffset = Modes(rawValue: TKO_ADJ_SETOFFSET)
        package static let nanoseconds = Modes(rawValue: TKO_ADJ_NANO)
        package static let tick = Modes(rawValue: TKO_ADJ_TICK)
        /// adjtime(3)'s slew.
        package static let singleShot = Modes(rawValue: TKO_ADJ_OFFSET_SINGLESHOT)
    }

    package struct Status: OptionSet, Sendable {
        package let rawValue: Int32
        package init(rawValue: Int32) { self.rawValue = rawValue }
        /// STA_PLL: the kernel's own loop slews.
        package static let phaseLockedLoop = Status(rawValue: TKO_STA_PLL)
        package static let insertLeap = Status(rawValue: TKO_STA_INS)
        package static let deleteLeap = Status(rawValue: TKO_STA_DEL)
        package static let unsynchronised = Status(rawValue: TKO_STA_UNSYNC)
    }

    package var modes: Modes = []
    package var status: Status = []
    package var offset: Int64 = 0
    /// Units of 2^-16 ppm; positive runs the clock faster.
    package var frequency: Int64 = 0
    /// Microseconds.
    package var maximumError: Int64 = 0
    /// Microseconds.
    package var estimatedError: Int64 = 0
    /// TAI − UTC in seconds, when it is set.
    package var constant: Int64 = 0
    /// Microseconds per 1/USER_HZ second.
    package var tick: Int64 = 0
    package var seconds: Int64 = 0
    /// 0...999,999,999 with `.nanoseconds`.
    package var subseconds: Int64 = 0

    package init(modes: Modes = []) { self.modes = modes }
}

extension KernelTimex {
    /// The bound of the clock's error that the kernel was told by whoever disciplines it; nil if nobody does. Reads only.
    package var errorBound: NTPDuration? {
        var request = Timex()
        do throws(LinuxError) { try adjust(&request) } catch { return nil }
        guard !request.status.contains(.unsynchronised) else { return nil }
        return .microseconds(Double(request.maximumError))
    }
}
