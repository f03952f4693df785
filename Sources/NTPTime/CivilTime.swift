/// A UTC calendar date and time of day in the proleptic Gregorian calendar, to the second.
package struct CivilTime: Hashable, Sendable {
    package var year: Int32
    /// 1–12.
    package var month: UInt8
    /// 1–31.
    package var day: UInt8
    /// 0–23.
    package var hour: UInt8
    /// 0–59.
    package var minute: UInt8
    /// 0–59; leap seconds have no place on a POSIX time scale.
    package var second: UInt8

    package init(year: Int32, month: UInt8, day: UInt8, hour: UInt8 = 0, minute: UInt8 = 0, second: UInt8 = 0) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// The second in which `date` lies.
    package init(_ date: NTPDate) {
        let unix = date.unixSeconds
        let remainder = unix % 86_400
        let secondOfDay = remainder < 0 ? remainder + 86_400 : remainder
        let days = (unix - secondOfDay) / 86_400
        // Days to civil date over 400-year cycles that start on 1 March, so that the leap day comes last.
        let shifted = days + 719_468
        let cycle = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfCycle = shifted - cycle * 146_097
        let yearOfCycle =
            (dayOfCycle - dayOfCycle / 1_460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        self.init(
            year: Int32(truncatingIfNeeded: yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0)),
            month: UInt8(month),
            day: UInt8(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1),
            hour: UInt8(secondOfDay / 3_600),
            minute: UInt8(secondOfDay / 60 % 60),
            second: UInt8(secondOfDay % 60)
        )
    }

    package static func isLeap(_ year: Int32) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    package static func days(inMonth month: UInt8, of year: Int32) -> UInt8 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Whether every field is in its range, the day within its month.
    package var isValid: Bool {
        (1...12).contains(month) && day >= 1 && day <= Self.days(inMonth: month, of: year)
            && hour < 24 && minute < 60 && second < 60
    }

    /// The start of this second. Meaningful only if `isValid`.
    package var date: NTPDate {
        let daysSinceUnixEpoch = self.daysSinceUnixEpoch
        let secondOfDay = Int64(hour) * 3_600 + Int64(minute) * 60 + Int64(second)
        return NTPDate(unixSeconds: daysSinceUnixEpoch * 86_400 + secondOfDay)
    }

    /// ISO 8601 day of week: 1 is Monday, 7 Sunday.
    package var weekday: UInt8 {
        let index = (daysSinceUnixEpoch + 3) % 7
        return UInt8((index < 0 ? index + 7 : index) + 1)
    }

    /// ISO 8601 week, 1–53, and the year that it belongs to: the one that its Thursday is in.
    package var isoWeek: (year: Int32, week: UInt8) {
        let thursday = CivilTime(date + .seconds(Double(4 - Int(weekday)) * 86_400))
        let newYear = CivilTime(year: thursday.year, month: 1, day: 1)
        return (thursday.year, UInt8((thursday.daysSinceUnixEpoch - newYear.daysSinceUnixEpoch) / 7 + 1))
    }

    private var daysSinceUnixEpoch: Int64 {
        let shiftedYear = Int64(year) - (month <= 2 ? 1 : 0)
        let cycle = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfCycle = shiftedYear - cycle * 400
        let shiftedMonth = Int64(month) + (month > 2 ? -3 : 9)
        let dayOfYear = (153 * shiftedMonth + 2) / 5 + Int64(day) - 1
        let dayOfCycle = yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
        return cycle * 146_097 + dayOfCycle - 719_468
    }
}
