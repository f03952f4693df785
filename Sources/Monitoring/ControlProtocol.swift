import HAL
import NTPTime

/// What `tickover` asks of the daemon over its control socket: one line.
package enum ControlRequest: Equatable, Sendable {
    case status(ReportFormat)
    case sources(ReportFormat)
    /// Answered with the status once the time is known.
    case waitSync(ReportFormat)
    case readRTC(RTCView, ReportFormat)
    /// nil sets the chip to the disciplined clock.
    case setRTC(NTPDate?, ReportFormat)
    /// Sets the trim register for good; nil leaves it to the daemon again.
    case trimRTC(TrimOffset?, ReportFormat)

    package var line: String {
        switch self {
        case .status(let format): "status \(format.rawValue)"
        case .sources(let format): "sources \(format.rawValue)"
        case .waitSync(let format): "wait-sync \(format.rawValue)"
        case .readRTC(let view, let format): "\(view.word) \(format.rawValue)\(view.isConverting ? " convert" : "")"
        case .setRTC(nil, let format): "rtc-set \(format.rawValue)"
        case .setRTC(let date?, let format): "rtc-set \(format.rawValue) \(date.iso8601(decimals: 9))"
        case .trimRTC(nil, let format): "rtc-trim \(format.rawValue) auto"
        case .trimRTC(let trim?, let format): "rtc-trim \(format.rawValue) \(trim.steps)"
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
        case ("rtc-temperature", 3) where words[2] == "convert":
            self = .readRTC(.temperature(converting: true), format)
        case ("rtc-trim", 3) where words[2] == "auto": self = .trimRTC(nil, format)
        case ("rtc-trim", 3):
            guard let steps = Int16(String(words[2])) else { return nil }
            self = .trimRTC(TrimOffset(steps: steps), format)
        case ("rtc-set", 2): self = .setRTC(nil, format)
        case ("rtc-set", 3):
            guard let date = NTPDate(iso8601: String(words[2])) else { return nil }
            self = .setRTC(date, format)
        case (let word, 2):
            guard let view = RTCView(word: String(word)) else { return nil }
            self = .readRTC(view, format)
        default: return nil
        }
    }

    /// Whether it changes anything, so that not everybody may ask for it.
    package var isPrivileged: Bool {
        switch self {
        case .setRTC, .trimRTC: true
        case .readRTC(let view, _): view.isConverting
        case .status, .sources, .waitSync: false
        }
    }
}

extension RTCView {
    fileprivate var word: String {
        switch self {
        case .everything: "rtc-read"
        case .line: "rtc-line"
        case .rate: "rtc-trim"
        case .temperature: "rtc-temperature"
        case .precision: "rtc-calibrate"
        }
    }

    fileprivate init?(word: String) {
        let views: [RTCView] = [.everything, .line, .rate, .temperature(converting: false), .precision]
        guard let view = views.first(where: { $0.word == word }) else { return nil }
        self = view
    }
}

package enum ReportFormat: String, Sendable {
    case text
    case json
}

/// The daemon's answer: a first line that says whether it could be done, then what is to be shown.
package enum ControlResponse: Equatable, Sendable {
    case done(String)
    /// What is to be shown of an RTC whose time is not to be believed.
    case notBelieved(String)
    case failed(reason: String)

    package var text: String {
        switch self {
        case .done(let output): "ok\n\(output)"
        case .notBelieved(let output): "not-believed\n\(output)"
        case .failed(let reason): "failed\n\(reason)"
        }
    }

    /// nil if `text` is no answer, or was cut off before the end of its first line.
    package init?(text: String) {
        guard let end = text.utf8.firstIndex(of: 0x0a) else { return nil }
        let rest = String(text[text.utf8.index(after: end)...])
        switch text[..<end] {
        case "ok": self = .done(rest)
        case "not-believed": self = .notBelieved(rest)
        case "failed": self = .failed(reason: rest)
        default: return nil
        }
    }
}
