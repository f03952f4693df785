import NTPTime

/// Turns the estimate of UTC into steps and slews of the served clock.
package struct ClockLoop: Sendable {
    package struct Limits: Equatable, Sendable {
        /// The first correction is a step when the offset exceeds this; 0 never steps (`tinker step`).
        package var step: NTPDuration
        /// Whether a later correction may be a step, too. Otherwise it slews, however long it takes.
        package var stepsLater: Bool
        /// An offset beyond this ends the daemon; 0 never does (`tinker panic`).
        package var panic: NTPDuration
        /// Whether the first correction may exceed `panic` (`-g`).
        package var allowsFirstPanic: Bool

        package init(
            step: NTPDuration = .seconds(0.128),
            stepsLater: Bool = false,
            panic: NTPDuration = .seconds(1_000),
            allowsFirstPanic: Bool = false
        ) {
            self.step = step
            self.stepsLater = stepsLater
            self.panic = panic
            self.allowsFirstPanic = allowsFirstPanic
        }
    }

    package enum Action: Equatable, Sendable {
        /// Step the clock, then steer it.
        case step(by: NTPDuration, then: ClockSteering)
        case steer(ClockSteering)
        /// The offset is beyond the panic limit: somebody has to look.
        case panic(offset: NTPDuration)
    }

    /// The fastest slew: 128 ms take 26 s.
    package static let maximumSlew = Frequency.ppm(5_000)
    /// An offset that may be noise is spread over this long, so that it does not become noise of the frequency; one
    /// that is not, over no less than `shortestSlew`.
    private static let calmSlew = NTPDuration.seconds(16)
    private static let shortestSlew = NTPDuration.seconds(2)

    private let limits: Limits

    package init(limits: Limits) { self.limits = limits }

    /// The correction of a clock that reads `reading` to what `estimate` says.
    ///
    /// - Parameter isFirst: whether the clock has not been corrected by this kind of source before. Then it may step
    ///   beyond `limits.step`; later it slews, unless `limits.stepsLater`.
    package func correct(_ reading: ClockReading, to estimate: ClockEstimate, isFirst: Bool) -> Action {
        let offset = estimate.offset(of: reading)
        let size = offset.magnitude
        if limits.panic > .zero, size > limits.panic, !(isFirst && limits.allowsFirstPanic) {
            return .panic(offset: offset)
        }
        if limits.step > .zero, size > limits.step, isFirst || limits.stepsLater {
            return .step(by: offset, then: ClockSteering(frequency: estimate.frequency))
        }
        let isNoise = size < estimate.phaseError * TimeReference.boundFactor
        let shortest = isNoise ? Self.calmSlew : Self.shortestSlew
        let duration = max(shortest, .seconds(size.seconds / Self.maximumSlew.fraction))
        return .steer(ClockSteering(frequency: estimate.frequency, slew: offset, duration: duration))
    }
}
