import CLinux
import NTPTime

/// Tells systemd how the service is doing (sd_notify(3)): datagrams to the socket that `NOTIFY_SOCKET` names.
package struct ServiceNotifier: Sendable {
    private let path: String?
    /// How often `watchdog` is to be called: twice within what systemd waits for; nil if it does not.
    package let watchdogInterval: NTPDuration?

    /// - Parameter path: the value of `NOTIFY_SOCKET`, a path or, with a leading @, an abstract name; nil without systemd.
    /// - Parameter watchdog: the value of `WATCHDOG_USEC`.
    package init(
        path: String? = Host.environment("NOTIFY_SOCKET"),
        watchdog: String? = Host.environment("WATCHDOG_USEC")
    ) {
        self.path = path
        watchdogInterval = watchdog.flatMap { Int64($0) }.flatMap { microseconds in
            guard path != nil, (1...1_000_000_000_000).contains(microseconds) else { return nil }
            return .nanoseconds(microseconds * 500)
        }
    }

    package var isEnabled: Bool { path != nil }

    package func ready(status: String) throws(LinuxError) { try send("READY=1\nSTATUS=\(oneLine(status))") }
    package func status(_ status: String) throws(LinuxError) { try send("STATUS=\(oneLine(status))") }
    package func watchdog() throws(LinuxError) { try send("WATCHDOG=1") }
    package func reloading() throws(LinuxError) { try send("RELOADING=1") }
    package func stopping() throws(LinuxError) { try send("STOPPING=1") }

    /// Does nothing without systemd.
    private func send(_ message: String) throws(LinuxError) {
        guard let path else { return }
        let bytes = Array(message.utf8)
        try checked(path.withCString { tko_local_notify($0, bytes, Int32(bytes.count)) }, "notify \(path)")
    }
}

/// `text` with control characters as spaces, so that no part of it passes for a line of its own.
func oneLine(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return text }
    return String(decoding: text.utf8.map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }, as: UTF8.self)
}
