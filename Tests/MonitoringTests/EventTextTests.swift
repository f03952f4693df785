import HAL
import NTPTime
import NetworkAddress
import Testing

@testable import Monitoring
@testable import NTPEngine
@testable import RTCReference

@Suite struct `The text of events` {
    private static let server = SocketAddress(address: IPAddress(v4: 0xc000_0201), port: 123)
    private static let leap = LeapSecond(.insertion, before: NTPDate(unixSeconds: 1_798_761_600))

    @Test(
        arguments: [
            (.synchronised(server, stratum: 2), .notice, "synchronised to 192.0.2.1:123, stratum 2"),
            (.systemPeerChanged(server, stratum: 3), .info, "system peer is now 192.0.2.1:123, stratum 3"),
            (.timeLoaded(.rtc, rootDistance: .milliseconds(12)), .notice, "time loaded from the RTC, ±0.012 s"),
            (.holdoverBegun(.clock(.rtc)), .warning, "no upstream server can be used; holdover by the RTC"),
            (
                .holdoverBegun(.oscillator(ServerIdentity(id: 1, referenceID: .init(bits: 1), stratum: 1))), .warning,
                "no upstream server can be used; holdover by the oscillator's last frequency"
            ),
            (.holdoverClock(.rtc), .notice, "holdover by the RTC"),
            (
                .localServed(stratum: 10, rootDistance: .seconds(2)), .warning,
                "the clock is served as it runs, at stratum 10, ±2.0 s and growing"
            ),
            (
                .tooDistant(limit: .seconds(1)), .error,
                "the time is no better than 1.000 s now; clients are told that it is not synchronised"
            ),
            (
                .clockWrong, .error,
                "the clock is wrong since somebody else has set it; clients are told that it is not synchronised"
            ),
            (
                .holdoverOver, .error,
                "holdover has lasted as long as is allowed; clients are told that the clock is not synchronised"
            ),
            (
                .panic(.seconds(-2000), limit: .seconds(1000)), .error,
                "offset -2000.000 s is beyond the panic limit of 1000 s; set the clock, or start with -g"
            ),
            (.stepped(ClockStep(.seconds(-3))), .notice, "clock stepped by -3.000000 s"),
            (
                .displaced(.seconds(100)), .warning,
                "somebody else has set the clock, 100.000 s ahead of where it was; asking the sources"
            ),
            (
                .temperatureFollowed(.ppm(-0.25)), .info,
                "the oscillator follows temperature by -0.250 ppm/°C, which is predicted now"
            ),
            (
                .thermometerFollowed(.ppm(0.18), lag: .seconds(118)), .info,
                "the oscillator follows the processor's temperature by 0.180 ppm/°C, 118 s later, which is predicted now"
            ),
            (
                .thermometerIgnored, .info,
                "the processor's temperature does not predict the oscillator any more"
            ),
            (.thermometerLost, .warning, "the processor's thermometer cannot be read; going on without"),
            (.thermometerFound, .notice, "the processor's thermometer can be read again"),
            (.falseticker(server), .warning, "192.0.2.1:123 disagrees with the majority of servers: a falseticker"),
            (
                .jumped(server), .warning,
                "192.0.2.1:123 has jumped; it is followed again when it has stayed where it is"
            ),
            (
                .contradictsClock(server), .notice,
                "192.0.2.1:123 contradicts the RTC; waiting for other servers to agree with it"
            ),
            (
                .serversMoved(.milliseconds(250)), .warning,
                "the servers are 0.250 s away from where they were; "
                    + "the RTC's bound covers that until it is compared with them"
            ),
            (.answers(server), .info, "192.0.2.1:123 answers"),
            (
                .lost(server, host: "ntp.example"), .info,
                "192.0.2.1:123 does not answer; looking ntp.example up again"
            ),
            (.lookUpFailed("ntp.example: no such host"), .info, "no address yet: ntp.example: no such host"),
            (
                .refused(server, .bogusOrigin, keyID: nil), .debug,
                "192.0.2.1:123: reply refused: bogus origin timestamp"
            ),
            (
                .refused(server, .notAuthentic, keyID: 7), .warning,
                "192.0.2.1:123: reply refused: authentication failed (key 7)"
            ),
            (
                .refused(server, .unsynchronised, keyID: nil), .info,
                "192.0.2.1:123: reply refused: server is not synchronised"
            ),
            (.denied(server, .deny), .warning, "192.0.2.1:123 refuses us (kiss code DENY); it is not asked again"),
            (
                .rateLimited(server, interval: .seconds(128)), .notice,
                "192.0.2.1:123 asks for fewer requests; polling every 128 s"
            ),
            (.leapSecondExpected(leap), .notice, "a leap second will be inserted before 2027-01-01T00:00:00Z"),
            (.leapSecondWithdrawn, .notice, "leap announcement withdrawn"),
            (.leapSecondPassed(leap), .notice, "leap second inserted"),
            (
                .rtcMemoryUnreadable(kind: "DS3231"), .warning,
                "the saved RTC state cannot be read as a DS3231's; learning starts anew"
            ),
            (.rtcSet(set(moved: -7_200)), .notice, "RTC set: moved by -7200 s; now -0.200 ms off, ±0.300 ms"),
            (.rtcSet(set(moved: 0)), .notice, "RTC set: moved by less than 1 s; now -0.200 ms off, ±0.300 ms"),
            (.rtcSet(set(moved: nil)), .notice, "RTC set: now -0.200 ms off, ±0.300 ms"),
            (
                .rtcTrimmed(
                    TrimReport(before: TrimOffset(steps: 0), after: TrimOffset(steps: 15), effective: .zero)
                ), .notice, "RTC trimmed, from 0 to +15"
            ),
            (.rtcTrouble(.unanswered), .warning, "the I2C bus does not answer"),
            (
                .rtcRefused(.halfSet), .warning,
                "RTC: it was being set when the power failed, and may show anything; it is not followed"
            ),
            (
                .rtcMoved(.seconds(2)), .warning,
                "RTC: it is 2.000 s away from where it was; its bound covers that until it is compared with UTC"
            ),
        ] as [(EngineEvent, LogLevel, String)]
    )
    func `says what has happened in one line`(event: EngineEvent, level: LogLevel, text: String) {
        #expect(event.level == level && event.description == text)
    }

    @Test(arguments: ReplyRefusal.allCases) func `is noise if anybody can cause it`(refusal: ReplyRefusal) {
        let noise: [ReplyRefusal] = [.malformed, .wrongMode, .bogusOrigin]
        #expect((EngineEvent.refused(Self.server, refusal, keyID: nil).level == .debug) == noise.contains(refusal))
    }

    @Test func `of each refusal is another`() {
        let texts = Set(ReplyRefusal.allCases.map { $0.description(keyID: nil) })
        #expect(texts.count == ReplyRefusal.allCases.count)
    }

    private static func set(moved: Int64?) -> WriteReport {
        let date = NTPDate(unixSeconds: 1_800_000_000)
        return WriteReport(
            written: date,
            residual: .milliseconds(-0.2),
            uncertainty: .milliseconds(0.3),
            oscillatorHadStopped: false,
            wasOffOnBattery: false,
            edge: EdgeSample(
                edge: .zero,
                uncertainty: .milliseconds(0.3),
                chipTime: date,
                temperature: nil,
                trim: TrimOffset(steps: 0)
            ),
            moved: moved
        )
    }
}
