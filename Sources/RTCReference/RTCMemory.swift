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
    /// The first time that a chip showed which was never compared with UTC.
    package internal(set) var unknownSince: NTPDate?
    /// Somebody has set the trim register, and wants it left at that.
    package internal(set) var isTrimmedByHand = false

    package init(of kind: RTCKind, assumedError: NTPDuration) { model = RTCModel(of: kind, assumedError: assumedError) }

    /// What the chip is ahead of UTC by at `sample`, and the bound on that but for the edge's own and half of the learned
    /// root delay.
    func prediction(at sample: EdgeSample) -> (offset: NTPDuration, bound: NTPDuration) {
        let prediction = model.predict(at: sample.chipTime, temperature: sample.temperature)
        let bound = prediction.uncertainty + learnedDispersion + doubt + unknownDrift(at: sample.chipTime)
        return (prediction.offset, bound)
    }

    /// What a chip that was never compared with UTC may have gained since it was first seen.
    private func unknownDrift(at date: NTPDate) -> NTPDuration {
        guard !model.hasHistory, let unknownSince else { return .zero }
        return model.driftUncertainty * (date - unknownSince).magnitude * TimeReference.boundFactor
    }

    /// Takes over the bound of what the chip was compared with at `moment`, as far as it has moved what is known of the chip:
    /// at once if it is larger, also if the comparison is not believed, and by the offset's gain if it is smaller.
    mutating func learn(from reference: TimeReference, at moment: MonotonicTime, gain: Double = 1) {
        let (delay, dispersion) = (reference.rootDelay, reference.rootDispersion(at: moment))
        learnedDelay = max(delay, learnedDelay + (delay - learnedDelay) * gain)
        learnedDispersion = max(dispersion, learnedDispersion + (dispersion - learnedDispersion) * gain)
        if model.hasHistory { unknownSince = nil }
    }
}

// MARK: - Text

extension RTCMemory {
    /// One line of its own, then the model's: `reference` root delay (s) root dispersion (s) who sets the trim register,
    /// doubt (s), and since when the chip is known if it was never compared.
    package var text: String {
        let trimming = isTrimmedByHand ? Self.byHand : Self.automatic
        let since = unknownSince.map { " " + $0.iso8601(decimals: 0) } ?? ""
        return "reference \(learnedDelay.seconds) \(learnedDispersion.seconds) \(trimming) \(doubt.seconds)\(since)\n"
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
        guard (4...6).contains(fields.count), fields[0] == "reference", let delay = Self.bound(fields[1]),
            let dispersion = Self.bound(fields[2]), fields[3] == Self.byHand || fields[3] == Self.automatic,
            let doubt = fields.count > 4 ? Self.bound(fields[4]) : .zero
        else { return nil }
        if fields.count > 5 {
            guard let date = NTPDate(iso8601: String(fields[5])) else { return nil }
            unknownSince = date
        }
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
