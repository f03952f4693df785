import NTPTime

/// How an hours register counts.
package enum HourMode: Hashable, Sendable {
    /// 1–12 and a PM bit.
    case twelve
    /// 0–23.
    case twentyFour
}

/// A time that was read from a chip and found to be one.
package struct RTCChipTime: Hashable, Sendable {
    /// The time in 24-hour form. Chips hold two digits of the year, which are taken as 2000–2099.
    package var civil: CivilTime
    package var hourMode: HourMode

    package init(civil: CivilTime, hourMode: HourMode) {
        self.civil = civil
        self.hourMode = hourMode
    }
}

/// A register as it was read.
package struct RTCRegister: Hashable, Sendable {
    package let name: String
    package let address: UInt8
    package let value: UInt8

    package init(name: String, address: UInt8, value: UInt8) {
        self.name = name
        self.address = address
        self.value = value
    }
}

extension RTCRegister: CustomStringConvertible {
    /// The register's name and address, as in `month (05h)`.
    package var description: String { "\(name) (\(hexadecimal(address)))" }
}

/// The time registers of chips that count in binary-coded decimals: what all of them have in common.
extension RTCChipTime {
    /// The years that two digits reach.
    package static let years: ClosedRange<Int32> = 2000...2099

    private static let afternoonBit: UInt8 = 0x20

    /// Decodes the registers that make a time. Bits that the time does not need are left out of account, and the day of the
    /// week altogether: others write what they like there.
    ///
    /// - Throws: `notDecimal`, `outOfRange` or `impossibleDate`, the first that is met.
    package init(
        second: RTCRegister,
        minute: RTCRegister,
        hour: RTCRegister,
        day: RTCRegister,
        month: RTCRegister,
        year: RTCRegister,
        hourMode: HourMode
    ) throws(RTCChipError.Reason) {
        let yearOfCentury = try year.decimal(bits: 0xff, in: 0...99)
        civil = CivilTime(
            year: Self.years.lowerBound + Int32(yearOfCentury),
            month: try month.decimal(bits: 0x1f, in: 1...12),
            day: try day.decimal(bits: 0x3f, in: 1...31),
            hour: try Self.hour(hour, hourMode),
            minute: try minute.decimal(bits: 0x7f, in: 0...59),
            second: try Self.second(second)
        )
        self.hourMode = hourMode
        guard civil.isValid else {
            throw .impossibleDate(year: civil.year, month: civil.month, day: civil.day)
        }
    }

    package static func second(_ register: RTCRegister) throws(RTCChipError.Reason) -> UInt8 {
        try register.decimal(bits: 0x7f, in: 0...59)
    }

    private static func hour(_ register: RTCRegister, _ mode: HourMode) throws(RTCChipError.Reason) -> UInt8 {
        guard mode == .twelve else { return try register.decimal(bits: 0x3f, in: 0...23) }
        let ofHalfDay = try register.decimal(bits: 0x1f, in: 1...12)
        return ofHalfDay % 12 + (register.value & afternoonBit != 0 ? 12 : 0)
    }

    /// The hours register's digits and PM bit.
    package static func hours(_ hour: UInt8, _ mode: HourMode) -> UInt8 {
        guard mode == .twelve else { return BinaryCodedDecimal.encode(hour) }
        return BinaryCodedDecimal.encode(hour % 12 == 0 ? 12 : hour % 12) | (hour >= 12 ? afternoonBit : 0)
    }

    /// - Throws: why `civil` cannot be written.
    package static func check(_ civil: CivilTime) throws(RTCChipError.Reason) {
        guard civil.isValid else { throw .invalidTime(civil) }
        guard years.contains(civil.year) else { throw .yearOutOfRange(civil.year) }
    }
}

extension RTCRegister {
    /// - Parameter bits: where the decimal digits are.
    fileprivate func decimal(bits: UInt8, in range: ClosedRange<UInt8>) throws(RTCChipError.Reason) -> UInt8 {
        guard let number = BinaryCodedDecimal.decode(value & bits) else { throw .notDecimal(self) }
        guard range.contains(number) else { throw .outOfRange(self, expected: range) }
        return number
    }
}

/// Two decimal digits in an octet, as time registers hold them.
package enum BinaryCodedDecimal {
    /// nil if a nibble is no decimal digit.
    package static func decode(_ octet: UInt8) -> UInt8? {
        let tens = octet >> 4
        let ones = octet & 0x0f
        guard tens <= 9, ones <= 9 else { return nil }
        return tens * 10 + ones
    }

    /// `value` modulo 100.
    package static func encode(_ value: UInt8) -> UInt8 {
        let digits = value % 100
        return (digits / 10) << 4 | (digits % 10)
    }
}

/// Two digits and an `h`, as datasheets write octets.
package func hexadecimal(_ octet: UInt8) -> String {
    let digits = String(octet, radix: 16, uppercase: true)
    return (octet < 0x10 ? "0" : "") + digits + "h"
}
