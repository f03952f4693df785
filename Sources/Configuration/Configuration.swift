import NTPTime
import NetworkAddress

/// What a configuration file says, and no more: where it is silent, the fields hold the documented default or nil.
package struct Configuration: Equatable, Sendable {
    /// `server`, `pool` and `peer` lines in order.
    package var servers: [ServerDirective] = []
    /// `broadcast` lines in order.
    package var broadcasts: [BroadcastDirective] = []
    /// `driftfile`; nil keeps the frequency with the other state only.
    package var driftFile: String?
    /// `restrict` lines, merged as ntpd merges them, in the order of their first mention.
    ///
    /// Empty when nothing was written: then everybody may ask for the time and only this machine may send queries.
    package var restrictions: [Restriction] = []
    /// `restrict` lines with names, merged likewise.
    package var restrictedHosts: [HostRestriction] = []
    /// `restrict source`: what holds for the addresses of configured servers; nil when not written.
    package var restrictSource: RestrictionFlags?
    /// `discard`.
    package var rateLimit = RateLimitDirective()
    /// `mru`.
    package var clientList = ClientListDirective()
    /// `keys`: the file of symmetric keys.
    package var keyFile: String?
    /// `trustedkey`: which of them are used.
    package var trustedKeys: [ClosedRange<UInt32>] = []
    /// `interface` and `nic` lines; the last one that matches an address decides. Without a match, listen.
    package var interfaceRules: [InterfaceRule] = []
    /// `rtc`.
    package var rtc: RTCDirective = .automatic
    /// `rtc ... notrim` leaves the chip's trim register alone.
    package var trimsRTC = true
    /// `rtc ... assumed`: bound on the error of a chip that was never compared with UTC.
    package var assumedRTCError = NTPDuration.seconds(1)
    /// `thermometer`.
    package var thermometer: ThermometerDirective = .automatic
    /// `holdover`.
    package var holdover = HoldoverDirective()
    /// `clock`.
    package var clock: ClockDirective = .automatic
    /// `port`: the UDP port served.
    package var port: UInt16 = 123
    /// `threads`: how many answer requests beside the main one; nil leaves one processor to that.
    package var threads: Int?
    package static let mostThreads = 3
    /// `statedir`: the directory of what the daemon remembers.
    package var stateDirectory: String = "/var/lib/tickover"
    /// The socket in it on which the daemon answers `tickover`.
    package var controlSocket: String { stateDirectory + "/control" }
    /// `tinker panic`: an offset beyond it ends the daemon; nil (written as 0) lets any offset pass.
    package var panicThreshold: NTPDuration? = .seconds(1000)
    /// `tinker step`: an offset beyond it is stepped, not slewed; nil (written as 0) never steps.
    package var stepThreshold: NTPDuration? = .seconds(0.128)
    /// Whether there was a `tinker step`: then not only the first offset is stepped.
    package var stepsLater = false
    /// Whether a later offset beyond `panicThreshold`, too, ends the daemon, as ntpd's does.
    package var panicsLater = false
    /// `logfile`; nil logs to standard error or syslog.
    package var logFile: String?
    /// `logconfig`.
    package var logDetail: LogDetail = .events
    /// `pidfile`.
    package var pidFile: String?
    /// `statsdir`, `statistics`, `filegen`.
    package var statistics = StatisticsDirective()
    /// `tos`.
    package var selection = SelectionDirective()
    /// `server 127.127.1.0`, `tos orphan`.
    package var lastResort = LastResortDirective()
    /// `leapfile`.
    package var leapFile: LeapFile?
    /// `leapsmearinterval`: over which a leap second is spread for clients; nil (written as 0) announces it to them.
    package var leapSmearInterval: NTPDuration?
    /// Not after `disable ntp`: then `clock` says which clock is left to itself.
    package var disciplinesClock = true

    package init() {}
}

/// The clock that is served and steered.
package enum ClockDirective: Hashable, Sendable {
    /// The kernel's if the process may set it, otherwise the virtual one.
    case automatic
    /// `CLOCK_REALTIME`.
    case kernel
    /// A clock of the daemon's own; the machine's is left alone.
    case virtual
}
