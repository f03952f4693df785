import Testing

@testable import NTPTime

@Suite struct `Durations convert and saturate` {
    @Test(arguments: [0, 1, -1, 999_999_999, 1_000_000_000, -1_500_000_001, 123_456_789_012_345])
    func `nanoseconds survive a round trip`(nanoseconds: Int64) {
        #expect(NTPDuration(nanoseconds: nanoseconds).nanoseconds == nanoseconds)
    }

    @Test func `sums and differences saturate`() {
        #expect(NTPDuration.max + .seconds(1) == .max)
        #expect(NTPDuration.min - .seconds(1) == .min)
        #expect(-NTPDuration.min == .max)
        #expect(NTPDuration(seconds: 1e300) == .max)
        #expect(NTPDuration(seconds: -.infinity) == .min)
        #expect(NTPDuration(seconds: .nan) == .zero)
    }
}

@Suite struct `Timestamps wrap across eras` {
    @Test func `differences are right across the end of era 0`() {
        let before = NTPDate(seconds: (1 << 32) - 1, fraction: 0x8000_0000)
        let after = before + .seconds(1)
        #expect(after.era == 1)
        #expect(after.timestamp - before.timestamp == .seconds(1))
        #expect(NTPDate(before.timestamp, near: after) == before)
        #expect(NTPDate(after.timestamp, near: before) == after)
    }

    @Test func `2038 and dates before the prime epoch are ordinary`() {
        let end = NTPDate(unixSeconds: 0x7fff_ffff, nanoseconds: 999_999_999)
        #expect(CivilTime(end + .seconds(0.5)).iso8601 == "2038-01-19T03:14:08Z")
        #expect(CivilTime(NTPDate(seconds: -1)).iso8601 == "1899-12-31T23:59:59Z")
        #expect(NTPDate(seconds: 5) - NTPDate(seconds: 0, fraction: 1 << 31) == .seconds(4.5))
    }
}

@Suite struct `The plausible window` {
    @Test func `is 20 years wide, and any of its dates is within 68 years of any other`() {
        let (earliest, latest) = (CivilTime(NTPDate.earliestPlausible), CivilTime(NTPDate.latestPlausible))
        #expect(latest.year == earliest.year + 20 && (latest.month, latest.day) == (earliest.month, earliest.day))
        for date in [NTPDate.earliestPlausible, .latestPlausible] {
            #expect(NTPDate.plausible.contains(date))
            #expect(NTPDate(date.timestamp, near: .earliestPlausible) == date)
            #expect(NTPDate(date.timestamp, near: .latestPlausible) == date)
        }
    }
}

@Suite struct `The short format rounds up` {
    @Test func `a bound is never made smaller`() {
        #expect(NTPShort(roundingUp: NTPDuration(units: 1)).bits == 1)
        #expect(NTPShort(roundingUp: .seconds(1)).bits == 0x1_0000)
        #expect(NTPShort(roundingUp: .seconds(-1)).bits == 0)
        #expect(NTPShort(roundingUp: .max).bits == .max)
    }
}

@Suite struct `Civil time` {
    @Test func `agrees with itself over four centuries of days`() {
        var date = CivilTime(year: 1899, month: 12, day: 31).date
        var weekday: UInt8 = 7
        for _ in 0..<150_000 {
            let civil = CivilTime(date)
            #expect(civil.isValid && civil.date == date && civil.weekday == weekday)
            date += .seconds(86_400)
            weekday = weekday % 7 + 1
        }
    }

    @Test(arguments: [
        ("2026-11-23T23:59:59Z", "2026-11-23T23:59:59.000000000Z"),
        ("2024-02-29 00:00:00.25Z", "2024-02-29T00:00:00.250000000Z"),
        ("1999-12-31T23:59:59.9999999999Z", "1999-12-31T23:59:59.999999999Z"),
    ])
    func `reads ISO 8601`(text: String, expected: String) {
        #expect(NTPDate(iso8601: text)?.iso8601(decimals: 9) == expected)
    }

    @Test(arguments: [
        "", "Z", "2026-11-23", "2026-11-23T23:59:59", "2023-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-11-23T24:00:00Z", "2026-11-23T00:00:00.Z", "2026-11-23T00:00:00.1xZ", "2026-11-23T00:00:00+01:00",
    ])
    func `refuses what is not a UTC time`(text: String) {
        #expect(NTPDate(iso8601: text) == nil)
    }
}

@Suite struct `Decimal text` {
    @Test(arguments: [
        (0.0, 3, "0.000"), (-0.0004, 3, "0.000"), (1.9996, 3, "2.000"), (-12.5, 1, "-12.5"), (7.4, 0, "7"),
        (0.05, 6, "0.050000"),
    ])
    func `has the digits asked for`(value: Double, decimals: Int, expected: String) {
        #expect(fixed(value, decimals) == expected)
    }

    @Test(arguments: [("0", 0.0), ("-1.5", -1.5), ("+2e-3", 0.002), (".5", 0.5), ("1E4", 10_000)])
    func `is read`(text: String, expected: Double) {
        #expect(decimal(text) == expected)
    }

    @Test(arguments: ["", " 1", "1 ", "0x1", "nan", "inf", "1e999", "1e", "--1", "1.2.3", "e5", "."])
    func `is refused when it is no number`(text: String) {
        #expect(decimal(text) == nil)
    }
}
