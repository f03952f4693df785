/// Two decimal digits in an octet, as the time registers hold them.
enum BinaryCodedDecimal {
    /// nil if a nibble is no decimal digit.
    static func decode(_ octet: UInt8) -> UInt8? {
        let tens = octet >> 4
        let ones = octet & 0x0f
        guard tens <= 9, ones <= 9 else { return nil }
        return tens * 10 + ones
    }

    /// `value` modulo 100.
    static func encode(_ value: UInt8) -> UInt8 {
        let digits = value % 100
        return (digits / 10) << 4 | (digits % 10)
    }
}
