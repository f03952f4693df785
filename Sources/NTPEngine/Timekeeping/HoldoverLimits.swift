import NTPTime

/// What is served without servers, and for how long.
package struct HoldoverLimits: Equatable, Sendable {
    /// Served while a reference clock keeps the time, as chrony's and ntpd's convention for a local reference: no client
    /// prefers it to a synchronised server.
    package var stratum: UInt8
    /// Holdover ends when the bound reaches this; at most 16 s, where RFC 5905 ends.
    package var distance: NTPDuration
    /// Or when it has lasted so long; nil for ever.
    package var duration: NTPDuration?

    package init(
        stratum: UInt8 = 10,
        distance: NTPDuration = ReplyCheck.maximumDistance,
        duration: NTPDuration? = nil
    ) {
        self.stratum = stratum
        self.distance = distance
        self.duration = duration
    }
}
