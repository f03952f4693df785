import ClockDiscipline
import HAL
import NTPTime

/// What is kept of a chip across restarts and power cuts: what was learned of it, and what is known against it.
package struct RTCMemory: Equatable, Sendable {
    package internal(set) var model: RTCModel
    /// Root delay and dispersion of the reference that the chip was last compared with or set to. They stay in whatever the
    /// chip says later.
    var learnedDelay = NTPDuration.zero
    var learnedDispersion = NTPDuration.zero
    /// Bound on what the chip may be wrong by as it, or who taught it, has contradicted itself since then.
    package internal(set) var doubt = NTPDuration.zero
    /// Somebody has set the trim register, and wants it left at that.
    package internal(set) var isTrimmedByHand = false

    package init(of kind: RTCKind, assumedError: NTPDuration) { model = RTCModel(of: kind, assumedError: assumedError) }

    /// What the chip is ahead of UTC by at `sample`, and the bound on that but for the edge's own and half of the learned
    /// root delay.
    func prediction(at sample: EdgeSample) -> (offset: NTPDuration, bound: NTPDuration) {
        let prediction = model.predict(at: sample.chipTime, temperature: sample.temperature)
        return (prediction.offset, prediction.uncertainty + learnedDispersion + doubt)
    }

    /// Takes over the bound of what the chip was compared with at `moment`.
    mutating func learn(from reference: TimeReference, at moment: MonotonicTime) {
        learnedDelay = reference.rootDelay
        learnedDispersion = reference.rootDispersion(at: moment)
    }
}

// MARK: - Text

extension RTCMemory {
    /// One line of its own, then the model's: `reference` root delay (s) root dispersion (s) who sets the trim register,
    /// doubt (s).
    package var text: String {
        let trimming = isTrimmedByHand ? Self.byHand : Self.automatic
        return "reference \(learnedDelay.seconds) \(learnedDispersion.seconds) \(trimming) \(doubt.seconds)\n"
            + model.serialised()
    }

    private static let byHand = "trimmed-by-hand"
    private static let automatic = "trimmed"

    /// nil unless every field is there and sane, and of a chip of this kind. The doubt is not there in files of before it was kept.
    package init?(parsing text: String, of kind: RTCKind, assumedError: NTPDuration) {
        let parts = text.split(separator: "\n", maxSplits: 1)
        guard parts.count == 2,
            let model = RTCModel(parsing: String(parts[1]), of: kind, assumedError: assumedError)
        else { return nil }
        let fields = parts[0].split(separator: " ")
        guard (4...5).contains(fields.count), fields[0] == "reference", let delay = Self.bound(fields[1]),
            let dispersion = Self.bound(fields[2]), fields[3] == Self.byHand || fields[3] == Self.automatic,
            let doubt = fields.count == 5 ? Self.bound(fields[4]) : .zero
        else { return nil }
        self.model = model
        learnedDelay = delay
        learnedDispersion = dispersion
        isTrimmedByHand = fields[3] == Self.byHand
        self.doubt = doubt
    }

    private static func bound(_ field: Substring) -> NTPDuration? {
        guard let seconds = Double(String(field)), (0...3e9).contains(seconds) else { return nil }
        return .seconds(seconds)
    }
}
