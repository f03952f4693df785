import NTPTime
import RTCReference

/// What is kept of the RTC across restarts and power cuts: one line of ours, then the model's.
struct SavedRTC {
    var model: RTCModel
    var learnedDelay: NTPDuration
    var learnedDispersion: NTPDuration

    init(model: RTCModel, learnedDelay: NTPDuration, learnedDispersion: NTPDuration) {
        self.model = model
        self.learnedDelay = learnedDelay
        self.learnedDispersion = learnedDispersion
    }

    /// `reference` root delay (s) root dispersion (s).
    var text: String { "reference \(learnedDelay.seconds) \(learnedDispersion.seconds)\n" + model.serialised() }

    /// nil unless every field is there and sane.
    init?(parsing text: String) {
        let parts = text.split(separator: "\n", maxSplits: 1)
        guard parts.count == 2, let model = RTCModel(parsing: String(parts[1])) else { return nil }
        let fields = parts[0].split(separator: " ")
        guard fields.count == 3, fields[0] == "reference", let delay = Double(String(fields[1])),
            let dispersion = Double(String(fields[2])), (0..<65_536).contains(delay), (0..<65_536).contains(dispersion)
        else { return nil }
        self.model = model
        learnedDelay = .seconds(delay)
        learnedDispersion = .seconds(dispersion)
    }
}
