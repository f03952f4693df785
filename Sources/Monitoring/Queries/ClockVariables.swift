import NTPEngine
import NTPTime
import RTCReference

/// `ntpq -c cv`: the RTC as one of ntpd's reference clocks.
enum ClockVariables {
    typealias Clock = Variable<QueryView>

    static let all: [Clock] = [
        Clock("device") { $0.host.rtcName.map(quoted) },
        // What the chip showed when it was last read.
        Clock("timecode") { $0.engine.rtc?.lastSample.map { quoted($0.chipTime.iso8601(decimals: 0)) } },
        .whole("stratum") { _ in 0 },
        Clock("refid") { _ in "RTC" },
        .whole("flags") { _ in 0 },
        .milliseconds("offset") { $0.rtcPrediction?.offset ?? .zero },
        .milliseconds("uncertainty") { $0.rtcPrediction?.uncertainty ?? .zero },
        .ppm("drift") { $0.engine.rtc?.model.drift ?? .zero },
    ]

    /// Clock status: ntpd's codes for a clock that is right, and for one that fails.
    static func status(of view: QueryView) -> UInt16 { view.engine.rtc?.lastError == nil ? 0 : 3 }
}

extension QueryView {
    /// How far the chip itself is off.
    fileprivate var rtcPrediction: (offset: NTPDuration, uncertainty: NTPDuration)? {
        engine.rtc?.model.predict(at: now.date)
    }
}
