import NTPTime

/// Brings the kernel's packet stamps, which are on `CLOCK_REALTIME`, to the oscillator's scale.
///
/// A stamp is an age before now. That is wrong when the clock was stepped in between, so for a second after a step,
/// made by this process or noticed, there is no conversion, and the caller uses its own reading.
package final class KernelStamps {
    private let clocks: any HostClocks
    private var last: ClockReading?
    /// Before it there is no conversion.
    package private(set) var quarantineEnd: MonotonicTime = .zero

    /// More of a jump between the clocks than any slew makes.
    private static let stepThreshold = NTPDuration.milliseconds(1)
    private static let fastestSlew = Frequency(fraction: 0.1)
    private static let quarantine = NTPDuration.seconds(1)

    package init(clocks: any HostClocks) { self.clocks = clocks }

    /// The conversion of stamps taken a short time ago; good for one batch.
    ///
    /// - Parameter steppedUntil: the quarantine that another thread, which steps the clock, has to tell of.
    package func conversion(steppedUntil: MonotonicTime = .zero) -> StampConversion {
        let reading = PairedReading.take(from: clocks).reading
        if isStep(to: reading) { quarantineEnd = reading.monotonic + Self.quarantine }
        last = reading
        return StampConversion(
            reading: reading,
            isGood: reading.monotonic >= Swift.max(quarantineEnd, steppedUntil)
        )
    }

    /// The oscillator's reading when the kernel stamped `stamp`; see `StampConversion`.
    package func monotonic(of stamp: NTPDate) -> MonotonicTime? { conversion().monotonic(of: stamp) }

    /// To be called after `CLOCK_REALTIME` has been stepped.
    package func clockWasStepped() {
        let reading = PairedReading.take(from: clocks).reading
        last = reading
        quarantineEnd = reading.monotonic + Self.quarantine
    }

    private func isStep(to reading: ClockReading) -> Bool {
        guard let last else { return false }
        let elapsed = reading.monotonic - last.monotonic
        let jump = (reading.date - last.date) - elapsed
        return jump.magnitude > Self.stepThreshold + Self.fastestSlew * Swift.min(elapsed, .seconds(1))
    }
}

/// How `CLOCK_REALTIME` relates to the oscillator at a moment.
package struct StampConversion: Sendable {
    /// Both clocks at that moment.
    package let reading: ClockReading
    private let isGood: Bool

    init(reading: ClockReading, isGood: Bool) {
        self.reading = reading
        self.isGood = isGood
    }

    /// What the two readings of a conversion may disagree by.
    private static let tolerance = NTPDuration.microseconds(100)
    private static let oldest = NTPDuration.seconds(4)

    /// The oscillator's reading when the kernel stamped `stamp`.
    ///
    /// nil when the stamp is in the future or more than 4 s old, or the clock has just been stepped.
    package func monotonic(of stamp: NTPDate) -> MonotonicTime? {
        guard isGood else { return nil }
        let age = reading.date - stamp
        guard age > -Self.tolerance, age < Self.oldest else { return nil }
        return reading.monotonic - Swift.max(age, .zero)
    }
}
