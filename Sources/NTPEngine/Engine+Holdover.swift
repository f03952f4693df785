import ClockDiscipline
import NTPTime
import NTPWire

/// What is served without servers, and for how long.
package struct HoldoverLimits: Equatable, Sendable {
    /// Served while the RTC keeps the time, as chrony's and ntpd's convention for a local reference: no client prefers it
    /// to a synchronised server.
    package var stratum: UInt8
    /// Holdover ends when the bound exceeds this; at most 16 s, where RFC 5905 ends.
    package var distance: NTPDuration
    /// Or when it has lasted so long; nil for ever.
    package var duration: NTPDuration?

    package init(
        stratum: UInt8 = 10,
        distance: NTPDuration = ReplyCheck.maximumDistance,
        duration: NTPDuration? = nil
    ) {
        self.stratum = stratum
        self.distance = distance
        self.duration = duration
    }
}

/// The way into holdover, and out of it to nothing.
extension Engine {
    /// No upstream server can be used any more.
    mutating func enterHoldover(at now: ClockReading) {
        state = .holdover
        holdoverSince = now.monotonic
        systemPeer = nil
        truechimers = []
        guard rtc?.isUsable(at: now.monotonic) == true else {
            log(.warning, "no upstream server can be used; holdover by the oscillator's last frequency")
            return
        }
        log(.warning, "no upstream server can be used; holdover by the RTC")
        serveAsRTC()
    }

    /// Marks the served time as kept by the RTC.
    mutating func serveAsRTC() {
        if state == .holdover, served.referenceID != .rtc, served.reference != nil {
            log(.notice, "holdover by the RTC")
        }
        served.stratum = configuration.holdover.stratum
        served.referenceID = .rtc
        serveLeapSecond()
    }

    /// When holdover ends whatever the bound is.
    var holdoverEnd: MonotonicTime {
        guard state == .holdover, let since = holdoverSince, let duration = configuration.holdover.duration else {
            return .distantFuture
        }
        return since + duration
    }

    /// Serves no more than can be vouched for, or is wanted.
    mutating func checkHoldoverLimit(at now: ClockReading) {
        guard state == .holdover else { return }
        let limit = configuration.holdover.distance
        if served.rootDistance(at: now) >= limit {
            giveUp("the time is no better than \(fixed(limit.seconds, 3)) s now", at: now)
        } else if now.monotonic >= holdoverEnd {
            isHoldoverOver = true
            giveUp("holdover has lasted as long as is allowed", at: now)
        }
    }

    private mutating func giveUp(_ reason: String, at now: ClockReading) {
        if let lastResort = configuration.lastResort {
            holdoverSince = nil
            return serve(lastResort, at: now)
        }
        log(.error, "\(reason); clients are told that it is not synchronised")
        state = .unsynchronised
        holdoverSince = nil
        endSlew()
        served = .unsynchronised(precision: configuration.precision)
        actions.append(
            .publish(ClockStatus(leap: .unsynchronised, estimatedError: .seconds(16), maximumError: .seconds(16)))
        )
    }
}
