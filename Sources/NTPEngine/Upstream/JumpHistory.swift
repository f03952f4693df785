import NTPTime

/// The lines that a server's time has left by jumping: it was wrong on one or is wrong on the other, and cannot say which.
struct JumpHistory: Sendable {
    /// Where the server would be if it had not jumped.
    private struct Line {
        /// Less where it is.
        var offset: NTPDuration
        var left: MonotonicTime
    }

    private var abandoned: [Line] = []
    /// When the server was first seen on its present line; nil if it has not jumped.
    private(set) var since: MonotonicTime?
    /// Samples on it.
    private var samples = 0

    /// How long the bound covers a line that was left.
    private static let memory = NTPDuration.seconds(2 * 86_400)
    /// A line that was left sooner was an excursion, and is forgotten when the server comes back from it.
    private static let excursion = NTPDuration.seconds(900)
    /// The bound cannot cover a jump that is larger than what may be served. A server that stays where it is for so many
    /// samples and so long, or for the longest time, is followed without.
    private static let settledSamples = 4
    private static let shortestHoldDown = NTPDuration.seconds(300)
    private static let longestHoldDown = NTPDuration.seconds(840)
    private static let capacity = 4

    /// The server has jumped.
    ///
    /// - Parameter size: positive if it is ahead of where it was.
    /// - Parameter tolerance: by how much two estimates of the same line may differ.
    mutating func jump(by size: NTPDuration, tolerance: NTPDuration, at now: MonotonicTime) {
        for index in abandoned.indices { abandoned[index].offset -= size }
        let isBack = abandoned.contains { $0.offset.magnitude <= tolerance }
        let wasShort = since.map { now - $0 < Self.excursion } ?? false
        abandoned.removeAll { now - $0.left >= Self.memory || $0.offset.magnitude <= tolerance }
        if !(isBack && wasShort) { abandoned.append(Line(offset: -size, left: now)) }
        abandoned = abandoned.suffix(Self.capacity)
        since = now
        samples = 0
    }

    /// A sample on the present line was taken.
    mutating func noteSample() { samples = min(samples + 1, Self.settledSamples) }

    /// Bound on what the server may be wrong by for its jumps: how far it is from the lines that it has left.
    ///
    /// - Parameter servable: a bound that large is not served: it is dropped when the server has stayed put.
    func spread(servable: NTPDuration, at now: MonotonicTime) -> NTPDuration {
        let isSettled = holdDownEnd.map { $0 <= now } ?? true
        return abandoned.reduce(.zero) { largest, line in
            let distance = line.offset.magnitude
            let counts = now - line.left < Self.memory && (distance < servable || !isSettled)
            return counts ? max(largest, distance) : largest
        }
    }

    /// When a jump too large for the bound to cover is over; nil without a jump.
    var holdDownEnd: MonotonicTime? {
        since.map { $0 + (samples >= Self.settledSamples ? Self.shortestHoldDown : Self.longestHoldDown) }
    }
}
