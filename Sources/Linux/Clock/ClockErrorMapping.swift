import CLinux
import ClockDiscipline

extension ClockError {
    /// What adjtimex(2) and clock_settime(2) mean by their errno.
    package init(_ error: LinuxError) {
        self =
            switch error.code {
            case TKO_EPERM: .notPermitted
            case TKO_EINVAL, TKO_ERANGE: .outOfRange
            default: .system(code: error.code)
            }
    }

    /// For log lines.
    package var explanation: String {
        switch self {
        case .notPermitted: "not permitted; it takes CAP_SYS_TIME"
        case .outOfRange: "out of the clock's range"
        case .system(let code): LinuxError(code: code, operation: "adjtimex").message
        }
    }
}
