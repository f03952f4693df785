import NTPTime
import NetworkAddress

/// What is served when there is neither server nor RTC to go by: this machine's clock as it runs.
package struct LastResortDirective: Hashable, Sendable {
    /// `server 127.127.1.0`, at the stratum that its `fudge` line says.
    package var localClock: UInt8?
    /// `tos orphan`; nil for 16, which is none.
    package var orphan: UInt8?
    /// `tos orphanwait`: how long after the start nothing else must have come up.
    package var wait = NTPDuration.seconds(300)
}

extension Parser {
    /// 127.127.t.u stands for unit u of ntpd's clock driver t; 1 is the undisciplined local clock.
    static func clockDriver(_ host: String) -> UInt8? {
        guard let address = IPAddress(host), address.isV4, address.v4Bits >> 16 == 0x7f7f else { return nil }
        return UInt8(truncatingIfNeeded: address.v4Bits >> 8)
    }

    static var localClockDriver: UInt8 { 1 }

    /// ntpd's default for the local clock.
    private static var localClockStratum: UInt8 { 5 }

    mutating func localClock(_ line: inout DirectiveLine) {
        configuration.lastResort.localClock = fudgedStratum ?? Self.localClockStratum
        // Polls and preferences mean nothing to a clock that is only ever the last resort.
        line.skipRest()
    }

    mutating func fudge(_ line: inout DirectiveLine) throws(SyntaxError) {
        let address = try line.next(expecting: "the address of a clock such as 127.127.1.0")
        guard let driver = Self.clockDriver(address.text) else {
            throw SyntaxError(
                at: address,
                "expected the address of a clock such as 127.127.1.0, found \(address.shown)"
            )
        }
        guard driver == Self.localClockDriver else {
            warn(
                at: address,
                "there is no driver for clock \(address.shown); use an 'rtc' line for the DS3231; ignored"
            )
            return line.skipRest()
        }
        while let option = line.next() {
            switch try keyword(option, "option", FudgeOption.self) {
            case .stratum:
                let stratum = UInt8(truncatingIfNeeded: try line.wholeNumber(of: option, in: 0...15))
                fudgedStratum = stratum
                if configuration.lastResort.localClock != nil { configuration.lastResort.localClock = stratum }
            default:
                _ = try line.next(after: option, expecting: "a value")
                warn(at: option, "the local clock has no \(option.shown); ignored")
            }
        }
    }
}

private enum FudgeOption: String, CaseIterable {
    case stratum, refid, abbrev, time1, time2, flag1, flag2, flag3, flag4, minjitter
}
