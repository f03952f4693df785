import NTPTime

/// The served clock as an affine function of the free-running oscillator, good for the next seconds or minutes.
package struct Timescale: Hashable, Sendable {
    package var reading: ClockReading
    /// The served clock's rate relative to the oscillator; positive runs faster than it.
    package var frequency: Frequency

    package init(reading: ClockReading, frequency: Frequency) {
        self.reading = reading
        self.frequency = frequency
    }

    /// The served time when the oscillator shows `moment`.
    package func date(at moment: MonotonicTime) -> NTPDate {
        let elapsed = moment - reading.monotonic
        return reading.date + elapsed + frequency * elapsed
    }

    /// When the served time is, or was, `date`; within 68 years of the reading.
    package func moment(of date: NTPDate) -> MonotonicTime {
        let elapsed = date - reading.date
        let gained = Frequency(fraction: frequency.fraction / (1 + frequency.fraction)) * elapsed
        return reading.monotonic + elapsed - gained
    }
}
