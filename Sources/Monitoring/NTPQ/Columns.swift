import NTPTime

/// Cells of tables as ntpq sets them.
extension String {
    /// Filled up with spaces to `width` characters.
    func left(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - utf8.count)) }

    /// Behind spaces, `width` characters in all.
    func right(_ width: Int) -> String { String(repeating: " ", count: max(0, width - utf8.count)) + self }

    /// What does not fit is cut off.
    func cut(_ width: Int) -> String { String(prefix(width)) }
}

/// A number in eight characters, with fewer decimals where it would not fit.
func eightCharacters(_ value: Double, decimals: Int) -> String {
    let text = fixed(value, decimals)
    guard text.utf8.count > 8, decimals > 0 else { return text.right(8) }
    return eightCharacters(value, decimals: decimals - 1)
}

/// An interval as ntpq shows it: seconds, `m`inutes, `h`ours or `d`ays; `-` for nothing.
func intervalText(seconds: Int64) -> String {
    guard seconds > 0 else { return "-" }
    guard seconds > 2_048 else { return "\(seconds)" }
    let minutes = (seconds + 29) / 60
    guard minutes > 300 else { return "\(minutes)m" }
    let hours = (minutes + 29) / 60
    guard hours > 96 else { return "\(hours)h" }
    return "\((hours + 11) / 24)d"
}

/// `[3D ]07:08:09`.
func periodText(seconds: Int64) -> String {
    let days = seconds >= 86_400 ? "\(seconds / 86_400)D " : ""
    return days + [seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
}

/// Readers of values in answers.
extension NTPTimestamp {
    /// Of `0xeeb3ff56.68187a75`.
    init?(text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.starts(with: "0x".utf8),
            let seconds = UInt32(parts[0].dropFirst(2), radix: 16), let fraction = UInt32(parts[1], radix: 16)
        else { return nil }
        self.init(bits: UInt64(seconds) << 32 | UInt64(fraction))
    }

    /// `eeb3ff56.68187a75 2026-11-27T13:08:38.406Z`.
    func text(near pivot: NTPDate) -> String {
        "\(timestampText(self).dropFirst(2)) \(NTPDate(self, near: pivot).iso8601(decimals: 3))"
    }
}

/// A whole number, decimal or hexadecimal after `0x`.
func wholeNumber(_ text: String?) -> Int64? {
    guard let text else { return nil }
    let isHexadecimal = text.utf8.starts(with: "0x".utf8)
    return Int64(isHexadecimal ? text.dropFirst(2) : text[...], radix: isHexadecimal ? 16 : 10)
}
