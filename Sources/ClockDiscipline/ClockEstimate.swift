import NTPTime

/// UTC as a linear function of the local oscillator, with what is known of its errors.
package struct ClockEstimate: BitwiseCopyable, Equatable, Sendable {
    /// The moment at which `date` and its error hold.
    package var moment: MonotonicTime
    package var date: NTPDate
    /// Rate of UTC relative to the oscillator, less one; positive if the oscillator is slow.
    package var frequency: Frequency
    /// Standard error of `date` from noise; systematic errors are in the root distance.
    package var phaseError: NTPDuration
    /// Standard error of `frequency`.
    package var frequencyError: Frequency

    package init(
        moment: MonotonicTime,
        date: NTPDate,
        frequency: Frequency,
        phaseError: NTPDuration,
        frequencyError: Frequency
    ) {
        self.moment = moment
        self.date = date
        self.frequency = frequency
        self.phaseError = phaseError
        self.frequencyError = frequencyError
    }

    /// The estimated UTC at any moment.
    package func date(at moment: MonotonicTime) -> NTPDate {
        let elapsed = moment - self.moment
        return date + elapsed + frequency * elapsed
    }

    /// Standard error of `date(at:)`, with the oscillator wandering on since.
    package func phaseError(at moment: MonotonicTime) -> NTPDuration {
        let elapsed = (moment - self.moment).seconds.magnitude
        let drift = frequencyError.fraction * elapsed
        let wander = OscillatorModel.wander * (elapsed * elapsed * elapsed / 3).squareRoot()
        return .seconds((phaseError.seconds * phaseError.seconds + drift * drift + wander * wander).squareRoot())
    }

    /// Lets the frequency be another one from `moment` on; what was estimated before is no less certain.
    package mutating func changeFrequency(by change: Frequency, at moment: MonotonicTime) {
        date += -change * (moment - self.moment)
        frequency = frequency + change
    }

    /// What the clock is behind by, at the moment of its reading; negative if it is ahead.
    package func offset(of reading: ClockReading) -> NTPDuration { date(at: reading.monotonic) - reading.date }
}

/// What is assumed of the local oscillator before it is measured.
package enum OscillatorModel {
    /// Random walk of the frequency: standard deviation after one second, per square root of a second. A Pi's crystal
    /// moves 1.7 ppm over a day of temperature (6e-9 if it were a random walk).
    package static let wander = 6e-9
    /// Bound on the frequency of an oscillator that was never measured (the kernel's own limit is 500 ppm; Pi crystals
    /// have been seen at -43 ppm).
    package static let tolerance = Frequency.ppm(100)
}
