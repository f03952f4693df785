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
}
