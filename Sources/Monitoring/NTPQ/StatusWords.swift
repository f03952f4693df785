/// The status words of control messages in ntpq's words (RFC 9327 section 3).
struct StatusWord: Sendable {
    let bits: UInt16

    private var eventCount: Int { Int(bits >> 4 & 0xf) }
    private var event: Int { Int(bits & 0xf) }

    private var countedEvents: String {
        switch eventCount {
        case 0: "no events"
        case 1: "1 event"
        default: "\(eventCount) events"
        }
    }

    // MARK: System

    /// Leap indicator, source, events.
    var system: String {
        let leap = ["leap_none", "leap_add_sec", "leap_del_sec", "leap_alarm"][Int(bits >> 14)]
        let source = Self.name(
            Int(bits >> 8 & 0x3f),
            of: [
                "unspec", "pps", "lf_radio", "hf_radio", "uhf_radio", "local", "ntp", "other", "wristwatch",
                "telephone",
            ]
        )
        return "\(leap), sync_\(source), \(countedEvents), \(Self.systemEvents[event])"
    }

    private static let systemEvents = [
        "unspecified", "freq_not_set", "freq_set", "spike_detect", "freq_mode", "clock_sync", "restart", "panic_stop",
        "no_sys_peer", "leap_armed", "leap_disarmed", "leap_event", "clock_step", "kern", "TAI",
        "stale_leapsecond_values",
    ]

    // MARK: Peer

    var isConfigured: Bool { bits & 0x8000 != 0 }
    var isReachable: Bool { bits & 0x1000 != 0 }
    private var isBroadcast: Bool { bits & 0x0800 != 0 }
    private var selection: Int { Int(bits >> 8 & 7) }

    /// The tally code in front of a peer.
    var tally: String { [" ", "x", ".", "-", "+", "#", "*", "o"][selection] }

    private var condition: String {
        ["reject", "falsetick", "excess", "outlier", "candidate", "backup", "sys.peer", "pps.peer"][selection]
    }

    private var peerEvent: String {
        Self.name(
            event,
            of: [
                "", "mobilize", "demobilize", "unreachable", "reachable", "restart", "no_reply", "rate_exceeded",
                "access_denied", "leap_armed", "sys_peer", "clock_event", "bad_auth", "popcorn",
            ],
            otherwise: "_"
        )
    }

    /// Flags, selection, events.
    var peer: String {
        let flags: [(UInt16, String)] = [
            (0x8000, "conf"), (0x4000, "authenb"), (0x2000, "auth"), (0x1000, "reach"), (0x0800, "bcast"),
        ]
        let names = flags.filter { bits & $0.0 != 0 }.map { $0.1 }
        let event = peerEvent.isEmpty ? "" : ", \(peerEvent)"
        return "\(names.joined(separator: ", ")), sel_\(condition), \(countedEvents)\(event)"
    }

    /// The columns of the list of associations after the status.
    var associationColumns: String {
        let configured = isConfigured ? "yes" : "no"
        let reachable = isBroadcast ? "none" : isReachable ? "yes" : "no"
        let authentic = bits & 0x4000 == 0 ? "none" : bits & 0x2000 != 0 ? "ok " : "bad"
        return "   \(configured.right(3))  \(reachable.right(4))  \(authentic.right(4)) \(condition.cut(9).right(9))"
            + " \(peerEvent.right(11)) \("\(eventCount)".right(2))"
    }

    // MARK: Clock

    /// Events, state.
    var clock: String {
        let state = Self.name(
            event,
            of: ["unspec", "no_reply", "bad_format", "fault", "bad_signal", "bad_date", "bad_time"]
        )
        return "\(countedEvents), clk_\(state)"
    }

    /// The number itself, after `otherwise`, where there is no name.
    private static func name(_ number: Int, of names: [String], otherwise: String = "") -> String {
        number < names.count ? names[number] : "\(otherwise)\(number)"
    }
}
