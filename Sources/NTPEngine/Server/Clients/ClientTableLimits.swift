import NTPTime

/// How many clients are remembered (ntpd's `mru`, and `discard monitor`).
package struct ClientTableLimits: Hashable, Sendable {
    /// Never more than these.
    package var maximumCount: Int
    /// So many are kept whatever their age.
    package var minimumCount = 600
    /// Of the others, those that have not asked for so long give way to new ones.
    package var maximumAge = NTPDuration.seconds(64)
    /// In a full table a new client takes the place of the one silent for longest with the probability of its silence's
    /// share in this: a flood of forged addresses does not wash the others out.
    package var replacementAge = NTPDuration.seconds(3_000)

    /// As many clients as a mebibyte holds.
    package init() { maximumCount = Self.count(inKibibytes: 1_024) }

    /// Of one of `count` tables that together keep to these limits.
    package func share(of count: Int) -> ClientTableLimits {
        var share = self
        share.maximumCount = max(1, maximumCount / count)
        share.minimumCount = minimumCount / count
        return share
    }

    package static func count(inKibibytes size: Int) -> Int { max(1, size * 1_024 / MemoryLayout<ClientRecord>.stride) }
}
