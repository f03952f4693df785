import ClockDiscipline
import NTPEngine
import NTPTime
import NTPWire

/// `ntpq -c rv` and `ntpq -c sysinfo`, in ntpd's order.
enum SystemVariables {
    typealias System = Variable<QueryView>

    static let all = time + kernel + statistics + clients

    private static let time: [System] = [
        System("version") { quoted("tickoverd \($0.host.version)") },
        System("processor") { quoted($0.host.processor) },
        System("system") { quoted($0.host.system) },
        .whole("leap") { $0.served.leap.rawValue },
        .whole("stratum") { $0.served.stratum == 0 ? 16 : $0.served.stratum },
        .whole("precision") { $0.served.precision },
        .milliseconds("rootdelay") { $0.served.rootDelay },
        .milliseconds("rootdisp") { $0.served.rootDispersion(at: $0.now) },
        .milliseconds("rootdist") { $0.served.rootDistance(at: $0.now) },
        System("refid") { SourcesReport.text(of: $0.served.referenceID, stratum: $0.served.stratum) },
        .timestamp("reftime") { $0.served.reference == nil ? .zero : $0.served.referenceDate.timestamp },
        .whole("peer") { $0.systemPeer?.id ?? 0 },
        .whole("tc") { $0.systemPeer?.hostPoll.log2Seconds ?? 0 },
        .whole("mintc") { _ in PollExponent.range.lowerBound.log2Seconds },
        .milliseconds("offset") { $0.served.reference?.estimate.offset(of: $0.now) ?? .zero },
        .ppm("frequency") { $0.served.reference?.estimate.frequency ?? .zero },
        .milliseconds("sys_jitter") { $0.systemPeer?.jitter ?? .zero },
        .milliseconds("clk_jitter") { $0.served.reference?.estimate.phaseError ?? .zero },
        .timestamp("clock") { $0.now.date.timestamp },
        .ppm("clk_wander") { $0.served.reference?.estimate.frequencyError ?? .zero },
        System("peeradr", isListed: false) { $0.systemPeer?.socketAddress ?? "0.0.0.0:0" },
        .whole("peermode", isListed: false) { ($0.systemPeer == nil ? NTPMode.reserved : .client).rawValue },
        .milliseconds("authdelay", isListed: false) { _ in .zero },
    ]

    /// `ntpq -c kerninfo`: what the kernel is told of its clock; as from an ntpd that does not steer it, nothing where
    /// another clock is served. It has no part in the discipline, and no PPS.
    private static let kernel: [System] =
        [
            .milliseconds("koffset", isListed: false) { _ in .zero },
            .ppm("kfreq", isListed: false) { $0.kernelEstimate?.frequency ?? .zero },
            .milliseconds("kmaxerr", isListed: false) {
                $0.kernelEstimate == nil ? .zero : $0.served.rootDistance(at: $0.now)
            },
            .milliseconds("kesterr", isListed: false) {
                $0.kernelEstimate?.phaseError(at: $0.now.monotonic) ?? .zero
            },
            System("kstflags", isListed: false) { quoted($0.kernelEstimate == nil ? "unsync" : "nano") },
            .whole("ktimeconst", isListed: false) { _ in 0 },
            .milliseconds("kprecis", isListed: false) { PollExponent($0.served.precision).interval },
            .ppm("kfreqtol", isListed: false) { _ in .ppm(500) },
        ]
        + [
            "kppsfreq", "kppsstab", "kppsjitter", "kppscalibdur", "kppscalibs", "kppsjitexc", "kppsstbexc",
            "kppscaliberrs",
        ].map { .whole($0, isListed: false) { _ in 0 } }

    /// `ntpq -c sysstats`. Nothing resets the counters, so those with `_r`, since the last reset, are the same.
    private static let statistics: [System] = ["", "_r"].flatMap { suffix in
        let counters: [(String, @Sendable (ServerCounters) -> UInt64)] = [
            ("ss_received", { $0.received }), ("ss_thisver", { $0.presentVersion }),
            ("ss_oldver", { $0.olderVersion }),
            ("ss_ver1", { $0.version1Client + $0.version1Symmetric + $0.version1Reserved }),
            ("ss_ver1client", { $0.version1Client }), ("ss_ver1zero", { $0.version1Reserved }),
            ("ss_ver1symm", { $0.version1Symmetric }), ("ss_badformat", { $0.malformed }),
            ("ss_badauth", { $0.forged }),
            ("ss_declined", { _ in 0 }), ("ss_restricted", { $0.restricted }), ("ss_limited", { $0.limited }),
            ("ss_kodsent", { $0.kisses }),
            ("ss_processed", { $0.served }),
        ]
        let times = ["ss_uptime", "ss_reset"].map { name in
            System.whole(name + suffix, isListed: false) { $0.uptime.units >> 32 }
        }
        return times + [.whole("ss_numctlreq" + suffix, isListed: false) { $0.queries }]
            + counters.map { counter in
                .whole(counter.0 + suffix, isListed: false) { counter.1($0.counters) }
            }
    }

    /// `ntpq -c monstats`.
    private static let clients: [System] = [
        .whole("mru_enabled", isListed: false) { _ in 1 },
        .whole("mru_depth", isListed: false) { $0.clients.count },
        .whole("mru_deepest", isListed: false) { $0.clients.count },
        .whole("mru_maxdepth", isListed: false) { $0.clients.maximumCount },
        .whole("mru_mindepth", isListed: false) { $0.clients.minimumCount },
        .whole("mru_maxage", isListed: false) { $0.clients.maximumAge.units >> 32 },
        .whole("mru_mem", isListed: false) { $0.clients.count.kibibytes },
        .whole("mru_maxmem", isListed: false) { $0.clients.maximumCount.kibibytes },
    ]
}

extension Int {
    /// Of so many records of clients.
    fileprivate var kibibytes: Int { (self * MemoryLayout<ClientRecord>.stride + 512) / 1_024 }
}

extension QueryView {
    /// The estimate that the kernel's clock follows.
    fileprivate var kernelEstimate: ClockEstimate? {
        host.servesKernelClock ? served.reference?.estimate : nil
    }
}
