/// The difference of TAI and UTC over time, as the IERS announces it, from 1972 on.
package struct LeapSecondTable: Equatable, Sendable {
    /// From `date` on, TAI is `taiOffset` seconds ahead of UTC.
    package struct Change: Equatable, Sendable {
        package var date: NTPDate
        package var taiOffset: Int32

        package init(date: NTPDate, taiOffset: Int32) {
            self.date = date
            self.taiOffset = taiOffset
        }
    }

    /// In the order of their dates, each offset one more or one less than the one before.
    package let changes: [Change]
    /// From then on there may be leap seconds that the table does not know of.
    package let expiry: NTPDate

    package init(changes: [Change], expiry: NTPDate) {
        self.changes = changes
        self.expiry = expiry
    }

    /// Seconds by which TAI is ahead of UTC; nil before 1972.
    package func taiOffset(at date: NTPDate) -> Int32? { changes.last { $0.date <= date }?.taiOffset }

    /// The next leap second that comes before a midnight after `date`; nil when none is announced.
    package func nextLeap(after date: NTPDate) -> LeapSecond? {
        guard let index = changes.firstIndex(where: { $0.date > date }), index > 0 else { return nil }
        let isInsertion = changes[index].taiOffset > changes[index - 1].taiOffset
        return LeapSecond(isInsertion ? .insertion : .deletion, before: changes[index].date)
    }
}
