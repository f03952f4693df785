import NTPTime

/// What the user asks of sources beyond the protocol's own sanity (ntpd's `tos`).
package struct SelectionLimits: Equatable, Sendable {
    /// So many sources must agree.
    package var minimumSources: Int
    /// The error that each source is taken to have at least when they are compared.
    package var minimumDistance: NTPDuration
    /// A source whose root distance reaches it is not followed.
    package var maximumDistance: NTPDuration
    /// Strata of the servers that may be followed.
    package var strata: Range<UInt8>

    /// RFC 5905's MAXDISP.
    package static let protocolDistance = NTPDuration.seconds(16)

    /// Of so many sources, a majority shows which one is wrong.
    package static let fewestToOutvote = 3

    package init(
        minimumSources: Int = 1,
        minimumDistance: NTPDuration = .zero,
        maximumDistance: NTPDuration = Self.protocolDistance,
        strata: Range<UInt8> = 1..<16
    ) {
        self.minimumSources = minimumSources
        self.minimumDistance = minimumDistance
        self.maximumDistance = maximumDistance
        self.strata = strata
    }

    /// Whether a source may take part in the selection.
    package func admit<ID>(_ candidate: SelectionCandidate<ID>, at moment: MonotonicTime) -> Bool {
        strata.contains(candidate.stratum) && candidate.reference.rootDistance(at: moment) < maximumDistance
    }
}
