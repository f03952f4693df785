import NTPTime

/// A temperature that a chip has measured of itself, in steps of 0.25 °C.
package struct Temperature: Hashable, Comparable, Sendable {
    /// Units of 0.25 °C; −512...511, −128 °C to +127.75 °C, from a DS3231.
    package var quarterDegrees: Int16

    package init(quarterDegrees: Int16) { self.quarterDegrees = quarterDegrees }

    package var celsius: Double { Double(quarterDegrees) / 4 }

    package static func < (left: Temperature, right: Temperature) -> Bool {
        left.quarterDegrees < right.quarterDegrees
    }
}

extension Temperature: CustomStringConvertible {
    package var description: String { "\(fixed(celsius, 2)) °C" }
}
