import NTPTime

/// What is to happen, in order of time; of the same time, in order of entry.
struct Agenda<Event> {
    private var entries: [(time: NTPDuration, event: Event)] = []

    var next: NTPDuration { entries.first?.time ?? .max }

    mutating func add(_ event: Event, at time: NTPDuration) {
        let index = entries.lastIndex { $0.time <= time }.map { $0 + 1 } ?? 0
        entries.insert((time, event), at: index)
    }

    mutating func takeFirst() -> Event { entries.removeFirst().event }

    mutating func removeAll() { entries.removeAll(keepingCapacity: true) }
}
