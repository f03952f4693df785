import ClockDiscipline
import Configuration
import Linux
import Monitoring
import NTPEngine
import NTPTime

/// `sysstats`: what was done with datagrams, hour by hour.
extension Daemon {
    private static let interval = NTPDuration.seconds(3_600)

    var nextSystemStatistics: MonotonicTime { counted.at + Self.interval }

    func writeSystemStatisticsIfDue() {
        if nextSystemStatistics <= oscillator.now { writeSystemStatistics() }
    }

    /// Of the time since the last line; at the daemon's end that is less than an hour.
    func writeSystemStatistics() {
        let now = clock.read()
        let (earlier, begin) = counted
        counted = (service.counters, now.monotonic)
        statistics.write(.sysstats, at: now) {
            StatisticsLine.system(counted.counters, since: earlier, over: now.monotonic - begin, at: now)
        }
    }
}
