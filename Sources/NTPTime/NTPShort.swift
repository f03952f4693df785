/// The 32-bit NTP short format (RFC 5905 section 6): unsigned seconds in units of 2^-16 s (15 µs), below 65,536 s.
package struct NTPShort: Hashable, Sendable {
    package var bits: UInt32

    package init(bits: UInt32) { self.bits = bits }

    /// Rounds up, since root delay and root dispersion are bounds; clamps to the range of the format.
    package init(roundingUp duration: NTPDuration) {
        guard duration > .zero else {
            bits = 0
            return
        }
        let scaled = (duration.units >> 16) + ((duration.units & 0xffff) == 0 ? 0 : 1)
        bits = UInt32(clamping: scaled)
    }

    package var duration: NTPDuration { NTPDuration(units: Int64(bits) << 16) }

    /// The magnitude of bits that are a signed number, as a root delay is where delays were measured below zero (ntpd's
    /// s_fp): what was measured so wrong by is no less uncertain than if it were positive.
    package var signedMagnitude: NTPDuration {
        NTPDuration(units: Int64(Int32(bitPattern: bits).magnitude) << 16)
    }
}
