import HAL
import NTPTime

/// `tickover rtc calibrate`: how well the chip's rate is known, and how long it takes to know it better.
package struct RTCCalibration: Sendable {
    private let report: RTCReport
    /// Chip's rate against the system clock; positive is fast.
    private var measured: (drift: Frequency, bound: Frequency, duration: NTPDuration)?

    /// Without a measurement.
    init(_ report: RTCReport) { self.report = report }

    /// - Parameters:
    ///   - first: read some time before `report`.
    package init(_ report: RTCReport, since first: RTCReport) {
        self.report = report
        guard let begin = first.time, let end = report.time, end > begin,
            let firstOffset = first.offset, let offset = report.offset,
            let firstUncertainty = first.uncertainty, let uncertainty = report.uncertainty
        else { return }
        let duration = end - begin
        measured = (
            Frequency(fraction: (offset - firstOffset).seconds / duration.seconds),
            Frequency(fraction: (firstUncertainty + uncertainty).seconds / duration.seconds),
            duration
        )
    }

    private static let precisions: [Frequency] = [.ppm(1), .ppm(0.3), .ppm(0.1), .ppm(0.03), .ppm(0.01)]

    /// Until two readings, each as uncertain as this one, tell the rate to `precision`; nil without a reading.
    private func duration(for precision: Frequency) -> NTPDuration? {
        guard let uncertainty = report.uncertainty else { return nil }
        let error = uncertainty + (report.systemClockError ?? .zero)
        return error * (2 / precision.fraction)
    }

    package func rendered(as format: ReportFormat) -> String { Monitoring.rendered(text, json, as: format) }

    private var text: String {
        var text = row("RTC", report.name) + report.trimRow
        text += row("Learned", report.learnedDrift ?? "nothing: the daemon learns it while it is synchronised")
        if let measured {
            text += row(
                "Measured",
                "\(measured.drift.signed()) ± \(fixed(measured.bound.ppm, 3)) in \(span(measured.duration)), against the system clock"
            )
        }
        guard let uncertainty = report.uncertainty else { return text + row("Time", report.trouble ?? "unknown") }
        text += row("Second", "found to ±\(uncertainty.plain())")
        text += row("Clock", report.systemClockError.map { "right to ±\($0.plain())" } ?? "of unknown error, left out")
        for precision in Self.precisions {
            guard let duration = duration(for: precision) else { continue }
            text += row("To know", "the drift to \(significant(precision)) ppm takes \(span(duration))")
        }
        return text
    }

    private func significant(_ precision: Frequency) -> String { fixed(precision.ppm, precision.ppm < 0.05 ? 2 : 1) }

    private func span(_ duration: NTPDuration) -> String {
        let units: [(seconds: Double, name: String)] = [(86_400, "d"), (3_600, "h"), (60, "min")]
        let unit = units.first { duration.seconds >= 2 * $0.seconds } ?? (1, "s")
        return "\(fixed(duration.seconds / unit.seconds, 1)) \(unit.name)"
    }

    private var json: JSON {
        .object([
            ("name", .string(report.name)), ("trim", trimValue(report.trim)),
            ("drift_ppm", ppm(report.drift)), ("drift_error_ppm", ppm(report.driftError)),
            ("measured_drift_ppm", ppm(measured?.drift)), ("measured_bound_ppm", ppm(measured?.bound)),
            ("measured_s", seconds(measured?.duration)), ("uncertainty_s", seconds(report.uncertainty)),
            ("clock_error_s", seconds(report.systemClockError)), ("error", report.trouble.map { .string($0) } ?? .null),
            (
                "durations",
                .array(
                    Self.precisions.map {
                        .object([("precision_ppm", ppm($0)), ("duration_s", seconds(duration(for: $0)))])
                    }
                )
            ),
        ])
    }
}
