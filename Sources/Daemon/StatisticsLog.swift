import Configuration
import Linux
import NTPTime
import ProgramSupport

/// Statistics, written by a thread of their own: a disk that sleeps delays no reply.
final class StatisticsLog {
    private let worker: WorkerThread<Job, LinuxError?>
    private var directive: StatisticsDirective
    private let start: MonotonicTime
    private var complaint: LinuxError?
    /// Which has been remarked on.
    private var isFolderMissing: Bool
    /// Jobs that the thread has not done yet.
    private var pending = 0

    private enum Job: Sendable {
        case line(String, StatisticsKind, NTPDate, uptime: NTPDuration)
        case reopen(StatisticsDirective)
    }

    /// Lines that may wait for the disk; more are left out.
    private static let capacity = 256

    init(_ directive: StatisticsDirective, wake: WakePipe?, mode: WorkerMode, at start: MonotonicTime) {
        self.directive = directive
        self.start = start
        isFolderMissing = directive.isFolderMissing
        let files = StatisticsFiles(directive)
        worker = WorkerThread(capacity: Self.capacity, wake: wake, mode: mode) { job in
            switch job {
            case .reopen(let directive): files.reopen(directive)
            case .line(let line, let kind, let date, let uptime):
                do throws(LinuxError) {
                    try files.write(line, to: kind, at: date, uptime: uptime)
                } catch {
                    return error
                }
            }
            return nil
        }
    }

    /// - Parameter line: asked for only when the kind is wanted; nil for a line that says nothing.
    func write(_ kind: StatisticsKind, at now: ClockReading, _ line: () -> String?) {
        guard directive.file(of: kind) != nil, let line = line() else { return }
        submit(.line(line, kind, now.date, uptime: now.monotonic - start))
    }

    func reopen(_ directive: StatisticsDirective) {
        self.directive = directive
        isFolderMissing = directive.isFolderMissing
        submit(.reopen(directive))
    }

    private func submit(_ job: Job) {
        if worker.submit(job) { pending += 1 }
    }

    /// Waits at the daemon's end for what is still to be written, unless the disk takes too long.
    func flush(_ clock: OscillatorClock) {
        let limit = clock.now + Self.patience
        while pending > 0, clock.now < limit {
            _ = takeComplaint()
            clock.sleep(until: clock.now + .milliseconds(1))
        }
    }

    private static let patience = NTPDuration.seconds(2)

    /// What went wrong since the last call, if it is news.
    func takeComplaint() -> String? {
        var news: String?
        while let outcome = worker.take() {
            pending -= 1
            if let outcome, outcome != complaint, !(isFolderMissing && outcome.isNoSuchFile) { news = outcome.message }
            complaint = outcome
        }
        return news
    }
}

extension StatisticsDirective {
    fileprivate var isFolderMissing: Bool { directory.map { !Host.hasFile($0) } ?? false }
}
