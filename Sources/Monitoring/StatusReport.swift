import ClockDiscipline
import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress
import RTCReference

/// `tickover status`: what is served, on what grounds, and how good it is.
package struct StatusReport: Sendable {
    package var version: String
    package var state: SystemState.Kind
    package var date: NTPDate
    package var leap: LeapIndicator
    package var stratum: UInt8
    package var referenceID: String
    package var rootDelay: NTPDuration
    package var rootDispersion: NTPDuration
    package var rootDistance: NTPDuration
    /// What the served clock still lacks of the estimate.
    package var offset: NTPDuration
    package var clock: String
    package var frequency: Frequency?
    package var frequencyError: Frequency?
    package var systemPeer: String?
    package var sources: Int
    package var reachable: Int
    package var rtc: RTC?
    package var thermometer: ThermometerReport?
    package var holdover: Holdover?

    package struct Holdover: Sendable {
        package var lasted: NTPDuration
        package var limits: HoldoverLimits
    }

    /// The RTC as the engine last saw it.
    package struct RTC: Sendable {
        package var name: String
        package var error: String?
        /// Chip less UTC: positive if the chip is ahead.
        package var offset: NTPDuration
        package var uncertainty: NTPDuration
        /// Whether that is assumed, as of a chip that was never compared with UTC.
        package var isAssumed: Bool
        /// Positive if the chip is fast.
        package var drift: Frequency
        package var driftError: Frequency
    }

    /// - Parameter clock: the kind of clock that is served.
    /// - Parameter rtcName: what the RTC is, if one is configured.
    /// - Parameter thermometer: where the processor's is read; nil if it has none.
    package init(
        of engine: Engine,
        version: String,
        clock: String,
        rtcName: String,
        thermometer: String? = nil,
        at now: ClockReading
    ) {
        let served = engine.served
        let estimate = served.reference?.estimate
        self.version = version
        state = engine.state.kind
        date = now.date
        leap = served.leap
        stratum = served.stratum
        referenceID = SourcesReport.text(of: served.referenceID, stratum: served.stratum)
        rootDelay = served.rootDelay
        rootDispersion = served.rootDispersion(at: now)
        rootDistance = served.rootDistance(at: now)
        offset = estimate?.offset(of: now) ?? .zero
        self.clock = clock
        frequency = estimate?.frequency
        frequencyError = estimate?.frequencyError
        systemPeer = engine.associations.first { $0.id == engine.systemPeer }?.address.description
        sources = engine.associations.count
        reachable = engine.associations.count(where: { $0.isReachable })
        holdover = engine.holdoverSince.map {
            Holdover(lasted: now.monotonic - $0, limits: engine.configuration.holdover)
        }
        if let thermometer, let processor = engine.processorThermometer {
            self.thermometer = ThermometerReport(processor, path: thermometer)
        }
        if let keeper = engine.rtc {
            let prediction = keeper.model.predict(at: estimate?.date(at: now.monotonic) ?? now.date)
            rtc = RTC(
                name: rtcName,
                error: keeper.lastError?.description ?? keeper.refusal?.description,
                offset: prediction.offset,
                uncertainty: prediction.uncertainty,
                isAssumed: !keeper.model.hasHistory,
                drift: keeper.model.drift,
                driftError: keeper.model.driftUncertainty
            )
        }
    }

    /// One line for a terminal that is updated in place.
    package var line: String {
        switch state {
        case .unsynchronised: "not synchronised; \(reachable) of \(sources) servers answer"
        default: "\(grounds)  stratum \(stratum)  offset \(offset.signed())  bound ±\(rootDistance.plain())"
        }
    }

    /// What the time that is served rests on.
    package var grounds: String {
        switch state {
        case .unsynchronised: "not synchronised"
        case .synchronised: "synchronised to \(systemPeer ?? "several servers")"
        case .holdover: referenceID == "RTC" ? "holdover by the RTC" : "holdover by the oscillator's last frequency"
        case .local: "served as the clock runs, with nothing to go by"
        }
    }

    package var text: String {
        var lines = [
            ("State", grounds),
            ("Time", date.iso8601(decimals: 6)),
        ]
        if state != .unsynchronised {
            lines += [
                (
                    "Bound",
                    "±\(rootDistance.plain()) (root delay \(rootDelay.plain()), root dispersion \(rootDispersion.plain()))"
                ),
                ("Stratum", "\(stratum), reference \(referenceID), leap \(leap.text)"),
                ("Offset", "\(offset.signed()) still to be corrected"),
            ]
        }
        if let holdover { lines.append(("Holdover", holdover.text)) }
        let rate = frequency.map { ", frequency \($0.signed()) ± \(fixed(frequencyError?.ppm ?? 0, 3))" } ?? ""
        lines.append(("Clock", clock + rate))
        lines.append(("Servers", "\(reachable) of \(sources) answer"))
        if let rtc {
            lines.append(
                (
                    "RTC",
                    rtc.error.map { "\(rtc.name): \($0)" }
                        ?? "\(rtc.name), offset \(rtc.offset.signed()) ±\(rtc.uncertainty.plain())\(rtc.isAssumed ? " assumed" : ""), drift \(rtc.drift.signed()) ± \(fixed(rtc.driftError.ppm, 3))"
                )
            )
        }
        if let thermometer { lines.append(("Temp", thermometer.text)) }
        lines.append(("Version", version))
        return lines.map { row($0.0, $0.1) }.reduce("", +)
    }

    package var json: JSON {
        .object([
            ("version", .string(version)), ("state", .string(state.text)), ("time", .string(date.iso8601(decimals: 9))),
            ("leap", .string(leap.text)), ("stratum", .integer(Int64(stratum))), ("refid", .string(referenceID)),
            ("root_delay_s", seconds(rootDelay)), ("root_dispersion_s", seconds(rootDispersion)),
            ("root_distance_s", seconds(rootDistance)), ("offset_s", seconds(offset)), ("clock", .string(clock)),
            ("frequency_ppm", ppm(frequency)), ("frequency_error_ppm", ppm(frequencyError)),
            ("system_peer", systemPeer.map { .string($0) } ?? .null), ("sources", .integer(Int64(sources))),
            ("reachable", .integer(Int64(reachable))), ("rtc", rtc?.json ?? .null),
            ("thermometer", thermometer?.json ?? .null),
            ("holdover", holdover?.json ?? .null),
        ])
    }
}

extension StatusReport.Holdover {
    var text: String {
        let end = limits.duration.map { " or \(fixed($0.seconds, 0)) s" } ?? ""
        return "for \(fixed(lasted.seconds, 0)) s; ends at a bound of \(limits.distance.plain())\(end)"
    }

    var json: JSON {
        .object([
            ("lasted_s", seconds(lasted)), ("distance_limit_s", seconds(limits.distance)),
            ("duration_limit_s", seconds(limits.duration)),
        ])
    }
}

func ppm(_ value: Frequency?) -> JSON { value.map { .number($0.ppm, decimals: 6) } ?? .null }

extension StatusReport.RTC {
    var json: JSON {
        .object([
            ("name", .string(name)), ("error", error.map { .string($0) } ?? .null), ("offset_s", seconds(offset)),
            ("uncertainty_s", seconds(uncertainty)), ("assumed", .bool(isAssumed)), ("drift_ppm", ppm(drift)),
            ("drift_error_ppm", ppm(driftError)),
        ])
    }
}

extension SystemState.Kind {
    var text: String {
        switch self {
        case .unsynchronised: "unsynchronised"
        case .synchronised: "synchronised"
        case .holdover: "holdover"
        case .local: "local"
        }
    }
}

extension LeapIndicator {
    var text: String {
        switch self {
        case .none: "none"
        case .insertion: "insertion"
        case .deletion: "deletion"
        case .unsynchronised: "unsynchronised"
        }
    }
}
