import NTPTime
import Testing

@Suite struct `A clock's step` {
    private static func date(_ year: Int32, fraction: UInt32 = 0) -> NTPDate {
        NTPDate(seconds: CivilTime(year: year, month: 1, day: 1).date.seconds, fraction: fraction)
    }

    @Test(arguments: [
        (date(2027), date(2027, fraction: 1)), (date(2027, fraction: 1), date(2027)),
        (date(2027, fraction: .max), date(2028)), (date(2163), date(2027, fraction: 7)), (date(1970), date(2126)),
        (NTPDate(seconds: .min), NTPDate(seconds: .max, fraction: .max)),
    ])
    func `leads from any date to any other`(start: NTPDate, end: NTPDate) {
        #expect(start.stepped(by: ClockStep(from: start, to: end)) == end)
    }

    @Test(arguments: [0.0, 1.5, -0.25, -2, 1e9, -1e9]) func `is as long as its duration`(seconds: Double) {
        let step = ClockStep(.seconds(seconds))
        #expect(step.inSeconds == seconds)
        #expect(Self.date(2027).stepped(by: step) == Self.date(2027) + .seconds(seconds))
        #expect(Double(step.seconds) + Double(step.nanoseconds) / 1e9 == seconds)
    }
}
