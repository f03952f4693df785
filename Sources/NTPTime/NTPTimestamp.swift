/// The 64-bit NTP timestamp format (RFC 5905 section 6): 32 bits of seconds and 32 of fraction within an unnamed era.
///
/// All arithmetic wraps. Zero means "unknown" on the wire.
package struct NTPTimestamp: Hashable, Sendable {
    package var bits: UInt64

    package init(bits: UInt64) { self.bits = bits }

    package static let zero = NTPTimestamp(bits: 0)
    package var isZero: Bool { bits == 0 }

    /// `left - right`, right whenever the two are less than 68 years apart, whatever their eras.
    package static func - (left: NTPTimestamp, right: NTPTimestamp) -> NTPDuration {
        NTPDuration(units: Int64(bitPattern: left.bits &- right.bits))
    }

    package static func + (left: NTPTimestamp, right: NTPDuration) -> NTPTimestamp {
        NTPTimestamp(bits: left.bits &+ UInt64(bitPattern: right.units))
    }
}
