import NTPTime
import NetworkAddress

/// A `server`, `pool` or `peer` line.
package struct ServerDirective: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// One association with the first address of the name.
        case server
        /// As many associations as the name has useful addresses.
        case pool
    }

    /// A host name or an address as text.
    package var host: String
    package var kind: Kind
    /// `iburst`: a burst of requests while the server has not answered, for a quick start.
    package var initialBurst = false
    /// `burst`: a burst of requests at every poll.
    package var burst = false
    /// `prefer`: counts first among the sources that agree.
    package var prefer = false
    /// `noselect`: is measured and shown, but never used.
    package var noSelect = false
    /// `minpoll`, never above `maximumPoll`.
    package var minimumPoll = PollExponent(6)
    /// `maxpoll`.
    package var maximumPoll = PollExponent(10)
    /// `version`: the NTP version of requests, 1–4.
    package var version: UInt8 = 4
    /// `-4` or `-6`: the family that the name is resolved in; nil takes either.
    package var family: AddressFamily?
    /// `port`: the server's UDP port.
    package var port: UInt16 = 123
    /// `key`: the number of the key that requests and replies are authenticated by.
    package var key: UInt32?

    package init(host: String, kind: Kind) {
        self.host = host
        self.kind = kind
    }
}
