/// The served clock and the free-running oscillator, read at the same moment.
package struct ClockReading: BitwiseCopyable, Hashable, Sendable {
    package var monotonic: MonotonicTime
    package var date: NTPDate

    package init(monotonic: MonotonicTime, date: NTPDate) {
        self.monotonic = monotonic
        self.date = date
    }
}
