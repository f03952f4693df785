import NTPTime

/// The aging register, 10h: load capacitance added to or taken from the oscillator.
///
/// One step is about 0.1 ppm at 25 °C; positive slows the chip. A new value takes effect with the next conversion that
/// finds another temperature, or with one that is asked for.
package struct AgingOffset: Hashable, Comparable, Sendable {
    /// −128...127.
    package var steps: Int8

    package init(steps: Int8) { self.steps = steps }

    /// What the chip is slowed by with each step, at 25 °C by the datasheet; half of it has been seen.
    package static let step = Frequency.ppm(0.1)

    package static func < (left: AgingOffset, right: AgingOffset) -> Bool { left.steps < right.steps }
}

extension AgingOffset: CustomStringConvertible {
    package var description: String { steps > 0 ? "+\(steps)" : "\(steps)" }
}
