import DS3231
import Foundation
import HAL
import NTPTime

@testable import RTCReference

/// What the programs keep of a chip between two runs.
enum SavedChip {
    /// A chip that was being set.
    static let halfSet: String = {
        var model = RTCModel(of: DS3231.kind)
        model.rewriteBegins()
        return "reference 0.0 0.0 trimmed\n" + model.serialised()
    }()

    /// A DS3231 whose offset (s) was known to 1 ms, and whose drift (s/s) well, at a date.
    static func text(
        offset: Double = 0,
        drift: Double = 0,
        reference: String = "0.0 0.0 trimmed",
        at date: NTPDate
    ) -> String {
        var model = RTCModel(of: DS3231.kind)
        model.state = RTCModel.State(
            date: date,
            observed: date,
            temperature: Temperature(quarterDegrees: 100),
            trim: TrimOffset(steps: 0),
            filters: DS3231.kind.rate.noises.map { noise in
                RTCModel.Weighted(
                    filter: ChipFilter(
                        noise,
                        offset: (offset, 1e-8),
                        drift: (drift, 1e-16),
                        coefficient: (0, 1e-18),
                        residue: 1e-16
                    )
                )
            },
            observationBound: 0.001,
            taughtSince: date
        )
        return "reference \(reference)\n" + model.serialised()
    }

    /// As long as any: of a chip that was compared with UTC for an hour, so that no number is round.
    static let long: String = {
        let begin = CivilTime(year: 2026, month: 11, day: 2).date
        var model = RTCModel(of: DS3231.kind)
        for minute in 0..<60 {
            model.observe(
                RTCObservation(
                    offset: .seconds(1e-5 * Double(minute % 7)),
                    date: begin + .seconds(60 * Double(minute)),
                    temperature: Temperature(quarterDegrees: 100 + Int16(minute)),
                    trim: TrimOffset(steps: 0),
                    deviation: .microseconds(30),
                    bound: .milliseconds(0.4)
                )
            )
        }
        return "reference 0.01 0.02 trimmed 0.0\n" + model.serialised()
    }()
}
