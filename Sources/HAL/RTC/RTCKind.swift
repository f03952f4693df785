import NTPTime

/// What is known of every chip of one kind: its transfers, and how good a clock it can be.
package struct RTCKind: Hashable, Sendable {
    /// As its maker calls it; in messages and in what is kept of a chip.
    package let name: String
    package let transfers: Transfers
    package let rate: Rate
    /// nil if its rate cannot be set.
    package let trim: Trim?
    /// Whether a flag that the oscillator has stopped outlasts that the time is set.
    package let keepsStopFlag: Bool

    package init(name: String, keepsStopFlag: Bool, transfers: Transfers, rate: Rate, trim: Trim?) {
        self.name = name
        self.keepsStopFlag = keepsStopFlag
        self.transfers = transfers
        self.rate = rate
        self.trim = trim
    }

    /// The lengths of the driver's transfers in bit times, from which measured durations are taken apart.
    ///
    /// START, repeated START and STOP count as one bit each, every octet as nine with its acknowledge.
    package struct Transfers: Hashable, Sendable {
        /// Of `RTCChip.readSeconds`.
        package let readSeconds: Double
        /// Of `RTCChip.readSnapshot`.
        package let readSnapshot: Double
        /// From the START of `RTCChip.startTime` to the moment at which the chip's second begins anew.
        package let start: Double
        /// How far into the second that was written the chip is at that moment.
        package let phase: NTPDuration

        package init(readSeconds: Double, readSnapshot: Double, start: Double, phase: NTPDuration) {
            self.readSeconds = readSeconds
            self.readSnapshot = readSnapshot
            self.start = start
            self.phase = phase
        }
    }

    /// What is to be expected of the rate of a chip that is fit for use.
    package struct Rate: Hashable, Sendable {
        /// Deviation of the drift of a chip that nothing is known about.
        package let drift: Frequency
        /// A drift that no such chip has, its trim included.
        package let largestDrift: Frequency
        /// Deviation of the drift's change with each °C; nil if the chip has no thermometer, so that what temperature does
        /// is part of how the drift wanders.
        package let coefficient: Frequency?
        /// Hypotheses about how the drift wanders.
        package let noises: [Noise]
        package let unseen: Unseen

        package init(
            drift: Frequency,
            largestDrift: Frequency,
            coefficient: Frequency?,
            noises: [Noise],
            unseen: Unseen
        ) {
            self.drift = drift
            self.largestDrift = largestDrift
            self.coefficient = coefficient
            self.noises = noises
            self.unseen = unseen
        }
    }

    /// How a drift wanders.
    package struct Noise: Hashable, Sendable {
        /// Random walk, in s/s per √s.
        package let wander: Double
        /// Allan deviation of flicker noise, in s/s.
        package let flicker: Double
        /// Deviation of a swing with the time of day that no thermometer tells, in s/s.
        package let daily: Double

        package init(wander: Double, flicker: Double = 0, daily: Double = 0) {
            self.wander = wander
            self.flicker = flicker
            self.daily = daily
        }
    }

    /// What the drift may do without being seen. All are deviations, of which three make a bound.
    package struct Unseen: Hashable, Sendable {
        /// What the chip's own compensation leaves at 25 °C, and what it leaves more for each °C away from there.
        package let compensation: Frequency
        package let compensationPerDegree: Frequency
        /// Of the drift on the backup cell from that on the supply.
        package let supply: Frequency
        /// What another temperature makes of the drift of a chip without a thermometer while nobody compares it.
        package let temperature: Frequency

        package init(
            compensation: Frequency,
            compensationPerDegree: Frequency,
            supply: Frequency,
            temperature: Frequency
        ) {
            self.compensation = compensation
            self.compensationPerDegree = compensationPerDegree
            self.supply = supply
            self.temperature = temperature
        }

        /// What the chip's own compensation leaves so many °C away from 25 °C.
        package func compensation(at distance: Double) -> Frequency {
            Frequency(fraction: compensation.fraction + compensationPerDegree.fraction * distance)
        }
    }

    /// The register that sets the chip's rate.
    package struct Trim: Hashable, Sendable {
        /// What the chip is slowed by with each step.
        package let step: Frequency
        /// Deviation of that, as a share of it.
        package let deviation: Double
        package let range: ClosedRange<Int16>

        package init(step: Frequency, deviation: Double, range: ClosedRange<Int16>) {
            self.step = step
            self.deviation = deviation
            self.range = range
        }

        package func clamped(_ steps: Double) -> TrimOffset {
            TrimOffset(steps: Int16(min(max(steps, Double(range.lowerBound)), Double(range.upperBound))))
        }
    }
}

/// What a chip's trim register holds, in its own steps; positive slows the chip, whatever the register's own sign.
package struct TrimOffset: Hashable, Comparable, Sendable {
    package var steps: Int16

    package init(steps: Int16) { self.steps = steps }

    package static func < (left: TrimOffset, right: TrimOffset) -> Bool { left.steps < right.steps }
}

extension TrimOffset: CustomStringConvertible {
    package var description: String { steps > 0 ? "+\(steps)" : "\(steps)" }
}
