import ClockDiscipline
import NTPTime
import RTCReference

/// Leap seconds: who is believed about them, and what is done when one comes.
///
/// Everything in the engine is on UTC as computers count it, so all of it jumps when that does. Around that moment other
/// clocks, be they servers' or the kernel's, may be on the other side of it, and nothing is measured by them.
extension Engine {
    /// A leap second that has come.
    struct PastLeap: Sendable {
        var second: LeapSecond
        var moment: MonotonicTime
    }

    /// So long before and after it.
    private static let leapMargin = NTPDuration.seconds(10)

    /// Takes a leap second file that was read, or that there is none to believe.
    package mutating func setLeapSeconds(_ table: LeapSecondTable?) { leapSeconds = table }

    /// Looks whether a leap second ends the present day.
    ///
    /// A table that has not expired decides. Without one the servers do, by their majority, on the days that have had leap
    /// seconds: the last of June and of December, as in chrony.
    /// - Parameter announced: what the majority of the servers says; nil if nothing has been heard from them.
    mutating func expectLeapSecond(announced: LeapIndicator?, at now: ClockReading) {
        guard let estimate = timekeeper.followed?.estimate else { return }
        let date = estimate.date(at: now.monotonic)
        var expected = leapSecond
        if let leapSeconds, date < leapSeconds.expiry {
            expected = leapSeconds.nextLeap(after: date)
        } else if let announced {
            expected = date.isUsualForLeapSecond ? LeapSecond(announcedBy: announced, on: date) : nil
        }
        if let second = expected, !second.day.contains(date) || second == pastLeap?.second { expected = nil }
        guard expected != leapSecond else { return }
        leapSecond = expected
        tell(expected.map { .leapSecondExpected($0) } ?? .leapSecondWithdrawn)
    }

    /// Likewise when nothing was heard: the table may know of one.
    mutating func consultLeapSeconds(at now: ClockReading) {
        let before = leapSecond
        expectLeapSecond(announced: nil, at: now)
        if leapSecond != before, served.reference != nil { publishStatus(at: now) }
    }

    /// What the kernel is told.
    ///
    /// It leaps when its own clock comes to the end of its day, which may be a little later than ours, and would not if the
    /// announcement was taken back before.
    func kernelLeap(at now: ClockReading) -> LeapIndicator {
        if let pastLeap, now.monotonic < pastLeap.moment + Self.leapMargin { return pastLeap.second.indicator }
        guard let leapSecond, served.reference != nil else { return served.leap }
        return leapSecond.day.contains(now.date) ? leapSecond.indicator : .none
    }

    /// When the expected leap second comes.
    private var leapMoment: MonotonicTime? {
        guard let leapSecond, let estimate = timekeeper.followed?.estimate else { return nil }
        return Timescale(estimate).moment(of: leapSecond.date)
    }

    var leapDeadline: MonotonicTime {
        min(leapMoment ?? .distantFuture, leapNoticeEnd ?? .distantFuture)
    }

    /// Whether other clocks may be on the other side of a leap second at `moment`.
    func isLeapSecondClose(at moment: MonotonicTime) -> Bool {
        [pastLeap?.moment, leapMoment].contains { leap in
            leap.map { (moment - $0).magnitude < Self.leapMargin } ?? false
        }
    }

    mutating func leapIfDue(at now: ClockReading) {
        if let end = leapNoticeEnd, end <= now.monotonic {
            leapNoticeEnd = nil
            publishStatus(at: now)
        }
        guard let second = leapSecond, let moment = leapMoment, moment <= now.monotonic else { return }
        leapSecond = nil
        pastLeap = PastLeap(second: second, moment: moment)
        leapNoticeEnd = moment + Self.leapMargin
        timekeeper.shift(by: second.correction)
        for index in associations.indices { associations[index].shift(by: second.correction) }
        thermal.shift(by: second.correction)
        processorThermometer?.compensation.shift(by: second.correction)
        rtc?.take(second)
        publishStatus(at: now)
        tell(.leapSecondPassed(second))
        saveRTC()
    }
}

extension NTPDate {
    /// Whether it lies on the last day of June or December.
    fileprivate var isUsualForLeapSecond: Bool {
        let next = CivilTime(followingMidnight)
        return next.day == 1 && (next.month == 1 || next.month == 7)
    }
}
