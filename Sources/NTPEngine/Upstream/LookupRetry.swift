import NTPTime

/// When a name is looked up again that has no address to use: ever more seldom, up to some minutes apart.
struct LookupRetry: Sendable {
    /// In a row.
    private(set) var failures = 0

    private static let shortest = NTPDuration.seconds(4)
    private static let longest = NTPDuration.seconds(512)

    /// A look-up has ended without one.
    ///
    /// - Returns: how long to wait.
    mutating func fail() -> NTPDuration {
        failures = min(failures + 1, 7)
        return min(Self.shortest * Double(1 << failures), Self.longest)
    }

    mutating func reset() { failures = 0 }
}
