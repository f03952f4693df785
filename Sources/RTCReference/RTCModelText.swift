import NTPTime

/// The model as text: a header with a version, then one `key value` pair per line.
///
/// | key | value |
/// |---|---|
/// | `date` | UTC of the state, whole seconds; `fraction` has the rest in units of 2^-32 s |
/// | `offset` | chip − UTC, s |
/// | `drift` | s/s, positive for a fast chip |
/// | `offset-variance`, `covariance`, `drift-variance` | s², s, 1 |
/// | `observation-bound`, `contradiction` | s |
/// | `written` | UTC of the last write to the chip |
/// | `rewriting` | `yes` from before a write until its success |
extension RTCModel {
    private static let header = "tickover-rtc-model 1"
    /// No model is older or newer.
    private static let dates =
        CivilTime(year: 2000, month: 1, day: 1).date...CivilTime(year: 2200, month: 1, day: 1).date

    package func serialised() -> String {
        var lines = [Self.header]
        if let state {
            lines += [
                "date \(state.date.iso8601(decimals: 0))",
                "fraction \(state.date.fraction)",
                "offset \(state.offset)",
                "drift \(state.drift)",
                "offset-variance \(state.covariance.offset)",
                "covariance \(state.covariance.cross)",
                "drift-variance \(state.covariance.drift)",
                "observation-bound \(state.observationBound)",
                "contradiction \(state.contradiction)",
            ]
        }
        if let lastWrite { lines.append("written \(lastWrite.iso8601(decimals: 0))") }
        if isBeingWritten { lines.append("rewriting yes") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// nil for anything that `serialised` did not write: another version, a key that is missing, unknown or there twice,
    /// a number that is not finite or cannot be.
    package init?(parsing text: String) {
        self.init()
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        guard lines.popFirst() == Self.header[...], lines.popLast() == "" else { return nil }
        var values: [String: String] = [:]
        for line in lines {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 2, values.updateValue(String(words[1]), forKey: String(words[0])) == nil else {
                return nil
            }
        }
        if let rewriting = values.removeValue(forKey: "rewriting") {
            guard rewriting == "yes" else { return nil }
            isBeingWritten = true
        }
        if let written = values.removeValue(forKey: "written") {
            guard let date = NTPDate(iso8601: written), Self.dates.contains(date) else { return nil }
            lastWrite = date
        }
        guard !values.isEmpty else { return }
        guard let state = State(consuming: &values), values.isEmpty, Self.dates.contains(state.date) else { return nil }
        self.state = state
    }
}

extension RTCModel.State {
    /// Takes its keys out of `values`.
    fileprivate init?(consuming values: inout [String: String]) {
        func number(_ key: String, in range: ClosedRange<Double>) -> Double? {
            guard let text = values.removeValue(forKey: key), let value = Double(text), range.contains(value) else {
                return nil
            }
            return value
        }
        guard let date = values.removeValue(forKey: "date").flatMap({ NTPDate(iso8601: $0) }), date.fraction == 0,
            let fraction = values.removeValue(forKey: "fraction").flatMap({ UInt32($0) }),
            let offset = number("offset", in: -3e9...3e9),
            let drift = number("drift", in: -RTCModel.maximumDrift...RTCModel.maximumDrift),
            let offsetVariance = number("offset-variance", in: 0...1e19),
            let cross = number("covariance", in: -3e9...3e9),
            let driftVariance = number("drift-variance", in: 0...1e-6),
            let observationBound = number("observation-bound", in: 0...3e9),
            let contradiction = number("contradiction", in: 0...3e9),
            // Positive semi-definite, but for rounding.
            cross * cross <= offsetVariance * driftVariance * (1 + 1e-9)
        else { return nil }
        self.init(
            date: NTPDate(seconds: date.seconds, fraction: fraction),
            offset: offset,
            drift: drift,
            covariance: RTCModel.Covariance(offset: offsetVariance, cross: cross, drift: driftVariance),
            observationBound: observationBound,
            contradiction: contradiction
        )
    }
}
