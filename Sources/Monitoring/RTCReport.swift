import DS3231
import NTPTime
import RTCReference

/// `tickover rtc read`: the chip's time and what the chip says of itself.
package struct RTCReport: Sendable {
    package var name: String
    /// The second that began at the edge; nil if no time is to be believed.
    package var time: NTPDate?
    /// Why there is no time.
    package var trouble: String?
    /// Chip less system clock: positive if the chip is ahead.
    package var offset: NTPDuration?
    package var uncertainty: NTPDuration?
    package var oscillatorStopped: Bool
    package var temperature: Temperature
    package var aging: AgingOffset
    /// As the daemon has learned it; positive if the chip is fast. nil without a daemon.
    package var drift: Frequency?
    package var driftError: Frequency?

    /// - Parameter systemClock: read after the snapshot was taken.
    package init(_ snapshot: RTCSnapshot, name: String, model: RTCModel?, systemClock: ClockReading) {
        self.name = name
        oscillatorStopped = snapshot.registers.oscillatorStopped
        temperature = snapshot.registers.temperature
        aging = snapshot.registers.aging
        drift = model?.drift
        driftError = model?.driftUncertainty
        switch snapshot.edge {
        case .success(let sample):
            time = sample.chipTime
            let systemDate = systemClock.date - (systemClock.monotonic - sample.edge)
            offset = sample.chipTime - systemDate
            uncertainty = sample.uncertainty
        case .failure(let error): trouble = error.description
        }
    }

    package var text: String {
        var text = row("RTC", name)
        if let time, let offset, let uncertainty {
            text += row("Time", time.iso8601(decimals: 0))
            text += row("Offset", "\(offset.signed()) ±\(uncertainty.plain()) to the system clock")
        } else {
            text += row("Time", "not to be believed: \(trouble ?? "unknown")")
        }
        text += row("OSF", oscillatorStopped ? "set: the oscillator has stopped" : "clear")
        text += row("Temp", temperature.description)
        text += row("Aging", aging.description)
        if let drift, let driftError { text += row("Drift", "\(drift.signed()) ± \(fixed(driftError.ppm, 3))") }
        return text
    }

    package var json: JSON {
        .object([
            ("name", .string(name)), ("time", time.map { .string($0.iso8601(decimals: 0)) } ?? .null),
            ("error", trouble.map { .string($0) } ?? .null), ("offset_s", seconds(offset)),
            ("uncertainty_s", seconds(uncertainty)), ("oscillator_stopped", .bool(oscillatorStopped)),
            ("temperature_celsius", .number(temperature.celsius, decimals: 2)),
            ("aging", .integer(Int64(aging.steps))), ("drift_ppm", ppm(drift)), ("drift_error_ppm", ppm(driftError)),
        ])
    }
}

/// `tickover rtc set`: what the write came to.
package struct RTCWriteReport: Sendable {
    private let report: WriteReport

    package init(_ report: WriteReport) { self.report = report }

    package var text: String {
        row("Set", report.written.iso8601(decimals: 0))
            + row("Residual", "\(report.residual.signed()) ±\(report.uncertainty.plain()), measured at a later second")
            + (report.oscillatorHadStopped ? row("OSF", "was set, is clear now") : "")
    }

    package var json: JSON {
        .object([
            ("written", .string(report.written.iso8601(decimals: 0))), ("residual_s", seconds(report.residual)),
            ("uncertainty_s", seconds(report.uncertainty)),
            ("oscillator_had_stopped", .bool(report.oscillatorHadStopped)),
        ])
    }
}
