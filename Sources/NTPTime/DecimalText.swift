/// `value` in decimal with leading zeros up to `width` digits.
package func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value.magnitude)
    let zeros = String(repeating: "0", count: Swift.max(0, width - digits.utf8.count))
    return (value < 0 ? "-" : "") + zeros + digits
}

/// `value` with exactly `decimals` digits after the point (0–9), without exponent.
///
/// Values of 1e9 and more in magnitude, infinities and NaN are printed as Swift prints them.
package func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.magnitude < 1e9 else { return "\(value)" }
    var scale: Int64 = 1
    for _ in 0..<decimals { scale *= 10 }
    let scaled = Int64((value.magnitude * Double(scale)).rounded())
    let sign = value < 0 && scaled != 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(scaled)" }
    return "\(sign)\(scaled / scale).\(padded(scaled % scale, decimals))"
}

/// The number that `text` is in decimal, `[+-]digits[.digits][e[+-]digits]`; nil for anything else, the names and the
/// hexadecimal form that C's reader takes among it, and for numbers beyond a Double's range.
package func decimal(_ text: String) -> Double? {
    let allowed = text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E")
    }
    guard allowed, let value = Double(text), value.isFinite else { return nil }
    return value
}
