import ClockDiscipline
import HAL
import NTPTime
import Testing

@testable import Monitoring
@testable import NTPEngine

@Suite struct `What is shown of the processor's thermometer` {
    private func moment(_ reading: Int) -> MonotonicTime { .zero + .seconds(Double(reading) * 8) }

    @Test func `is where it is read, until it tells of something`() {
        let report = ThermometerReport(ProcessorThermometer(), path: "/temp")
        #expect(report.text == "/temp, not known to tell of the clock's frequency")
        #expect(
            report.json.text == #"{"file": "/temp", "celsius": null, "used": false, "#
                + #""coefficient_ppm_per_celsius": null, "#
                + #""coefficient_error_ppm_per_celsius": null, "lag_s": null}"#
        )
    }

    @Test func `is what was learned by it`() throws {
        var thermometer = ProcessorThermometer()
        var gained = 0.0
        for reading in 0..<5_400 {
            let celsius = reading / 225 % 2 == 0 ? 40.0 : 50
            _ = thermometer.note(celsius, at: moment(reading))
            gained += celsius * 0.5e-6 * 8
            guard reading % 32 == 0 else { continue }
            let date = NTPDate(unixSeconds: 1_800_000_000) + .seconds(Double(reading) * 8 + gained)
            let utc = ClockReading(monotonic: moment(reading), date: date)
            thermometer.compensation.learn(utc, deviation: .microseconds(20))
        }
        let report = ThermometerReport(thermometer, path: "/temp")
        #expect(report.text.hasPrefix("/temp, 50.0 °C, frequency +0.") && report.text.hasSuffix(" s later"))
        #expect(report.text.contains(" ppm/°C ± "))
        #expect(report.isUsed && abs((report.coefficient?.value.ppm ?? 0) - 0.5) < 0.05)
    }

    @Test func `is that it cannot be read`() {
        var thermometer = ProcessorThermometer()
        _ = thermometer.note(40, at: moment(0))
        let news = (0..<5).map { _ in thermometer.noteFailure() }
        #expect(news == [false, false, true, false, false])
        let report = ThermometerReport(thermometer, path: "/temp")
        #expect(report.text == "/temp: it cannot be read" && report.celsius == nil)
    }
}
