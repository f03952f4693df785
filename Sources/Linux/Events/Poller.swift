import CLinux
import HAL
import NTPTime

/// What poll(2) watches for and reports.
package struct PollEvents: OptionSet, Hashable, Sendable {
    package let rawValue: Int16
    package init(rawValue: Int16) { self.rawValue = rawValue }

    package static let readable = PollEvents(rawValue: TKO_POLL_IN)
    /// Simulators signal transmit stamps by it.
    package static let priority = PollEvents(rawValue: TKO_POLL_PRIORITY)
    package static let writable = PollEvents(rawValue: TKO_POLL_OUT)
    /// Reported unasked, for a message on the error queue or a pending error.
    package static let error = PollEvents(rawValue: TKO_POLL_ERROR)
    package static let hangup = PollEvents(rawValue: TKO_POLL_HANGUP)
    package static let invalid = PollEvents(rawValue: TKO_POLL_INVALID)
}

/// A set of descriptors to wait for with poll(2).
package struct Poller {
    private var entries: [tko_poll_entry] = []

    package init() {}

    package var count: Int { entries.count }

    package mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

    /// Adds a descriptor and returns its index.
    @discardableResult
    package mutating func add(_ fd: Int32, _ events: PollEvents = .readable) -> Int {
        entries.append(tko_poll_entry(fd: fd, events: events.rawValue, happened: 0))
        return entries.count - 1
    }

    /// Waits until a descriptor is ready, a signal has come, or `deadline` on the scale of `clock`.
    ///
    /// poll counts milliseconds, and a wait is rounded up: it may end up to 1 ms late, and never spins.
    /// - Returns: how many descriptors are ready; 0 also after a signal.
    @discardableResult
    package mutating func wait(until deadline: MonotonicTime, on clock: any MonotonicClock) throws(LinuxError) -> Int {
        let timeout = deadline == .distantFuture ? -1 : Self.milliseconds(deadline - clock.now)
        for index in entries.indices { entries[index].happened = 0 }
        let ready = entries.withUnsafeMutableBufferPointer {
            tko_poll($0.baseAddress, UInt32($0.count), timeout)
        }
        guard ready != -TKO_EINTR else { return 0 }
        return Int(try checked(ready, "poll"))
    }

    /// Rounded up; 0 for the past, at most a day.
    static func milliseconds(_ duration: NTPDuration) -> Int32 {
        let nanoseconds = Swift.min(Swift.max(duration, .zero), .seconds(86_400)).nanoseconds
        return Int32((nanoseconds + 999_999) / 1_000_000)
    }

    /// What happened to the descriptor at `index` in the last wait.
    package func events(_ index: Int) -> PollEvents { PollEvents(rawValue: entries[index].happened) }
}
