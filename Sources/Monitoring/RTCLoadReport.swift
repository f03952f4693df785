import NTPTime
import RTCReference

/// `tickover rtc load`: what the system clock was set to.
package struct RTCLoadReport: Sendable {
    private let name: String
    private let time: RTCTime
    private let date: NTPDate
    private let step: ClockStep

    /// - Parameter name: the chip's.
    /// - Parameter clock: the system clock right before it was stepped.
    /// - Parameter step: what it was stepped by.
    package init(_ time: RTCTime, name: String, clock: ClockReading, step: ClockStep) {
        self.name = name
        self.time = time
        date = clock.date.stepped(by: step)
        self.step = step
    }

    package var text: String {
        row("RTC", name) + row("Time", date.iso8601(decimals: 6)) + row("Step", step.signed())
            + row("Chip", time.correction.map { "\($0.signed()) off, corrected" } ?? "never compared with UTC before")
            + row("Bound", "±\(time.bound.plain())")
    }

    package var json: JSON {
        .object([
            ("name", .string(name)), ("time", .string(date.iso8601(decimals: 9))),
            ("step_s", .number(step.inSeconds, decimals: 9)),
            ("correction_s", seconds(time.correction)), ("bound_s", seconds(time.bound)),
        ])
    }
}
