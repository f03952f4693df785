import ClockDiscipline
import Configuration
import Linux
import Monitoring
import NTPEngine
import NTPTime
import ProgramSupport

/// The leap second file: read at the start, at SIGHUP, and once a day, as whoever fetches it does not tell.
extension Daemon {
    private static let leapSecondReadingInterval = NTPDuration.seconds(86_400)
    /// A file is renewed twice a year, half a year before it expires.
    private static let expiryNotice = NTPDuration.seconds(28 * 86_400)

    func readLeapSeconds() {
        guard let directive = settings.configuration.leapFile else {
            engine.setLeapSeconds(nil)
            nextLeapSecondReading = .distantFuture
            return
        }
        nextLeapSecondReading = oscillator.now + Self.leapSecondReadingInterval
        do throws(StateFileError) {
            let table = try LeapSeconds.load(directive)
            engine.setLeapSeconds(table)
            tellTAIOffset(table)
            warnOfExpiry(table, directive.path)
        } catch {
            engine.setLeapSeconds(nil)
            log.write(.error, "leap seconds: \(error)")
        }
    }

    func readLeapSecondsIfDue() {
        if nextLeapSecondReading <= oscillator.now { readLeapSeconds() }
    }

    /// The kernel counts on by itself when it leaps.
    private func tellTAIOffset(_ table: LeapSecondTable) {
        guard let offset = table.taiOffset(at: clock.read().date) else { return }
        do throws(ClockError) {
            try clock.setTAIOffset(seconds: offset)
        } catch {
            log.write(.warning, "TAI offset of the clock: \(error.explanation)")
        }
    }

    private func warnOfExpiry(_ table: LeapSecondTable, _ path: String) {
        let left = table.expiry - clock.read().date
        guard left < Self.expiryNotice else { return }
        let day = table.expiry.iso8601(decimals: 0).prefix(10)
        log.write(
            .warning,
            "leap seconds: \(path) \(left < .zero ? "has expired on" : "expires on") \(day); get a new one"
        )
    }
}
