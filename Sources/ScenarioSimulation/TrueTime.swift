import NTPTime

/// True UTC over the time since the scenario's start, as computers count it: a leap second's label comes twice.
struct TrueTime {
    private let start: NTPDate
    private let leap: LeapSecond?

    init(_ scenario: Scenario) {
        start = scenario.start
        leap = scenario.leapSecond
    }

    func date(at time: NTPDuration) -> NTPDate {
        let date = start + time
        guard let leap, date >= leap.date else { return date }
        return date + leap.correction
    }

    /// What a server announces: the leap second of the present day.
    func leapIndicator(at time: NTPDuration) -> LeapIndicator {
        guard let leap, (leap.day.lowerBound..<leap.date).contains(start + time) else { return .none }
        return leap.indicator
    }
}
