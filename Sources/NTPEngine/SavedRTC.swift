import NTPTime
import RTCReference

/// What is kept of the RTC across restarts and power cuts: one line of ours, then the model's.
package struct SavedRTC {
    package var model: RTCModel
    var learnedDelay: NTPDuration
    var learnedDispersion: NTPDuration
    /// Somebody has set the aging register, and wants it left at that.
    package var isTrimmedByHand: Bool

    /// `reference` root delay (s) root dispersion (s) who sets the aging register.
    package var text: String {
        "reference \(learnedDelay.seconds) \(learnedDispersion.seconds) \(isTrimmedByHand ? Self.byHand : Self.automatic)\n"
            + model.serialised()
    }

    fileprivate static let byHand = "trimmed-by-hand"
    fileprivate static let automatic = "trimmed"
}

extension SavedRTC {
    /// nil unless every field is there and sane.
    package init?(parsing text: String) {
        let parts = text.split(separator: "\n", maxSplits: 1)
        guard parts.count == 2, let model = RTCModel(parsing: String(parts[1])) else { return nil }
        let fields = parts[0].split(separator: " ")
        guard fields.count == 4, fields[0] == "reference", let delay = Double(String(fields[1])),
            let dispersion = Double(String(fields[2])), (0..<65_536).contains(delay), (0..<65_536).contains(dispersion),
            fields[3] == Self.byHand || fields[3] == Self.automatic
        else { return nil }
        self.model = model
        learnedDelay = .seconds(delay)
        learnedDispersion = .seconds(dispersion)
        isTrimmedByHand = fields[3] == Self.byHand
    }
}
