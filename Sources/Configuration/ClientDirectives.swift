import NTPTime

/// `discard`: what `restrict ... limited` holds clients to.
package struct RateLimitDirective: Hashable, Sendable {
    /// `average`: the shortest average interval between a client's requests.
    package var average = PollExponent(3)
    /// `minimum`: the shortest interval between two of them, in seconds.
    package var minimum: Int32 = 2
    /// `monitor`: how long a client has to be silent to give way, in a full list, to any other.
    package var monitor = NTPDuration.seconds(3_000)

    package init() {}
}

/// `mru`: the list of the clients that were heard last.
package struct ClientListDirective: Hashable, Sendable {
    package enum Maximum: Hashable, Sendable {
        /// `maxdepth`.
        case clients(Int)
        /// `maxmem`.
        case kibibytes(Int)
    }

    /// The last of `maxdepth` and `maxmem` counts.
    package var maximum = Maximum.kibibytes(1_024)
    /// `mindepth`: as many are kept whatever their age.
    package var minimumCount = 600
    /// `maxage`: beyond `mindepth`, those that were silent for longer give way.
    package var maximumAge = NTPDuration.seconds(64)

    package init() {}
}
