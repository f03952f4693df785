import NTPTime

/// True UTC over the time since the scenario's start, as computers count it: a leap second's label comes twice.
struct TrueTime {
    private let start: NTPDate
    private let leap: (time: NTPDuration, offset: NTPDuration)?
    private let announcement: (from: NTPDuration, kind: LeapIndicator)?

    init(_ scenario: Scenario) {
        start = scenario.start
        guard let second = scenario.leapSecond else {
            leap = nil
            announcement = nil
            return
        }
        let midnight = second.date - start
        leap =
            second.kind == .insertion
            ? (midnight, .seconds(-1)) : (midnight - .seconds(1), .seconds(1))
        announcement = (midnight - .seconds(86_400), second.kind)
    }

    func date(at time: NTPDuration) -> NTPDate {
        guard let leap, time >= leap.time else { return start + time }
        return start + time + leap.offset
    }

    /// What a server announces: the leap second of the present day.
    func leapIndicator(at time: NTPDuration) -> LeapIndicator {
        guard let leap, let announcement, time >= announcement.from, time < leap.time else { return .none }
        return announcement.kind
    }
}
