import ClockDiscipline
import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress

/// `tickover sources`: each upstream association, as `ntpq -p` shows its peers.
package struct SourcesReport: Sendable {
    package struct Source: Sendable {
        /// `*` system peer, `+` truechimer, `x` falseticker, blank otherwise (the tally codes of ntpq).
        package var tally: Character
        package var address: String
        package var host: String
        package var referenceID: String
        /// 16 before the first reply.
        package var stratum: UInt8
        package var poll: NTPDuration
        /// Since the last valid reply; nil before the first.
        package var when: NTPDuration?
        package var reach: UInt8
        package var delay: NTPDuration?
        /// Source less served clock: positive if our clock is slow.
        package var offset: NTPDuration?
        package var jitter: NTPDuration?
        /// Why the last reply was refused; nil if it was not.
        package var refusal: String?
        /// How many replies were refused in all, for each reason that there was.
        package var refusals: [(reason: String, count: UInt64)]
    }

    package var sources: [Source]

    package init(of engine: Engine, at now: ClockReading) {
        sources = engine.associations.map { association in
            let reply = association.lastReply
            let statistics = association.statistics
            let estimate = statistics.estimate
            let keyID = association.configuration.keyID
            return Source(
                tally: Self.tally(of: association.id, in: engine),
                address: association.address.description,
                host: association.configuration.host,
                referenceID: reply.map { Self.text(of: $0.referenceID, stratum: $0.stratum) } ?? "-",
                stratum: reply?.stratum ?? 16,
                poll: association.poll.interval,
                when: association.lastReplyAt.map { now.monotonic - $0 },
                reach: association.reach,
                delay: statistics.newest?.delay,
                offset: estimate?.offset(of: now),
                jitter: estimate == nil ? nil : statistics.jitter,
                refusal: association.lastRefusal?.description(keyID: keyID),
                refusals: association.refusals.reasons.map {
                    (reason: $0.description(keyID: keyID), count: association.refusals[$0])
                }
            )
        }
    }

    private static func tally(of id: AssociationID, in engine: Engine) -> Character {
        switch PeerStatus.Selection(of: id, in: engine) {
        case .systemPeer: "*"
        case .falseticker: "x"
        case .candidate, .backup: "+"
        case .rejected: " "
        }
    }

    /// Text at stratum 0 and 1, an address above.
    static func text(of id: ReferenceID, stratum: UInt8) -> String {
        if stratum <= 1 || id == .rtc, let text = id.text { return text }
        return id.dottedQuad
    }

    /// The table; delay, offset and jitter in milliseconds, reach in octal. Below it, what was refused.
    package var text: String {
        guard !sources.isEmpty else { return "no upstream server\n" }
        var table = TextTable([
            ("", .left), ("address", .left), ("refid", .left), ("st", .right), ("when", .right), ("poll", .right),
            ("reach", .right), ("delay/ms", .right), ("offset/ms", .right), ("jitter/ms", .right), ("", .left),
        ])
        for source in sources {
            table.add([
                String(source.tally), source.address, source.referenceID, "\(source.stratum)",
                source.when.map { fixed($0.seconds, 0) } ?? "-", fixed(source.poll.seconds, 0),
                String(source.reach, radix: 8), milliseconds(source.delay), milliseconds(source.offset),
                milliseconds(source.jitter), source.refusal ?? "",
            ])
        }
        return table.text + sources.map(Self.refusals).reduce("", +)
    }

    private static func refusals(of source: Source) -> String {
        guard !source.refusals.isEmpty else { return "" }
        let reasons = source.refusals.map { "\($0.count) \($0.reason)" }
        return "refused replies of \(source.address): \(joined(reasons))\n"
    }

    private func milliseconds(_ value: NTPDuration?) -> String { value.map { fixed($0.milliseconds, 3) } ?? "-" }

    package var json: JSON {
        .array(
            sources.map { source in
                .object([
                    ("tally", .string(String(source.tally))), ("address", .string(source.address)),
                    ("host", .string(source.host)), ("refid", .string(source.referenceID)),
                    ("stratum", .integer(Int64(source.stratum))), ("poll_s", .number(source.poll.seconds, decimals: 0)),
                    ("last_reply_s", seconds(source.when)), ("reach", .integer(Int64(source.reach))),
                    ("delay_s", seconds(source.delay)), ("offset_s", seconds(source.offset)),
                    ("jitter_s", seconds(source.jitter)),
                    ("refused", source.refusal.map { .string($0) } ?? .null),
                    (
                        "refusals",
                        .array(
                            source.refusals.map {
                                .object([
                                    ("reason", .string($0.reason)), ("count", .integer(Int64(clamping: $0.count))),
                                ])
                            }
                        )
                    ),
                ])
            }
        )
    }
}

func seconds(_ value: NTPDuration?) -> JSON { value.map { .number($0.seconds, decimals: 9) } ?? .null }
