/// Directives that only other programs have, by which their configurations are known.
enum ForeignDirectives {
    /// The program whose directive it is; nil for ntpd's, and for what is nobody's.
    static func owner(of keyword: String) -> String? {
        owners.first { $0.directives.contains(keyword) || $0.prefixes.contains { keyword.hasPrefix($0) } }?.name
    }

    private static let owners: [(name: String, directives: [String], prefixes: [String])] = [
        (
            "chrony",
            [
                "acquisitionport", "allow", "bindacqaddress", "bindcmdaddress", "cmdallow", "cmdport", "confdir",
                "combinelimit", "corrtimeratio", "deny", "dumpdir", "hwtimestamp", "initstepslew", "leapsectz", "local",
                "lock_all", "log", "logchange", "makestep", "maxupdateskew", "minsources", "ntsdumpdir", "rtcfile",
                "rtconutc", "rtcsync", "sched_priority", "smoothtime", "sourcedir", "stratumweight",
            ],
            []
        ),
        ("openntpd", ["constraint", "constraints", "listen", "sensor", "servers"], []),
        (
            "systemd-timesyncd", ["[Time]"],
            ["NTP=", "FallbackNTP=", "RootDistanceMaxSec=", "PollIntervalMinSec=", "PollIntervalMaxSec="]
        ),
    ]
}
