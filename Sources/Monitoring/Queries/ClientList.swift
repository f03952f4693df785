import NTPEngine
import NTPTime
import NetworkAddress

/// The clients of several tables as one list, in the order of their last requests.
struct ClientList {
    private let tables: [ClientTable]

    init(_ tables: [ClientTable]) { self.tables = tables }

    var count: Int { tables.reduce(0) { $0 + $1.count } }

    var maximumCount: Int { tables.reduce(0) { $0 + $1.limits.maximumCount } }

    var minimumCount: Int { tables.reduce(0) { $0 + $1.limits.minimumCount } }

    var maximumAge: NTPDuration { tables[0].limits.maximumAge }

    func client(at address: IPAddress) -> ClientRecord? {
        for table in tables { if let index = table.index(of: address) { return table[index] } }
        return nil
    }

    /// A walk from the client that has been silent for longest, or from a client on.
    func walk(from start: ClientRecord? = nil) -> Walk { Walk(tables, from: start) }

    struct Walk {
        private let tables: [ClientTable]
        /// Where each table is to be gone on with.
        private var places: [Int?]

        fileprivate init(_ tables: [ClientTable], from start: ClientRecord?) {
            self.tables = tables
            places = tables.map { table in
                var place = table.oldestIndex
                while let start, let index = place, table[index].lastAt < start.lastAt {
                    place = table.index(after: index)
                }
                return place
            }
        }

        mutating func next() -> ClientRecord? {
            var oldest: (table: Int, record: ClientRecord)?
            for (table, place) in places.enumerated() {
                guard let place else { continue }
                let record = tables[table][place]
                if oldest.map({ record.lastAt < $0.record.lastAt }) ?? true { oldest = (table, record) }
            }
            guard let oldest, let place = places[oldest.table] else { return nil }
            places[oldest.table] = tables[oldest.table].index(after: place)
            return oldest.record
        }

        var isOver: Bool { places.allSatisfy { $0 == nil } }
    }
}
