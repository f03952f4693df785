/// Words that ntpd and NTPsec know and Tickover does nothing with.
enum Keywords {
    static let unsupportedDirectives: Set<String> = [
        "automax", "broadcast", "broadcastclient", "broadcastdelay", "calldelay", "controlkey", "crypto", "ctl",
        "disable",
        "dscp", "enable", "end", "extra", "filegen", "keysdir", "leapfile", "leapsmearinterval",
        "limit",
        "logconfig", "manycastclient", "manycastserver", "mdnstries", "multicastclient", "nts", "ntpsigndsocket",
        "phone", "requestkey", "reset", "revoke", "rlimit", "saveconfigdir", "setvar", "simulate", "statistics",
        "statsdir",
        "tick", "tos", "trap", "ttl", "unconfig", "unpeer",
    ]

    static let unsupportedTinkers: Set<String> = [
        "allan", "dispersion", "freq", "huffpuff", "max", "stepback", "stepfwd", "stepout", "tick",
    ]

    /// Options of `server` without an argument.
    static let unsupportedServerOptions: Set<String> = ["dynamic", "preempt", "true", "xleave"]

    /// Options of `server` with one argument.
    static let unsupportedServerValues: Set<String> = ["bias", "mode", "ttl"]

    /// Flags of `restrict` that deny what Tickover offers to nobody.
    static let silentRestrictions: Set<String> = [
        "epeer", "flake", "lowpriotrap", "mssntp", "noepeer", "nomodify", "nopeer", "notrap",
    ]
}
