import ClockDiscipline
import HAL
import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress
import RTCReference

/// Lines of ntpd's statistics files: modified Julian day, second of the day, then columns as ntpd and its tools have them.
package enum StatisticsLine {
    /// `loopstats`: offset (s), frequency (ppm), jitter (s), wander (ppm), poll (log2 s).
    ///
    /// - Parameter offset: what the clock was corrected by.
    package static func loop(_ offset: NTPDuration, of engine: Engine, at now: ClockReading) -> String? {
        guard let estimate = engine.served.reference?.estimate else { return nil }
        let poll = engine.associations.first { $0.id == engine.systemPeer }?.poll ?? holdoverPoll
        return line(
            now.date,
            fixed(offset.seconds, 9),
            fixed(estimate.frequency.ppm, 6),
            fixed(estimate.phaseError(at: now.monotonic).seconds, 9),
            fixed(estimate.frequencyError.ppm, 6),
            "\(poll.log2Seconds)"
        )
    }

    /// How often the RTC is read when there is nothing else.
    private static let holdoverPoll = PollExponent(4)

    /// `peerstats`: address, status word (hexadecimal), offset, delay, dispersion, jitter (s).
    package static func peer(_ association: Association, of engine: Engine, at now: ClockReading) -> String? {
        guard let estimate = association.statistics.estimate, let newest = association.statistics.newest else {
            return nil
        }
        return line(
            now.date,
            association.address.address.description,
            String(PeerStatus(of: association, in: engine).word, radix: 16),
            fixed(estimate.offset(of: now).seconds, 9),
            fixed(newest.delay.seconds, 9),
            fixed(association.statistics.dispersion.seconds, 9),
            fixed(association.statistics.jitter.seconds, 9)
        )
    }

    /// `rawstats`: source and destination address, the four timestamps, and the header of the reply.
    package static func raw(_ association: Association, _ exchange: Exchange, at now: ClockReading) -> String? {
        guard let reply = association.lastReply else { return nil }
        let id = reply.referenceID
        return line(
            now.date,
            association.address.address.description,
            // The request took whatever address the way asked for.
            "-",
            timestamp((now.date - (now.monotonic - exchange.sentAt)).timestamp),
            timestamp(reply.receiveTimestamp),
            timestamp(reply.transmitTimestamp),
            timestamp((now.date - (now.monotonic - exchange.receivedAt)).timestamp),
            "\(reply.leap.rawValue)",
            "\(reply.version)",
            "\(reply.mode.rawValue)",
            "\(reply.stratum)",
            "\(reply.poll.log2Seconds)",
            "\(reply.precision)",
            fixed(reply.rootDelay.signedMagnitude.seconds, 6),
            fixed(reply.rootDispersion.duration.seconds, 6),
            reply.stratum <= 1 ? id.text.map { ".\($0)." } ?? id.dottedQuad : id.dottedQuad
        )
    }

    /// `clockstats`: the RTC in ntpd's way to write a clock, then what it showed and when that second began by ours (s),
    /// the bracket of that (s), the temperature (°C) and the trim register, or `-` where the chip has none.
    package static func clock(_ sample: EdgeSample, at now: ClockReading) -> String {
        let edge = now.date - (now.monotonic - sample.edge)
        return line(
            now.date,
            "127.127.47.0",
            sample.chipTime.iso8601(decimals: 0),
            fixed((sample.chipTime - edge).seconds, 6),
            fixed(sample.uncertainty.seconds, 6),
            sample.temperature.map { fixed($0.celsius, 2) } ?? "-",
            sample.trim.map { "\($0.steps)" } ?? "-"
        )
    }

    /// `sysstats`: the seconds that it is for, and in them: datagrams received, answered, of the present version, of older
    /// ones, turned away, malformed, with a bad code, declined, turned away for coming too often, and told so.
    package static func system(
        _ counters: ServerCounters,
        since earlier: ServerCounters,
        over interval: NTPDuration,
        at now: ClockReading
    ) -> String {
        let added = zip(columns(counters), columns(earlier)).map { "\($0 &- $1)" }
        return line(now.date, ["\(interval.units >> 32)"] + added)
    }

    private static func columns(_ counters: ServerCounters) -> [UInt64] {
        let declined: UInt64 = 0
        return [
            counters.received, counters.served, counters.presentVersion, counters.olderVersion, counters.restricted,
            counters.malformed, counters.forged, declined, counters.limited, counters.kisses,
        ]
    }

    private static func line(_ date: NTPDate, _ columns: String...) -> String { line(date, columns) }

    private static func line(_ date: NTPDate, _ columns: [String]) -> String {
        let unix = date.unixSeconds
        let second = ((unix % 86_400) + 86_400) % 86_400
        let day = (unix - second) / 86_400 + modifiedJulianUnixEpoch
        let time = "\(second).\(padded(Int64(date.nanoseconds) / 1_000_000, 3))"
        return columns.reduce("\(day) \(time)") { "\($0) \($1)" } + "\n"
    }

    /// The modified Julian day of 1970-01-01.
    private static let modifiedJulianUnixEpoch: Int64 = 40_587

    /// Seconds since the era's begin, as ntpd writes them.
    static func timestamp(_ timestamp: NTPTimestamp) -> String {
        // Swift's shifts come before its products.
        let nanoseconds = Int64(((timestamp.bits & 0xffff_ffff) * 1_000_000_000) >> 32)
        return "\(timestamp.bits >> 32).\(padded(nanoseconds, 9))"
    }
}
