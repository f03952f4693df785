import HAL
import NTPTime
import RTCReference

/// What is to be shown of the chip.
package enum RTCView: Equatable, Sendable {
    /// `tickover rtc read`.
    case everything
    /// `tickover rtc read --watch`.
    case line
    /// `tickover rtc trim`.
    case rate
    /// `tickover rtc temperature`; `converting` has it measured before.
    case temperature(converting: Bool)
    /// `tickover rtc calibrate`.
    case precision

    package var isConverting: Bool { self == .temperature(converting: true) }

    /// Whether the time is shown, so that it matters whether it is to be believed.
    package var showsTime: Bool { self == .everything || self == .line }
}

/// The chip's time and what the chip says of itself.
package struct RTCReport: Sendable {
    package var name: String
    /// The second that began at the edge; nil if no time is to be believed.
    package var time: NTPDate?
    /// Why there is no time.
    package var trouble: String?
    /// Why the time is not to be believed although there is one.
    package var refusal: String?
    /// Chip less system clock: positive if the chip is ahead.
    package var offset: NTPDuration?
    package var uncertainty: NTPDuration?
    /// Whether the square wave's edge was stamped; otherwise the second was polled for.
    package var isStamped = false
    /// Bound of the system clock's error, if it has one.
    package var systemClockError: NTPDuration?
    package var oscillatorStopped: Bool
    /// nil if the chip has no thermometer.
    package var temperature: Temperature?
    /// nil if the chip's rate cannot be set.
    package var trim: TrimOffset?
    private let trimRegister: RTCKind.Trim?
    /// As the daemon has learned it; positive if the chip is fast. nil if it has not.
    package var drift: Frequency?
    /// One standard deviation.
    package var driftError: Frequency?
    /// What is assumed to bound the error of a chip that was never compared with UTC; nil if it was.
    package var assumedError: NTPDuration?

    /// - Parameters:
    ///   - refusal: why the chip is not to be believed by what is known of it; nil if it is.
    ///   - systemClock: read after the snapshot was taken.
    ///   - systemClockError: a bound; nil if nothing is known of it.
    package init(
        _ snapshot: RTCSnapshot,
        name: String,
        model: RTCModel,
        refusal: RTCRefusal?,
        systemClock: ClockReading,
        systemClockError: NTPDuration?
    ) {
        self.name = name
        self.refusal = refusal?.description
        self.systemClockError = systemClockError
        oscillatorStopped = snapshot.registers.oscillatorStopped
        temperature = snapshot.registers.temperature
        trim = snapshot.registers.trim
        trimRegister = model.kind.trim
        if model.hasHistory {
            drift = model.drift
            driftError = model.driftUncertainty
        } else {
            assumedError = model.assumedError
        }
        switch snapshot.edge {
        case .success(let sample):
            time = sample.chipTime
            let systemDate = systemClock.date - (systemClock.monotonic - sample.edge)
            offset = sample.chipTime - systemDate
            uncertainty = sample.uncertainty
            isStamped = sample.isStamped
        case .failure(let error): trouble = error.description
        }
    }

    /// Whether there is a time, and nothing is known that speaks against it.
    package var isBelieved: Bool { time != nil && refusal == nil }

    package func rendered(_ view: RTCView, as format: ReportFormat) -> String {
        if view == .precision { return RTCCalibration(self).rendered(as: format) }
        guard format == .text else { return json.text + "\n" }
        return switch view {
        case .line: line
        case .rate: rate
        case .temperature: row("Temp", temperature?.description ?? "this kind of chip has no thermometer")
        case .everything, .precision: text
        }
    }

    /// What the daemon answers.
    package func response(to view: RTCView, as format: ReportFormat) -> ControlResponse {
        let output = rendered(view, as: format)
        return view.showsTime && !isBelieved ? .notBelieved(output) : .done(output)
    }

    package var text: String {
        var text = row("RTC", name)
        if let time, let offset, let uncertainty {
            text += row("Time", time.iso8601(decimals: 0))
            text += row("Offset", "\(offset.signed()) ±\(uncertainty.plain()) to the system clock")
            text += row("Edge", isStamped ? "stamped: the square wave's" : "polled for")
            if let refusal { text += row("Refused", refusal) }
        } else {
            text += row("Time", "not to be believed: \(trouble ?? "unknown")")
        }
        text += row("OSF", oscillatorStopped ? "set: the oscillator has stopped" : "clear")
        if let temperature { text += row("Temp", temperature.description) }
        text += trimRow
        if let learnedDrift { text += row("Drift", learnedDrift) }
        if let assumedError {
            text += row("Bound", "±\(assumedError.plain()), assumed: it was never compared with UTC")
        }
        return text
    }

    var learnedDrift: String? {
        guard let drift, let driftError else { return nil }
        return "\(drift.signed()) ± \(fixed(driftError.ppm, 3))"
    }

    private var line: String {
        let words =
            if let time, let offset, let uncertainty {
                "\(time.iso8601(decimals: 0))  \(offset.signed()) ±\(uncertainty.plain())"
                    + (refusal.map { "  \($0)" } ?? "")
            } else {
                trouble ?? "unknown"
            }
        let temperature = temperature.map { "  \($0)" } ?? ""
        let trim = trim.map { "  trim \($0)" } ?? ""
        return words + temperature + trim + "\n"
    }

    private var rate: String {
        var text = trimRow + row("Drift", learnedDrift ?? "not known yet")
        if let drift, let trim, let trimRegister {
            let best = trimRegister.clamped(Double(trim.steps) + (drift.ppm / trimRegister.step.ppm).rounded())
            text += row("Best", "\(best), at the present temperature")
        }
        return text
    }

    var trimRow: String { row("Trim", trim?.description ?? "the rate of this kind of chip cannot be set") }

    package var json: JSON {
        .object([
            ("name", .string(name)), ("time", time.map { .string($0.iso8601(decimals: 0)) } ?? .null),
            ("error", (trouble ?? refusal).map { .string($0) } ?? .null), ("believed", .bool(isBelieved)),
            ("offset_s", seconds(offset)), ("uncertainty_s", seconds(uncertainty)), ("stamped", .bool(isStamped)),
            ("oscillator_stopped", .bool(oscillatorStopped)),
            ("temperature_celsius", temperature.map { .number($0.celsius, decimals: 2) } ?? .null),
            ("trim", trimValue(trim)), ("drift_ppm", ppm(drift)), ("drift_error_ppm", ppm(driftError)),
            ("assumed_bound_s", seconds(assumedError)),
        ])
    }
}

/// `tickover rtc set`: what the write came to.
package struct RTCWriteReport: Sendable {
    private let report: WriteReport

    package init(_ report: WriteReport) { self.report = report }

    package var text: String {
        row("Set", report.written.iso8601(decimals: 0))
            + (report.movement.map { row("Moved", "by \($0)") } ?? "")
            + row("Residual", "\(report.residual.signed()) ±\(report.uncertainty.plain()), measured at a later second")
            + (report.oscillatorHadStopped ? row("OSF", "was set, is clear now") : "")
    }

    package var json: JSON {
        .object([
            ("written", .string(report.written.iso8601(decimals: 0))),
            ("moved_s", report.moved.map { .integer($0) } ?? .null), ("residual_s", seconds(report.residual)),
            ("uncertainty_s", seconds(report.uncertainty)),
            ("oscillator_had_stopped", .bool(report.oscillatorHadStopped)),
        ])
    }
}

/// The steps, for programs.
func trimValue(_ trim: TrimOffset?) -> JSON { trim.map { .integer(Int64($0.steps)) } ?? .null }

/// `tickover rtc trim --set`: what the trim register was set to.
package struct RTCTrimReport: Sendable {
    private let report: TrimReport

    package init(_ report: TrimReport) { self.report = report }

    /// When trimming was handed back to the daemon.
    package static func automatic(as format: ReportFormat) -> String {
        Monitoring.rendered(row("Trim", "set as needed"), .object([("trim", .string("automatic"))]), as: format)
    }

    package func rendered(as format: ReportFormat) -> String {
        Monitoring.rendered(
            row("Trim", "\(report.after), before \(report.before)"),
            .object([("trim", trimValue(report.after)), ("trim_before", trimValue(report.before))]),
            as: format
        )
    }
}
