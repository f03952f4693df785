import NTPTime

/// How often a client may ask (ntpd's `discard`).
package struct RateLimit: Hashable, Sendable {
    /// The shortest average interval between requests.
    package var average = PollExponent(3)
    /// The shortest interval between two of them, in seconds.
    package var minimum: Int32 = 2

    package init() {}

    /// Requests in a row that the average forgives.
    private static let burst: Int32 = 8
    /// Seconds by which a single interval, and each share of the average, may fall short.
    private static let minimumGrace: Int32 = 1
    private static let averageGrace: Int32 = 2

    package enum Verdict: Hashable, Sendable {
        case within
        /// Too often; now and then the client is to be told.
        case exceeded(kiss: Bool)
    }

    /// Charges a request to the client's account, as ntpd's `ntp_monitor` does: every second pays one off, a request
    /// costs the average interval. Kisses come no more often than the average interval.
    ///
    /// - Parameter debt: the account, in seconds.
    /// - Parameter interval: since the client's last request.
    func charge(_ debt: inout Int32, after interval: NTPDuration) -> Verdict {
        let elapsed = Int32(clamping: (interval + .seconds(0.5)).units >> 32)
        debt = max(0, debt - max(0, elapsed))
        let cost = Int32(1) << Int32(average.log2Seconds)
        let limit = Self.burst * cost
        if elapsed >= minimum - Self.minimumGrace, debt + cost < limit {
            debt = max(0, debt + cost - Self.averageGrace)
            return .within
        }
        guard debt < limit else { return .exceeded(kiss: false) }
        debt = limit + cost
        return .exceeded(kiss: true)
    }
}
