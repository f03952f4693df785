import CLinux

package struct SignalSet: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// SIGINT.
    package static let interrupt = SignalSet(rawValue: TKO_SIGNAL_INTERRUPT)
    /// SIGTERM.
    package static let terminate = SignalSet(rawValue: TKO_SIGNAL_TERMINATE)
    /// SIGHUP.
    package static let hangup = SignalSet(rawValue: TKO_SIGNAL_HANGUP)
}

/// Notes SIGINT, SIGTERM and SIGHUP instead of dying of them, and ignores SIGPIPE. At most one exists at a time.
///
/// A signal ends the poll(2) it interrupts and wakes the pipe, so none is missed between a look and the next wait.
package final class SignalWatch {
    private let wake: WakePipe?

    /// Without a pipe a signal between `take` and the wait is seen only after the wait.
    package init(wake: WakePipe?) throws(LinuxError) {
        self.wake = wake
        try checked(tko_signals_watch(wake?.writingFD ?? -1), "sigaction")
    }

    deinit { tko_signals_release() }

    /// The signals that came since the last call.
    package func take() -> SignalSet { SignalSet(rawValue: tko_signals_take()) }
}
