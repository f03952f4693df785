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
