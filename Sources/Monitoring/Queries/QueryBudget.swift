import NTPTime

/// What all answers to control messages over the network may come to, since a control message is short, its answer long,
/// and the sender's address can be forged even in a network that may ask.
struct QueryBudget: Sendable {
    private var octets = Self.most
    private var filledAt = MonotonicTime.zero

    /// A list of two thousand clients at once; then some pages of it a second.
    private static let most = 256.0 * 1_024
    private static let octetsPerSecond = 8.0 * 1_024

    /// Takes the answer's octets off; false if they are not there.
    mutating func pays(for answer: [[UInt8]], at now: MonotonicTime) -> Bool {
        octets = min(Self.most, octets + max(0, (now - filledAt).seconds) * Self.octetsPerSecond)
        filledAt = now
        let cost = Double(answer.reduce(0) { $0 + $1.count })
        guard cost <= octets else { return false }
        octets -= cost
        return true
    }
}
