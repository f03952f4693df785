import NTPTime

/// What `tickover` asks of the daemon over its control socket: one line.
package enum ControlRequest: Equatable, Sendable {
    case status(ReportFormat)
    case sources(ReportFormat)
    /// Answered with the status once the time is known.
    case waitSync(ReportFormat)
    case readRTC(ReportFormat)
    /// nil sets the chip to the disciplined clock.
    case setRTC(NTPDate?, ReportFormat)

    package var line: String {
        switch self {
        case .status(let format): "status \(format.rawValue)"
        case .sources(let format): "sources \(format.rawValue)"
        case .waitSync(let format): "wait-sync \(format.rawValue)"
        case .readRTC(let format): "rtc-read \(format.rawValue)"
        case .setRTC(nil, let format): "rtc-set \(format.rawValue)"
        case .setRTC(let date?, let format): "rtc-set \(format.rawValue) \(date.iso8601(decimals: 9))"
        }
    }

    /// Reads a line; nil if it is no request.
    package init?(line: String) {
        let words = line.split { $0 == " " || $0 == "\n" || $0 == "\r" }
        guard words.count >= 2, let format = ReportFormat(rawValue: String(words[1])) else { return nil }
        switch (words[0], words.count) {
        case ("status", 2): self = .status(format)
        case ("sources", 2): self = .sources(format)
        case ("wait-sync", 2): self = .waitSync(format)
        case ("rtc-read", 2): self = .readRTC(format)
        case ("rtc-set", 2): self = .setRTC(nil, format)
        case ("rtc-set", 3):
            guard let date = NTPDate(iso8601: String(words[2])) else { return nil }
            self = .setRTC(date, format)
        default: return nil
        }
    }

    /// Whether it changes anything, so that not everybody may ask for it.
    package var isPrivileged: Bool {
        if case .setRTC = self { return true }
        return false
    }
}

package enum ReportFormat: String, Sendable {
    case text
    case json
}

/// The daemon's answer: a first line that says whether it could be done, then what is to be shown.
package enum ControlResponse: Equatable, Sendable {
    case done(String)
    case failed(reason: String)

    package var text: String {
        switch self {
        case .done(let output): "ok\n\(output)"
        case .failed(let reason): "failed\n\(reason)"
        }
    }

    /// nil if `text` is no answer, or was cut off before the end of its first line.
    package init?(text: String) {
        guard let end = text.utf8.firstIndex(of: 0x0a) else { return nil }
        let rest = String(text[text.utf8.index(after: end)...])
        switch text[..<end] {
        case "ok": self = .done(rest)
        case "failed": self = .failed(reason: rest)
        default: return nil
        }
    }
}
