import NTPTime

/// The chip's time and date counters, as the silicon counts: every fourth year is a leap year, also 2100.
struct ChipCounters {
    var second: UInt8 = 0
    var minute: UInt8 = 0
    /// 0–23, whatever the mode.
    var hour: UInt8 = 0
    var countsTwelveHours = false
    var weekday: UInt8 = 1
    var day: UInt8 = 1
    var month: UInt8 = 1
    /// 0–99.
    var year: UInt8 = 0
    var century = false

    mutating func advance(by seconds: Int64) {
        guard seconds > 0 else { return }
        let total = Int64(hour) * 3_600 + Int64(minute) * 60 + Int64(second) + seconds
        let secondOfDay = total % 86_400
        hour = UInt8(secondOfDay / 3_600)
        minute = UInt8(secondOfDay / 60 % 60)
        second = UInt8(secondOfDay % 60)
        var days = total / 86_400
        while days > 0 {
            advanceDay()
            days -= 1
        }
    }

    private mutating func advanceDay() {
        weekday = weekday >= 7 ? 1 : weekday + 1
        guard day >= length else {
            day += 1
            return
        }
        day = 1
        guard month >= 12 else {
            month += 1
            return
        }
        month = 1
        guard year >= 99 else {
            year += 1
            return
        }
        year = 0
        century.toggle()
    }

    private var length: UInt8 {
        switch month {
        case 2: year % 4 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Registers 00h–06h.
    subscript(register: UInt8) -> UInt8 {
        get {
            switch register {
            case 0: Self.decimal(second)
            case 1: Self.decimal(minute)
            case 2:
                countsTwelveHours
                    ? 0x40 | (hour >= 12 ? 0x20 : 0) | Self.decimal(hour % 12 == 0 ? 12 : hour % 12)
                    : Self.decimal(hour)
            case 3: weekday
            case 4: Self.decimal(day)
            case 5: Self.decimal(month) | (century ? 0x80 : 0)
            default: Self.decimal(year)
            }
        }
        set {
            switch register {
            case 0: second = Self.number(newValue & 0x7f)
            case 1: minute = Self.number(newValue & 0x7f)
            case 2:
                countsTwelveHours = newValue & 0x40 != 0
                hour =
                    countsTwelveHours
                    ? Self.number(newValue & 0x1f) % 12 + (newValue & 0x20 != 0 ? 12 : 0)
                    : Self.number(newValue & 0x3f)
            case 3: weekday = newValue & 0x07
            case 4: day = Self.number(newValue & 0x3f)
            case 5:
                month = Self.number(newValue & 0x1f)
                century = newValue & 0x80 != 0
            default: year = Self.number(newValue)
            }
        }
    }

    private static func decimal(_ value: UInt8) -> UInt8 { (value / 10 % 10) << 4 | (value % 10) }
    private static func number(_ octet: UInt8) -> UInt8 { (octet >> 4) * 10 + (octet & 0x0f) }

    var civil: CivilTime {
        CivilTime(
            year: (century ? 2100 : 2000) + Int32(year),
            month: month,
            day: day,
            hour: hour,
            minute: minute,
            second: second
        )
    }

    mutating func set(_ civil: CivilTime) {
        second = civil.second
        minute = civil.minute
        hour = civil.hour
        weekday = civil.weekday
        day = civil.day
        month = civil.month
        year = UInt8(truncatingIfNeeded: civil.year % 100)
        century = civil.year >= 2100
    }
}
