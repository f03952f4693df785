import NTPTime
import NTPWire
import NetworkAddress

/// What is remembered of an address that has asked for the time.
package struct ClientRecord: Sendable {
    package let address: IPAddress
    /// Of its first and last request, on the served clock.
    package let first: NTPTimestamp
    package private(set) var last: NTPTimestamp
    /// The same moment as `last`.
    package private(set) var lastAt: MonotonicTime
    /// Of the reply to the last request.
    var departure = Departure.unknown
    package private(set) var count: UInt32 = 1
    /// Of the last request.
    package private(set) var port: UInt16
    package private(set) var version: UInt8
    package private(set) var mode: NTPMode
    /// What held for the last request; `limited` and `kissOfDeath` only if they were made use of.
    package private(set) var restrictions: AccessRestrictions
    private var debt: Int32 = 0
    /// The table's links: the next record with the same hash, and those asked after and before.
    var nextInBucket = Self.none
    var newer = Self.none
    var older = Self.none

    static let none: Int32 = -1

    init(_ request: ClientRequest, restrictions: AccessRestrictions) {
        address = request.client.address
        first = request.received.timestamp
        last = first
        lastAt = request.receivedAt
        port = request.client.port
        version = request.version
        mode = request.mode
        self.restrictions = restrictions
    }

    /// Another request of the same client.
    ///
    /// - Returns: the restrictions with `limited` and `kissOfDeath` only where they are called for.
    @_optimize(speed)
    mutating func note(
        _ request: ClientRequest,
        restrictions: AccessRestrictions,
        _ rateLimit: RateLimit
    ) -> AccessRestrictions {
        let outcome =
            switch rateLimit.charge(&debt, after: request.receivedAt - lastAt) {
            case .within: restrictions.unlimited
            case .exceeded(kiss: true): restrictions
            case .exceeded(kiss: false): restrictions.subtracting(.kissOfDeath)
            }
        count &+= 1
        last = request.received.timestamp
        lastAt = request.receivedAt
        departure = .unknown
        port = request.client.port
        version = request.version
        mode = request.mode
        self.restrictions = outcome
        return outcome
    }
}

/// A request as the table of clients sees it.
package struct ClientRequest: Sendable {
    package var client: SocketAddress
    package var version: UInt8
    package var mode: NTPMode
    package var received: NTPDate
    package var receivedAt: MonotonicTime

    package init(
        client: SocketAddress,
        version: UInt8,
        mode: NTPMode,
        received: NTPDate,
        receivedAt: MonotonicTime
    ) {
        self.client = client
        self.version = version
        self.mode = mode
        self.received = received
        self.receivedAt = receivedAt
    }
}

extension AccessRestrictions {
    /// Without what is due to clients that ask too often.
    var unlimited: AccessRestrictions { subtracting([.limited, .kissOfDeath]) }
}
