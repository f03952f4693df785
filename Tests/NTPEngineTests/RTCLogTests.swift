import ClockDiscipline
import DS3231
import HAL
import NTPTime
import Support
import Testing

@testable import NTPEngine
@testable import RTCReference

@Suite struct `The log of the RTC` {
    @Test(
        arguments: [
            (Int64(-7_200), "RTC set: moved by -7200 s; now -0.200 ms off, ±0.300 ms"),
            (0, "RTC set: moved by less than 1 s; now -0.200 ms off, ±0.300 ms"),
            (nil, "RTC set: now -0.200 ms off, ±0.300 ms"),
        ] as [(Int64?, String)]
    )
    func `says by how much the chip was moved`(moved: Int64?, text: String) {
        let now = ClockReading(monotonic: .zero + .seconds(500), date: NTPDate(unixSeconds: 1_800_000_000))
        var engine = Engine(
            configuration: EngineConfiguration(rtc: DS3231.kind),
            frequency: nil,
            savedRTC: nil,
            random: Bits(seed: 1),
            at: now
        )
        let edge = EdgeSample(
            edge: now.monotonic,
            uncertainty: .milliseconds(0.3),
            chipTime: now.date,
            temperature: Temperature(quarterDegrees: 100),
            trim: TrimOffset(steps: 0)
        )
        let report = WriteReport(
            written: now.date,
            residual: .milliseconds(-0.2),
            uncertainty: .milliseconds(0.3),
            oscillatorHadStopped: false,
            wasOffOnBattery: false,
            edge: edge,
            moved: moved
        )
        engine.rtcAnswered(.written(report), at: now)
        let lines = engine.takeActions().compactMap { action -> String? in
            guard case .log(.notice, let line) = action else { return nil }
            return line
        }
        #expect(lines == [text])
    }
}
