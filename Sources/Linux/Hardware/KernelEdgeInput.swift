import CLinux
import HAL
import NTPTime

/// Falling edges that the kernel stamps in an interrupt. Opened when it is first used, and again after a failure.
package final class KernelEdgeInput: EdgeInput {
    private let clock: any MonotonicClock
    private let open: () throws(LinuxError) -> any EdgeLine
    private var line: (any EdgeLine)?

    /// Allowed for the interrupt's latency. On a Pi it is some microseconds while nothing else interrupts; kernels without
    /// real-time patches guarantee nothing.
    private static let latency = NTPDuration.microseconds(50)
    /// The clocks that stamp are steered: by up to 500 ppm for their frequency and 5000 ppm for their phase.
    private static let steering = Frequency.ppm(5_500)
    /// Older stamps are worth less than polling.
    private static let oldest = NTPDuration.seconds(2)

    package init(clock: any MonotonicClock, open: @escaping () throws(LinuxError) -> any EdgeLine) {
        self.clock = clock
        self.open = open
    }

    package convenience init(gpioChip path: String, line: UInt32) {
        self.init(clock: OscillatorClock()) { () throws(LinuxError) in try GPIOLine(path: path, line: line) }
    }

    package convenience init(pps path: String, falling: PPSEdge) {
        self.init(clock: OscillatorClock()) { () throws(LinuxError) in try PPSLine(path: path, falling: falling) }
    }

    package func fallingEdge(
        after moment: MonotonicTime,
        before deadline: MonotonicTime
    ) throws(EdgeInputError) -> StampedEdge? {
        do throws(LinuxError) {
            let line = try opened()
            while true {
                let left = max(.zero, deadline - clock.now)
                if let stamp = try line.takeEdge(within: left) {
                    if let edge = translated(stamp, of: line), edge.moment > moment { return edge }
                } else if clock.now >= deadline {
                    return nil
                }
            }
        } catch {
            line = nil
            throw EdgeInputError(Self.explanation(error))
        }
    }

    private func opened() throws(LinuxError) -> any EdgeLine {
        if let line { return line }
        let line = try open()
        self.line = line
        return line
    }

    /// `stamp` on the oscillator: as long ago there as it is on its own clock. nil if it is too old, or the clock was set
    /// meanwhile.
    private func translated(_ stamp: NTPDate, of line: any EdgeLine) -> StampedEdge? {
        let now = PairedReading.take(from: line.clocks)
        let age = now.reading.date - stamp
        guard age >= -now.uncertainty, age < Self.oldest else { return nil }
        return StampedEdge(
            moment: now.reading.monotonic - age,
            uncertainty: Self.latency + now.uncertainty + Self.steering * age.magnitude
        )
    }

    private static func explanation(_ error: LinuxError) -> String {
        switch error.code {
        case TKO_ENOENT, TKO_ENODEV, TKO_ENXIO: "\(error.message); the square wave's input is not there"
        case TKO_EACCES, TKO_EPERM: "\(error.message); the user has to be in the group that owns it"
        case TKO_EBUSY: "\(error.message); another program or driver has it"
        default: error.message
        }
    }
}
