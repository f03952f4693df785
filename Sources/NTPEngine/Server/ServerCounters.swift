/// What a server has done with datagrams, since its start (ntpd's `sysstats`).
package struct ServerCounters: Hashable, Sendable {
    package var received: UInt64 = 0
    /// Requests of NTP version 4, and of earlier ones.
    package var presentVersion: UInt64 = 0
    package var olderVersion: UInt64 = 0
    /// Of the latter, NTP version 1's client requests, symmetric active ones, and those of its mode 0.
    package var version1Client: UInt64 = 0
    package var version1Symmetric: UInt64 = 0
    package var version1Reserved: UInt64 = 0
    /// Datagrams that are no requests.
    package var malformed: UInt64 = 0
    /// Requests whose message authentication code was wrong, or of a key that is not trusted.
    package var forged: UInt64 = 0
    /// Turned away by the access list.
    package var restricted: UInt64 = 0
    /// Turned away because the client asked too often, and how many of these were told.
    package var limited: UInt64 = 0
    package var kisses: UInt64 = 0
    /// Replies with the time.
    package var served: UInt64 = 0

    package init() {}

    /// Of several who answer.
    package init(sum parts: [ServerCounters]) {
        for part in parts {
            received &+= part.received
            presentVersion &+= part.presentVersion
            olderVersion &+= part.olderVersion
            version1Client &+= part.version1Client
            version1Symmetric &+= part.version1Symmetric
            version1Reserved &+= part.version1Reserved
            malformed &+= part.malformed
            forged &+= part.forged
            restricted &+= part.restricted
            limited &+= part.limited
            kisses &+= part.kisses
            served &+= part.served
        }
    }
}
