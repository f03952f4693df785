import NTPTime
import NTPWire
import NetworkAddress

/// Variables with what they are called for people: `ntpq -c sysinfo` and the like.
package struct VariableReport: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        /// As it was sent.
        case plain
        /// With a name, where names are wanted.
        case address
        case date
        case leap
        case mode
        /// Seconds.
        case period
    }

    struct Row: Equatable, Sendable {
        let name: String
        let legend: String
        let kind: Kind

        init(_ name: String, _ legend: String, _ kind: Kind = .plain) {
            self.name = name
            self.legend = legend
            self.kind = kind
        }
    }

    let rows: [Row]
    /// Whether the status word stands above.
    let showsStatus: Bool

    private init(showsStatus: Bool = false, _ rows: [Row]) {
        self.rows = rows
        self.showsStatus = showsStatus
    }

    package static let system = VariableReport(
        showsStatus: true,
        [
            Row("peeradr", "system peer:      ", .address), Row("peermode", "system peer mode: ", .mode),
            Row("leap", "leap indicator:   ", .leap), Row("stratum", "stratum:          "),
            Row("precision", "log2 precision:   "), Row("rootdelay", "root delay:       "),
            Row("rootdisp", "root dispersion:  "), Row("rootdist", "root distance:    "),
            Row("refid", "reference ID:     "), Row("reftime", "reference time:   ", .date),
            Row("sys_jitter", "system jitter:    "), Row("clk_jitter", "clock jitter:     "),
            Row("clk_wander", "clock wander:     "), Row("authdelay", "symm. auth. delay:"),
        ]
    )

    package static let kernel = VariableReport(
        showsStatus: true,
        [
            Row("koffset", "pll offset:          "), Row("kfreq", "pll frequency:       "),
            Row("kmaxerr", "maximum error:       "), Row("kesterr", "estimated error:     "),
            Row("kstflags", "kernel status:       "), Row("ktimeconst", "pll time constant:   "),
            Row("kprecis", "precision:           "), Row("kfreqtol", "frequency tolerance: "),
            Row("kppsfreq", "pps frequency:       "), Row("kppsstab", "pps stability:       "),
            Row("kppsjitter", "pps jitter:          "), Row("kppscalibdur", "calibration interval:"),
            Row("kppscalibs", "calibration cycles:  "), Row("kppsjitexc", "jitter exceeded:     "),
            Row("kppsstbexc", "stability exceeded:  "), Row("kppscaliberrs", "calibration errors:  "),
        ]
    )

    package static let statistics = VariableReport([
        Row("ss_uptime", "uptime:               ", .period), Row("ss_numctlreq", "control requests:     "),
        Row("ss_reset", "sysstats reset:       ", .period), Row("ss_received", "packets received:     "),
        Row("ss_thisver", "current version:      "), Row("ss_oldver", "older version:        "),
        Row("ss_ver1", "NTPv1 total:          "), Row("ss_ver1client", "NTPv1 clients:        "),
        Row("ss_ver1zero", "NTPv1 mode0:          "), Row("ss_ver1symm", "NTPv1 symm act:       "),
        Row("ss_badformat", "bad length or format: "), Row("ss_badauth", "authentication failed:"),
        Row("ss_declined", "declined:             "), Row("ss_restricted", "restricted:           "),
        Row("ss_limited", "rate limited:         "), Row("ss_kodsent", "KoD responses:        "),
        Row("ss_processed", "processed for time:   "),
    ])

    package static let clients = VariableReport([
        Row("mru_enabled", "enabled:              "), Row("mru_depth", "addresses in use:     "),
        Row("mru_deepest", "peak addresses:       "), Row("mru_maxdepth", "maximum addresses:    "),
        Row("mru_mindepth", "reclaim above count:  "), Row("mru_maxage", "reclaim maxage:       ", .period),
        Row("mru_minage", "reclaim minage:       ", .period), Row("mru_mem", "kilobytes:            "),
        Row("mru_maxmem", "maximum kilobytes:    "), Row("mru_exists", "alloc: exists:        "),
        Row("mru_new", "alloc: new:           "), Row("mru_recycleold", "alloc: recycle old:   "),
        Row("mru_recyclefull", "alloc: recycle full:  "), Row("mru_none", "alloc: none:          "),
        Row("mru_oldest_age", "age of oldest slot:   ", .period),
    ])

    static let peer = VariableReport(
        showsStatus: true,
        [
            Row("srcadr", "remote host:          ", .address), Row("dstadr", "local address:        ", .address),
            Row("timerec", "time last received:   ", .period), Row("timer", "time until next send: ", .period),
            Row("timereach", "reachability change:  "), Row("sent", "packets sent:         "),
            Row("received", "packets received:     "), Row("badauth", "bad authentication:   "),
            Row("bogusorg", "bogus origin:         "), Row("oldpkt", "duplicate:            "),
            Row("seldisp", "bad dispersion:       "), Row("selbroken", "bad reference time:   "),
            Row("candidate", "candidate order:      "),
        ]
    )

    /// One line.
    ///
    /// - Parameter value: as it was sent, or the name of an address.
    static func line(_ row: Row, _ value: String, near now: NTPDate) -> String {
        let text =
            switch row.kind {
            case .plain, .address: value
            case .date: dateText(value, near: now)
            case .leap: leapText(value)
            case .mode: modeName(value)
            case .period: wholeNumber(value).map { periodText(seconds: $0) } ?? value
            }
        return "\(row.legend) \(text.right(13))\n"
    }

    private static func modeName(_ value: String) -> String {
        let names = [
            "unspec", "sym_active", "sym_passive", "client", "server", "broadcast", "control", "private", "bclient",
        ]
        guard let mode = Int(value), names.indices.contains(mode) else { return "mode#\(value)" }
        return names[mode]
    }
}
