import CLinux
import NTPTime

extension NTPDuration {
    /// `nanoseconds` within 0...999,999,999.
    fileprivate init(seconds: Int64, nanoseconds: Int32) {
        self.init(units: seconds << 32 + (Int64(nanoseconds) << 32 + 500_000_000) / 1_000_000_000)
    }
}

extension MonotonicTime {
    init(_ time: tko_time) {
        self.init(sinceStart: NTPDuration(seconds: time.seconds, nanoseconds: time.nanoseconds))
    }
}

extension NTPDate {
    init(_ time: tko_time) {
        let subsecond = NTPDuration(seconds: 0, nanoseconds: time.nanoseconds)
        self = NTPDate(seconds: time.seconds &+ Self.unixEpochSeconds) + subsecond
    }
}
