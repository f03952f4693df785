import CLinux
import NTPTime

/// The system calls of one line that stamps falling edges, so that `KernelEdgeInput` is tested without one.
package protocol EdgeLine: AnyObject {
    /// The oscillator, and as `realTime` the clock that stamps.
    var clocks: any HostClocks { get }
    /// The next edge that was not taken yet, in the clock's time; waits up to `timeout` for it, or until a signal.
    func takeEdge(within timeout: NTPDuration) throws(LinuxError) -> NTPDate?
}

/// A line of `/dev/gpiochipN`, stamped by `CLOCK_MONOTONIC`.
package final class GPIOLine: EdgeLine {
    package let clocks: any HostClocks = MonotonicHostClocks()
    private let descriptor: FileDescriptor
    private let oscillator = OscillatorClock()

    package init(path: String, line: UInt32) throws(LinuxError) {
        let opened = path.withCString { tko_gpio_request($0, line) }
        descriptor = FileDescriptor(owning: try checked(opened, "\(path): request line \(line)"))
    }

    package func takeEdge(within timeout: NTPDuration) throws(LinuxError) -> NTPDate? {
        if let edge = try take() { return edge }
        var poller = Poller()
        poller.add(descriptor.rawValue)
        try poller.wait(until: oscillator.now + timeout, on: oscillator)
        return try take()
    }

    private func take() throws(LinuxError) -> NTPDate? {
        var stamp = tko_time()
        let taken = try checked(tko_gpio_take(descriptor.rawValue, &stamp), "read a GPIO event")
        return taken == 0 ? nil : NTPDate(stamp)
    }
}

/// `CLOCK_MONOTONIC` in place of the real time: a date soon after 1970.
private final class MonotonicHostClocks: HostClocks {
    var oscillator: MonotonicTime { MonotonicTime(tko_clock_raw()) }
    var realTime: NTPDate { NTPDate(tko_clock_monotonic()) }
}

/// `/dev/ppsN`, stamped by `CLOCK_REALTIME`. It remembers only its last edge.
package final class PPSLine: EdgeLine {
    package let clocks: any HostClocks = SystemTimex()
    private let path: String
    private let descriptor: FileDescriptor
    private let takesClear: Int32
    private var last: UInt32 = 0

    /// An edge that comes between two looks is noticed after so long at the latest.
    private static let slice = NTPDuration.milliseconds(20)

    /// - Parameter falling: which of the source's edges falls.
    package init(path: String, falling: PPSEdge) throws(LinuxError) {
        self.path = path
        takesClear = falling == .clear ? 1 : 0
        let opened = path.withCString { [takesClear] in tko_pps_open($0, takesClear) }
        descriptor = FileDescriptor(owning: try checked(opened, "open \(path)"))
    }

    package func takeEdge(within timeout: NTPDuration) throws(LinuxError) -> NTPDate? {
        if let edge = try fetch(waiting: .zero) { return edge }
        var left = timeout
        while left > .zero {
            if let edge = try fetch(waiting: min(left, Self.slice)) { return edge }
            if let edge = try fetch(waiting: .zero) { return edge }
            left -= Self.slice
        }
        return nil
    }

    private func fetch(waiting timeout: NTPDuration) throws(LinuxError) -> NTPDate? {
        var stamp = tko_time()
        var number: UInt32 = 0
        let done = tko_pps_fetch(descriptor.rawValue, takesClear, timeout.nanoseconds, &stamp, &number)
        guard done != -TKO_ETIMEDOUT else { return nil }
        try checked(done, "fetch from \(path)")
        guard number != last else { return nil }
        last = number
        return NTPDate(stamp)
    }
}

/// What a PPS source calls an edge.
package enum PPSEdge: Hashable, Sendable {
    case assert
    case clear
}
