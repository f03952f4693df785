import NTPTime

/// How the hours register counts.
package enum HourMode: Hashable, Sendable {
    /// 1–12 and a PM bit.
    case twelve
    /// 0–23.
    case twentyFour
}

/// A time that was read from the chip and found well-formed. Only `DS3231.readTime` says that it may be believed.
package struct ChipTime: Hashable, Sendable {
    /// The time in 24-hour form.
    ///
    /// The chip counts years 00–99 and toggles the century bit when 99 turns into 00. Tickover takes a clear bit as
    /// 2000–2099 and a set one as 2100–2199, as the kernel's `rtc-ds1307` does where it uses the bit at all.
    package var civil: CivilTime
    package var hourMode: HourMode
    /// The register as it is, 1–7. The chip only counts it up; Tickover writes ISO 8601's (1 is Monday) and, since
    /// others write what they like, never draws conclusions from it.
    package var weekday: UInt8

    package init(civil: CivilTime, hourMode: HourMode, weekday: UInt8) {
        self.civil = civil
        self.hourMode = hourMode
        self.weekday = weekday
    }
}

extension ChipTime {
    /// The years that the two digits and the century bit reach.
    package static let years: ClosedRange<Int32> = 2000...2199

    private static let centuryBit: UInt8 = 0x80
    static let twelveHourBit: UInt8 = 0x40
    private static let afternoonBit: UInt8 = 0x20

    /// Decodes registers 00h–06h.
    ///
    /// - Throws: `reservedBits`, `notDecimal`, `outOfRange` or `impossibleDate`, the first that is met.
    init(registers: Span<UInt8>) throws(DS3231Error) {
        let second = try Self.field(.seconds, registers, bits: 0x7f, in: 0...59)
        let minute = try Self.field(.minutes, registers, bits: 0x7f, in: 0...59)
        let hoursRegister = registers[Int(DS3231.Register.hours.rawValue)]
        let hour: UInt8
        if hoursRegister & Self.twelveHourBit != 0 {
            let ofHalfDay = try Self.field(
                .hours,
                registers,
                bits: 0x1f,
                flags: Self.twelveHourBit | Self.afternoonBit,
                in: 1...12
            )
            hour = ofHalfDay % 12 + (hoursRegister & Self.afternoonBit != 0 ? 12 : 0)
            hourMode = .twelve
        } else {
            hour = try Self.field(.hours, registers, bits: 0x3f, in: 0...23)
            hourMode = .twentyFour
        }
        weekday = try Self.field(.weekday, registers, bits: 0x07, in: 1...7)
        let day = try Self.field(.date, registers, bits: 0x3f, in: 1...31)
        let month = try Self.field(.month, registers, bits: 0x1f, flags: Self.centuryBit, in: 1...12)
        let yearOfCentury = try Self.field(.year, registers, bits: 0xff, in: 0...99)
        let century: Int32 = registers[Int(DS3231.Register.month.rawValue)] & Self.centuryBit == 0 ? 2000 : 2100
        civil = CivilTime(
            year: century + Int32(yearOfCentury),
            month: month,
            day: day,
            hour: hour,
            minute: minute,
            second: second
        )
        guard civil.isValid else {
            throw .impossibleDate(year: civil.year, month: month, day: day)
        }
    }

    /// The seconds register alone.
    static func second(_ register: UInt8) throws(DS3231Error) -> UInt8 {
        try field(.seconds, value: register, bits: 0x7f, flags: 0, in: 0...59)
    }

    private static func field(
        _ register: DS3231.Register,
        _ registers: Span<UInt8>,
        bits: UInt8,
        flags: UInt8 = 0,
        in range: ClosedRange<UInt8>
    ) throws(DS3231Error) -> UInt8 {
        try field(register, value: registers[Int(register.rawValue)], bits: bits, flags: flags, in: range)
    }

    /// - Parameters:
    ///   - bits: where the decimal digits are.
    ///   - flags: bits with a meaning of their own; all others must be 0.
    private static func field(
        _ register: DS3231.Register,
        value: UInt8,
        bits: UInt8,
        flags: UInt8,
        in range: ClosedRange<UInt8>
    ) throws(DS3231Error) -> UInt8 {
        let reserved = ~(bits | flags)
        guard value & reserved == 0 else {
            throw .reservedBits(register: register, value: value, reserved: reserved)
        }
        guard let number = BinaryCodedDecimal.decode(value & bits) else {
            throw .notDecimal(register: register, value: value)
        }
        guard range.contains(number) else {
            throw .outOfRange(register: register, value: value, expected: range)
        }
        return number
    }

    /// Registers 00h–06h for `civil`.
    ///
    /// - Throws: `invalidTime` if a field is out of its range, `yearOutOfRange` outside of 2000–2199.
    static func registers(
        for civil: CivilTime,
        hourMode: HourMode
    ) throws(DS3231Error) -> InlineArray<7, UInt8> {
        guard civil.isValid else { throw .invalidTime(civil) }
        guard years.contains(civil.year) else { throw .yearOutOfRange(civil.year) }
        let hours: UInt8
        switch hourMode {
        case .twentyFour:
            hours = BinaryCodedDecimal.encode(civil.hour)
        case .twelve:
            let ofHalfDay = civil.hour % 12 == 0 ? 12 : civil.hour % 12
            hours =
                BinaryCodedDecimal.encode(ofHalfDay) | twelveHourBit | (civil.hour >= 12 ? afternoonBit : 0)
        }
        return [
            BinaryCodedDecimal.encode(civil.second),
            BinaryCodedDecimal.encode(civil.minute),
            hours,
            civil.weekday,
            BinaryCodedDecimal.encode(civil.day),
            BinaryCodedDecimal.encode(civil.month) | (civil.year >= 2100 ? centuryBit : 0),
            BinaryCodedDecimal.encode(UInt8(civil.year % 100)),
        ]
    }
}
