/// A second that is inserted at the end of a UTC day, or deleted there.
package struct LeapSecond: BitwiseCopyable, Hashable, Sendable {
    package enum Kind: BitwiseCopyable, Sendable { case insertion, deletion }

    package let kind: Kind
    /// The start of the day that follows.
    package let midnight: NTPDate

    package init(_ kind: Kind, before midnight: NTPDate) {
        self.kind = kind
        self.midnight = midnight
    }

    /// The leap second that `indicator` announces for the end of `date`'s day; nil if it announces none.
    package init?(announcedBy indicator: LeapIndicator, on date: NTPDate) {
        switch indicator {
        case .insertion: kind = .insertion
        case .deletion: kind = .deletion
        case .none, .unsynchronised: return nil
        }
        midnight = date.followingMidnight
    }

    package var indicator: LeapIndicator { kind == .insertion ? .insertion : .deletion }

    /// What a clock that counts no leap seconds is corrected by. It shows the last second of the day twice, or not at all.
    package var correction: NTPDuration { kind == .insertion ? .seconds(-1) : .seconds(1) }

    /// What such a clock shows when it is corrected.
    package var date: NTPDate { kind == .insertion ? midnight : midnight - .seconds(1) }

    /// The day at the end of which it comes.
    package var day: Range<NTPDate> { midnight - .seconds(86_400)..<midnight }
}

extension NTPDate {
    /// The end of the UTC day.
    package var followingMidnight: NTPDate {
        let civil = CivilTime(self)
        return CivilTime(year: civil.year, month: civil.month, day: civil.day).date + .seconds(86_400)
    }
}
