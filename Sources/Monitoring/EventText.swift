import HAL
import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress
import RTCReference

/// How urgent a log line is, as in syslog.
package enum LogLevel: Sendable {
    case error
    case warning
    case notice
    case info
    case debug
}

extension EngineEvent {
    /// At which the event is logged.
    package var level: LogLevel {
        switch self {
        case .tooDistant, .clockWrong, .holdoverOver, .panic: .error
        case .holdoverBegun, .localServed, .displaced, .falseticker, .jumped, .serversMoved, .denied,
            .thermometerLost, .rtcMemoryUnreadable, .rtcTrouble, .rtcRefused, .rtcMoved:
            .warning
        case .synchronised, .timeLoaded, .holdoverClock, .stepped, .contradictsClock, .rateLimited,
            .leapSecondExpected, .leapSecondWithdrawn, .leapSecondPassed, .thermometerFound, .rtcSet, .rtcTrimmed:
            .notice
        case .systemPeerChanged, .temperatureFollowed, .thermometerFollowed, .thermometerIgnored, .answers, .lost,
            .lookUpFailed:
            .info
        case .refused(_, let refusal, _): refusal.level
        }
    }
}

extension EngineEvent: CustomStringConvertible {
    /// The log line.
    package var description: String {
        switch self {
        case .synchronised(let server, let stratum): "synchronised to \(server), stratum \(stratum)"
        case .systemPeerChanged(let server, let stratum): "system peer is now \(server), stratum \(stratum)"
        case .timeLoaded(let clock, let distance): "time loaded from \(clock.words), ±\(fixed(distance.seconds, 3)) s"
        case .holdoverBegun(let basis): "no upstream server can be used; holdover by \(basis.words)"
        case .holdoverClock(let clock): "holdover by \(clock.words)"
        case .localServed(let stratum, let distance):
            "the clock is served as it runs, at stratum \(stratum), ±\(fixed(distance.seconds, 1)) s and growing"
        case .tooDistant(let limit):
            "the time is no better than \(fixed(limit.seconds, 3)) s now; clients are told that it is not synchronised"
        case .clockWrong:
            "the clock is wrong since somebody else has set it; clients are told that it is not synchronised"
        case .holdoverOver:
            "holdover has lasted as long as is allowed; clients are told that the clock is not synchronised"
        case .panic(let offset, let limit):
            "offset \(fixed(offset.seconds, 3)) s is beyond the panic limit of \(fixed(limit.seconds, 0)) s; "
                + "set the clock, or start with -g"

        case .stepped(let step): "clock stepped by \(fixed(step.inSeconds, 6)) s"
        case .displaced(let displacement):
            "somebody else has set the clock, \(fixed(displacement.seconds, 3)) s ahead of where it was; "
                + "asking the sources"
        case .temperatureFollowed(let coefficient):
            "the oscillator follows temperature by \(fixed(coefficient.ppm, 3)) ppm/°C, which is predicted now"

        case .thermometerFollowed(let coefficient, let lag):
            "the oscillator follows the processor's temperature by \(fixed(coefficient.ppm, 3)) ppm/°C, "
                + "\(fixed(lag.seconds, 0)) s later, which is predicted now"
        case .thermometerIgnored: "the processor's temperature does not predict the oscillator any more"
        case .thermometerLost: "the processor's thermometer cannot be read; going on without"
        case .thermometerFound: "the processor's thermometer can be read again"

        case .falseticker(let server): "\(server) disagrees with the majority of servers: a falseticker"
        case .jumped(let server): "\(server) has jumped; it is followed again when it has stayed where it is"
        case .contradictsClock(let server): "\(server) contradicts the RTC; waiting for other servers to agree with it"
        case .serversMoved(let size):
            "the servers are \(fixed(size.seconds, 3)) s away from where they were; "
                + "the RTC's bound covers that until it is compared with them"
        case .answers(let server): "\(server) answers"
        case .lost(let server, let host): "\(server) does not answer; looking \(host) up again"
        case .lookUpFailed(let failure): "no address yet: \(failure)"
        case .refused(let server, let refusal, let keyID):
            "\(server): reply refused: \(refusal.description(keyID: keyID))"
        case .denied(let server, let code): "\(server) refuses us (kiss code \(code.text ?? "")); it is not asked again"
        case .rateLimited(let server, let interval):
            "\(server) asks for fewer requests; polling every \(fixed(interval.seconds, 0)) s"

        case .leapSecondExpected(let second):
            "a leap second will be \(second.kind.words) before \(second.midnight.iso8601(decimals: 0))"
        case .leapSecondWithdrawn: "leap announcement withdrawn"
        case .leapSecondPassed(let second): "leap second \(second.kind.words)"

        case .rtcMemoryUnreadable(let kind):
            "the saved RTC state cannot be read as a \(kind)'s; learning starts anew"
        case .rtcSet(let report): "RTC set: \(report.words)"
        case .rtcTrimmed(let report): "RTC trimmed, from \(report.before) to \(report.after)"
        case .rtcTrouble(let trouble): trouble.description
        case .rtcRefused(let refusal): "\(refusal); it is not followed"
        case .rtcMoved(let size):
            "RTC: it is \(fixed(size.seconds, 3)) s away from where it was; "
                + "its bound covers that until it is compared with UTC"
        }
    }
}

extension ReplyRefusal {
    /// At which the first one from a server is logged. What anybody can send is of interest to nobody, unless it is a code:
    /// keys that differ are somebody's mistake.
    fileprivate var level: LogLevel {
        switch self {
        case .malformed, .wrongMode, .bogusOrigin: .debug
        case .unsynchronised: .info
        case .notAuthentic, .cryptoNAK, .invalidHeader, .tooDistant, .loop, .implausibleDate: .warning
        }
    }

    /// In words, for people.
    ///
    /// - Parameter keyID: the key that the server's replies have to be authenticated by, if there is one.
    package func description(keyID: UInt32?) -> String {
        let key = keyID.map { " (key \($0))" } ?? ""
        return switch self {
        case .malformed: "malformed packet"
        case .wrongMode: "not a server's reply"
        case .bogusOrigin: "bogus origin timestamp"
        case .notAuthentic: "authentication failed\(key)"
        case .cryptoNAK: "crypto-NAK\(key)"
        case .unsynchronised: "server is not synchronised"
        case .invalidHeader: "invalid timestamps"
        case .tooDistant: "root distance of 16 s or more"
        case .loop: "server takes its time from us"
        case .implausibleDate: "implausible date"
        }
    }
}

extension ReferenceClockID {
    fileprivate var words: String {
        switch self {
        case .rtc: "the RTC"
        }
    }
}

extension SystemState.Holdover.Basis {
    fileprivate var words: String {
        switch self {
        case .clock(let id): id.words
        case .oscillator: "the oscillator's last frequency"
        }
    }
}

extension LeapSecond.Kind {
    fileprivate var words: String {
        switch self {
        case .insertion: "inserted"
        case .deletion: "deleted"
        }
    }
}

extension WriteReport {
    fileprivate var words: String {
        let off = "now \(fixed(residual.milliseconds, 3)) ms off, ±\(fixed(uncertainty.milliseconds, 3)) ms"
        return movement.map { "moved by \($0); \(off)" } ?? off
    }
}
