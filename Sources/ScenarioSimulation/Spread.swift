/// A value, or the range that the seed draws it from, each value in it as likely as any other.
package struct Spread: Equatable, Sendable {
    package var low: Double
    package var high: Double

    package init(_ value: Double) { (low, high) = (value, value) }

    package init(_ low: Double, _ high: Double) { (self.low, self.high) = (low, high) }

    /// Takes one number of `generator`, be there a range or not, so that others are drawn as if it were not there.
    func draw(_ generator: inout SeededGenerator) -> Double {
        let part = generator.uniform()
        return low == high ? low : low + (high - low) * part
    }
}
