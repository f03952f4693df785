import NTPTime

/// A temperature in the chip's steps of 0.25 °C, −128 °C to +127.75 °C; the chip is within ±3 °C.
package struct Temperature: Hashable, Comparable, Sendable {
    /// Units of 0.25 °C, −512...511 from the chip.
    package var quarterDegrees: Int16

    package init(quarterDegrees: Int16) { self.quarterDegrees = quarterDegrees }

    /// Registers 11h, the signed whole degrees, and 12h, the quarters in its upper two bits: a 10-bit two's complement
    /// number, so −0.25 °C is FFh, C0h.
    init(high: UInt8, low: UInt8) {
        quarterDegrees = Int16(bitPattern: UInt16(high) << 8 | UInt16(low)) >> 6
    }

    /// Bits of 12h that a DS3231 always reads as 0.
    static let reservedLowBits: UInt8 = 0x3f

    package var celsius: Double { Double(quarterDegrees) / 4 }

    package static func < (left: Temperature, right: Temperature) -> Bool {
        left.quarterDegrees < right.quarterDegrees
    }
}

extension Temperature: CustomStringConvertible {
    package var description: String { "\(fixed(celsius, 2)) °C" }
}
