import NTPTime
import NTPWire
import NetworkAddress

/// The clients that were heard last (ntpd's MRU list), and how often each asks.
///
/// All memory is set aside at the start, and what is never used is never touched; noting a request allocates nothing.
package struct ClientTable: Sendable {
    package let limits: ClientTableLimits
    private let rateLimit: RateLimit
    private var records: [ClientRecord] = []
    /// The first record of each hash.
    private var buckets: [Int32]
    private var newest = ClientRecord.none
    private var oldest = ClientRecord.none
    private let hashSecrets: (UInt64, UInt64)
    private var random: UInt64

    /// - Parameter random: keeps others from choosing addresses whose hashes are the same.
    package init(limits: ClientTableLimits, rateLimit: RateLimit, random: any RandomSource) {
        self.limits = limits
        self.rateLimit = rateLimit
        hashSecrets = (random.next(), random.next())
        self.random = random.next() | 1
        // Four records a bucket in a full table.
        let bits = Int.bitWidth - max(16, limits.maximumCount / 4).leadingZeroBitCount
        buckets = Array(repeating: ClientRecord.none, count: 1 << min(16, bits))
        records.reserveCapacity(limits.maximumCount)
    }

    /// Notes a request.
    ///
    /// - Returns: the restrictions with `limited` and `kissOfDeath` only where they are called for.
    @_optimize(speed)
    mutating func note(_ request: ClientRequest, restrictions: AccessRestrictions) -> AccessRestrictions {
        guard let index = index(of: request.client.address) else {
            let unlimited = restrictions.unlimited
            add(ClientRecord(request, restrictions: unlimited))
            return unlimited
        }
        let outcome = records[index].note(request, restrictions: restrictions, rateLimit)
        if newest != Int32(index) {
            unlink(index)
            linkAsNewest(index)
        }
        return outcome
    }

    // MARK: Departures

    /// When the reply that a request names left; nil if it names none, or not the last one to that client.
    func departure(namedBy request: NTPPacket, from client: IPAddress) -> Departure? {
        guard request.mayBeInterleaved, let index = index(of: client),
            records[index].last == request.originTimestamp
        else { return nil }
        return records[index].departure
    }

    /// Remembers the departure of the reply to a client's last request, if there was room for the client.
    mutating func note(_ departure: Departure, to client: IPAddress) {
        guard let index = index(of: client) else { return }
        records[index].departure = departure
    }

    /// - Parameter receiveTimestamp: the reply's; its client is one of those heard last.
    mutating func correctDeparture(ofReply receiveTimestamp: NTPTimestamp, to departed: NTPTimestamp) {
        var index = newest
        for _ in 0..<Self.recentCount where index != ClientRecord.none {
            let record = records[Int(index)]
            if record.last == receiveTimestamp, record.departure != .unknown {
                records[Int(index)].departure.timestamp = departed
                return
            }
            index = record.older
        }
    }

    /// More than are answered before their departures are known.
    private static let recentCount = 256

    // MARK: Room

    private mutating func add(_ record: ClientRecord) {
        guard let index = place(for: record) else { return }
        let bucket = bucket(of: record.address)
        records[index].nextInBucket = buckets[bucket]
        buckets[bucket] = Int32(index)
        linkAsNewest(index)
    }

    /// ntpd's order: up to the minimum there is room for all, then the place of one that is too old, then whatever room
    /// is left, then by chance the place of the oldest.
    private mutating func place(for record: ClientRecord) -> Int? {
        let silence = oldest == ClientRecord.none ? .zero : record.lastAt - records[Int(oldest)].lastAt
        let isRoomy = records.count < limits.maximumCount
        if isRoomy, records.count < limits.minimumCount || silence <= limits.maximumAge {
            records.append(record)
            return records.count - 1
        }
        guard silence > limits.maximumAge || isChosen(silence) else { return nil }
        let index = Int(oldest)
        unlink(index)
        removeFromBucket(index)
        records[index] = record
        return index
    }

    private mutating func isChosen(_ silence: NTPDuration) -> Bool {
        random ^= random << 13
        random ^= random >> 7
        random ^= random << 17
        return Double(random >> 11) / Double(UInt64(1) << 53) * limits.replacementAge.seconds < silence.seconds
    }

    // MARK: Links

    @inline(__always)
    private func bucket(of address: IPAddress) -> Int {
        let product = (address.high ^ hashSecrets.0).multipliedFullWidth(by: address.low ^ hashSecrets.1)
        return Int(truncatingIfNeeded: product.high ^ product.low) & (buckets.count - 1)
    }

    private mutating func removeFromBucket(_ index: Int) {
        let next = records[index].nextInBucket
        let bucket = bucket(of: records[index].address)
        guard buckets[bucket] != Int32(index) else {
            buckets[bucket] = next
            return
        }
        var before = Int(buckets[bucket])
        while records[before].nextInBucket != Int32(index) { before = Int(records[before].nextInBucket) }
        records[before].nextInBucket = next
    }

    private mutating func unlink(_ index: Int) {
        let (newer, older) = (records[index].newer, records[index].older)
        if newer == ClientRecord.none { newest = older } else { records[Int(newer)].older = older }
        if older == ClientRecord.none { oldest = newer } else { records[Int(older)].newer = newer }
    }

    private mutating func linkAsNewest(_ index: Int) {
        records[index].newer = ClientRecord.none
        records[index].older = newest
        if newest == ClientRecord.none { oldest = Int32(index) } else { records[Int(newest)].newer = Int32(index) }
        newest = Int32(index)
    }
}

// MARK: - Reading

extension ClientTable {
    package var count: Int { records.count }

    package subscript(index: Int) -> ClientRecord { records[index] }

    @inline(__always)
    package func index(of address: IPAddress) -> Int? {
        var index = buckets[bucket(of: address)]
        while index != ClientRecord.none {
            if records[Int(index)].address == address { return Int(index) }
            index = records[Int(index)].nextInBucket
        }
        return nil
    }

    /// The client that has been silent for longest.
    package var oldestIndex: Int? { oldest == ClientRecord.none ? nil : Int(oldest) }

    /// The client heard next after the one at `index`.
    package func index(after index: Int) -> Int? {
        let newer = records[index].newer
        return newer == ClientRecord.none ? nil : Int(newer)
    }
}
