import NTPTime

/// What is known of the oscillator's frequency before a source has been measured.
package struct FrequencyPrior: Equatable, Sendable {
    package var frequency: Frequency
    /// Standard error.
    package var error: Frequency

    package init(frequency: Frequency, error: Frequency) {
        self.frequency = frequency
        self.error = error
    }

    package static let unknown = FrequencyPrior(frequency: .zero, error: OscillatorModel.tolerance)

    /// The frequency of the last run, from the drift file: another temperature moves it by a few ppm.
    package static func remembered(_ frequency: Frequency) -> FrequencyPrior {
        FrequencyPrior(frequency: frequency, error: .ppm(5))
    }
}
