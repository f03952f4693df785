import NTPTime

/// Turns the estimate of UTC into steps and slews of the served clock.
package struct ClockLoop: Sendable {
    package struct Limits: Equatable, Sendable {
        /// The first correction is a step when the offset exceeds this, and later ones if somebody else has set the clock;
        /// 0 never steps (`tinker step`).
        package var step: NTPDuration
        /// Whether any later correction may be a step, too. Otherwise it slews, unless the offset is `unservable`.
        package var stepsLater: Bool
        /// A first offset beyond this ends the daemon; 0 never does (`tinker panic`).
        package var panic: NTPDuration
        /// Whether the first correction may exceed `panic` (`-g`).
        package var allowsFirstPanic: Bool
        /// Whether a later offset beyond `panic` ends the daemon, too, as ntpd's does. Otherwise the clock is stepped.
        package var panicsLater: Bool
        /// A clock that is off by this is not served: a slew would take its users from a bad time to a worse one.
        package var unservable: NTPDuration

        package init(
            step: NTPDuration = .seconds(0.128),
            stepsLater: Bool = false,
            panic: NTPDuration = .seconds(1_000),
            allowsFirstPanic: Bool = false,
            panicsLater: Bool = false,
            unservable: NTPDuration = SelectionLimits.protocolDistance
        ) {
            self.step = step
            self.stepsLater = stepsLater
            self.panic = panic
            self.allowsFirstPanic = allowsFirstPanic
            self.panicsLater = panicsLater
            self.unservable = unservable
        }
    }

    /// On what grounds the clock is corrected.
    package enum Occasion: Equatable, Sendable {
        /// By servers, for the first time.
        case first
        /// By a reference clock before any server: the clock may be off by any amount.
        case load
        case later
        /// Somebody else has set the clock, and the sources agree that it is what is wrong.
        case displaced
    }

    package enum Action: Equatable, Sendable {
        /// Step the clock, then steer it.
        case step(by: ClockStep, then: ClockSteering)
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
    package func correct(_ reading: ClockReading, to estimate: ClockEstimate, on occasion: Occasion) -> Action {
        let offset = estimate.offset(of: reading)
        let size = offset.magnitude
        if limits.panic > .zero, size > limits.panic, panics(on: occasion) { return .panic(offset: offset) }
        if limits.step > .zero, size > limits.step, steps(by: size, on: occasion) {
            let step = ClockStep(from: reading.date, to: estimate.date(at: reading.monotonic))
            return .step(by: step, then: ClockSteering(frequency: estimate.frequency))
        }
        let isNoise = size < estimate.phaseError * TimeReference.boundFactor
        let shortest = isNoise ? Self.calmSlew : Self.shortestSlew
        let duration = max(shortest, .seconds(size.seconds / Self.maximumSlew.fraction))
        return .steer(ClockSteering(frequency: estimate.frequency, slew: offset, duration: duration))
    }

    private func panics(on occasion: Occasion) -> Bool {
        switch occasion {
        case .first: !limits.allowsFirstPanic
        case .load: false
        case .later, .displaced: limits.panicsLater
        }
    }

    private func steps(by size: NTPDuration, on occasion: Occasion) -> Bool {
        switch occasion {
        case .first, .load, .displaced: true
        case .later: limits.stepsLater || size >= limits.unservable
        }
    }
}
