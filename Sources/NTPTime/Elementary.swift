/// Functions that give the same bits on every processor: made of +, −, × and ÷ alone, which IEEE 754 rounds the same
/// way everywhere. The C library's differ between architectures in the last place. Right to a few units of it.
package enum Elementary {
    private static let log2 = 0.6931471805599453

    /// The natural logarithm of a number greater than zero.
    package static func log(_ value: Double) -> Double {
        // Numbers too small for an implicit leading bit are made larger first.
        let shift = value < Double.leastNormalMagnitude ? 54 : 0
        let bits = (shift > 0 ? value * 0x1p54 : value).bitPattern
        var exponent = Double(Int(truncatingIfNeeded: bits >> 52) - 1_023 - shift)
        var significand = Double(bitPattern: bits & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000)
        if significand > 1.4142135623730951 {
            significand /= 2
            exponent += 1
        }
        // log m = 2 artanh((m - 1) / (m + 1)); with |ratio| < 0.172 the next term would be 2e-19.
        let ratio = (significand - 1) / (significand + 1)
        let square = ratio * ratio
        var series = 1.0 / 21
        series = series * square + 1.0 / 19
        series = series * square + 1.0 / 17
        series = series * square + 1.0 / 15
        series = series * square + 1.0 / 13
        series = series * square + 1.0 / 11
        series = series * square + 1.0 / 9
        series = series * square + 1.0 / 7
        series = series * square + 1.0 / 5
        series = series * square + 1.0 / 3
        series = series * square + 1
        return exponent * log2 + 2 * ratio * series
    }

    /// e to the power of a number below 700; 0 below -700.
    package static func exp(_ value: Double) -> Double {
        guard value > -700 else { return 0 }
        let exponent = (value / log2).rounded()
        let rest = value - exponent * log2
        // Taylor's series; with |rest| < 0.347 the next term would be 4e-19.
        var series = 1.0
        for term in stride(from: 14, through: 1, by: -1) { series = 1 + series * rest / Double(term) }
        return Double(sign: .plus, exponent: Int(exponent), significand: series)
    }

    /// The sine of an angle that is given in turns of the circle.
    package static func sine(turns: Double) -> Double {
        let part = turns - turns.rounded()
        let size = abs(part)
        let acute = size > 0.25 ? 0.5 - size : size
        let angle = acute * 6.283185307179586
        let square = angle * angle
        var series = 1.0
        for odd in stride(from: 21, through: 3, by: -2) { series = 1 - series * square / Double(odd * (odd - 1)) }
        return part < 0 ? -angle * series : angle * series
    }
}
