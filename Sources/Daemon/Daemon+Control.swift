import ClockDiscipline
import Linux
import Monitoring
import NTPEngine
import NTPTime
import RTCDevice
import RTCReference

/// `tickover`'s requests.
extension Daemon {
    func answer(_ asked: ControlServer.Request) {
        let connection = asked.connection
        let now = clock.read()
        guard !asked.request.isPrivileged || mayChange(connection) else {
            control.answer(connection, .failed(reason: "only root and the daemon's own user may do this"))
            return
        }
        switch asked.request {
        case .status(let format):
            let report = statusReport(at: now)
            control.answer(connection, .done(rendered(report.text, report.json, as: format)))
        case .sources(let format):
            let report = SourcesReport(of: engine, at: now)
            control.answer(connection, .done(rendered(report.text, report.json, as: format)))
        case .waitSync(let format): control.keep(connection, waitingFor: .sync, format)
        case .readRTC(let view, let format):
            guard rtc?.submit(.snapshot(converting: view.isConverting)) == true else {
                control.answer(
                    connection,
                    .failed(reason: rtc == nil ? "no RTC is configured" : "the I2C bus does not answer")
                )
                return
            }
            control.waitingForRead.append((connection, view, format))
        case .setRTC(let date, let format):
            if let reason = engine.setRTC(to: date, at: now) {
                control.answer(connection, .failed(reason: reason))
                return
            }
            control.keep(connection, waitingFor: .write, format)
        case .trimRTC(let trim, let format):
            if let reason = engine.trimRTC(to: trim, at: now) {
                control.answer(connection, .failed(reason: reason))
                return
            }
            guard trim != nil else {
                control.answer(connection, .done(RTCTrimReport.automatic(as: format)))
                return
            }
            control.keep(connection, waitingFor: .trim, format)
        }
    }

    private func mayChange(_ connection: ControlConnection) -> Bool {
        guard let user = connection.peer?.user else { return false }
        return user == 0 || user == Host.userID
    }

    /// An error that is larger counts as not knowing the time. A chip that was never compared with UTC is beyond it.
    private static let synchronisedBound = NTPDuration.seconds(1)

    func answerWaitingForSync() {
        guard control.isAnyone(waitingFor: .sync) else { return }
        let report = statusReport(at: clock.read())
        guard report.state != .unsynchronised, report.rootDistance < Self.synchronisedBound else { return }
        control.answerAll(waitingFor: .sync) { .done(rendered(report.text, report.json, as: $0)) }
    }

    func answerWaitingReads(_ snapshot: Result<RTCSnapshot, RTCTrouble>) {
        guard !control.waitingForRead.isEmpty, let model = engine.rtc?.model else { return }
        let (connection, view, format) = control.waitingForRead.removeFirst()
        let now = clock.read()
        switch snapshot {
        case .success(let snapshot):
            let report = RTCReport(
                snapshot,
                name: rtcName,
                model: model,
                refusal: engine.rtc?.refusal,
                systemClock: now,
                systemClockError: engine.served.reference?.rootDistance(at: now.monotonic)
            )
            control.answer(connection, report.response(to: view, as: format))
        case .failure(let failure): control.answer(connection, .failed(reason: failure.description))
        }
    }

    /// Those who wait for a write or for a trim, each as it is over.
    func answerWaitingWrites(_ answer: RTCAnswer) {
        switch answer {
        case .sample, .failed(.sample, _, _), .timeless: break
        case .written(let report):
            let report = RTCWriteReport(report)
            control.answerAll(waitingFor: .write) { .done(rendered(report.text, report.json, as: $0)) }
        case .failed(.write, let trouble, _):
            control.answerAll(waitingFor: .write) { _ in .failed(reason: trouble.description) }
        case .trimmed(let report):
            control.answerAll(waitingFor: .trim) { .done(RTCTrimReport(report).rendered(as: $0)) }
        case .failed(.trim, let trouble, _):
            control.answerAll(waitingFor: .trim) { _ in .failed(reason: trouble.description) }
        }
    }
}
