import ClockDiscipline
import HAL
import NTPTime

/// The model as text: a header with a version, then one `key value…` line each.
///
/// | key | values |
/// |---|---|
/// | `chip` | the kind's name |
/// | `date` | UTC of the state, whole seconds, and the rest in units of 2^-32 s |
/// | `observed` | UTC of the last observation, likewise |
/// | `temperature` | in quarters of a °C, or `none` |
/// | `trim` | the register, in steps, or `none` |
/// | `observation-bound`, `unseen`, `contradiction` | s |
/// | `taught` | the references' bound, s |
/// | `taught-since` | UTC, as `date` |
/// | `warming` | °C/s |
/// | `swing` | s/s |
/// | `filter` | for each noise: log likelihood; the state (`ChipFilter`); the covariance's upper half by rows |
/// | `written` | UTC of the last write to the chip |
/// | `rewriting` | `yes` from before a write until its success |
extension RTCModel {
    private static let header = "tickover-rtc-model 4"

    package func serialised() -> String {
        var lines = [Self.header, "chip \(kind.name)"]
        if let state {
            lines += [
                "date \(Self.text(state.date))",
                "observed \(Self.text(state.observed))",
                "temperature \(Self.text(state.temperature?.quarterDegrees))",
                "trim \(Self.text(state.trim?.steps))",
                "observation-bound \(state.observationBound)",
                "unseen \(state.unseen)",
                "contradiction \(state.contradiction)",
                "taught \(state.taughtBound)",
                "taught-since \(Self.text(state.taughtSince))",
                "warming \(state.warming)",
                "swing \(state.swing)",
            ]
            lines += state.filters.map { "filter " + $0.numbers.map { "\($0)" }.joined(separator: " ") }
        }
        if let lastWrite { lines.append("written \(lastWrite.iso8601(decimals: 0))") }
        if isBeingWritten { lines.append("rewriting yes") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func text(_ number: Int16?) -> String { number.map { "\($0)" } ?? "none" }

    private static func text(_ date: NTPDate) -> String { "\(date.iso8601(decimals: 0)) \(date.fraction)" }

    /// nil for anything that `serialised` did not write of a chip of this kind: another version, a line that is missing,
    /// unknown or out of place, a number that is not finite or cannot be.
    package init?(parsing text: String, of kind: RTCKind, assumedError: NTPDuration = .seconds(1)) {
        self.init(of: kind, assumedError: assumedError)
        var lines = ModelLines(text)
        guard lines.next() == Self.header, lines.isComplete, lines.next() == "chip \(kind.name)" else { return nil }
        if lines.has("date") {
            guard let state = State(&lines, kind) else { return nil }
            self.state = state
        }
        if let values = lines.values(of: "written") {
            guard values.count == 1, let date = NTPDate(iso8601: values[0]), Self.dates.contains(date) else {
                return nil
            }
            lastWrite = date
        }
        if let values = lines.values(of: "rewriting") {
            guard values == ["yes"] else { return nil }
            isBeingWritten = true
        }
        guard lines.next() == nil else { return nil }
    }

    /// No model is older or newer.
    fileprivate static let dates =
        CivilTime(year: 2000, month: 1, day: 1).date...CivilTime(year: 2200, month: 1, day: 1).date
}

/// The lines that are left, in their order.
private struct ModelLines {
    private var lines: ArraySlice<Substring>
    /// Whether the last line ended.
    let isComplete: Bool

    init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        isComplete = lines.popLast() == ""
    }

    mutating func next() -> String? { lines.popFirst().map { String($0) } }

    func has(_ key: String) -> Bool { lines.first?.hasPrefix(key + " ") ?? false }

    /// What the next line has after `key`; nil if it is another one.
    mutating func values(of key: String) -> [String]? {
        guard has(key), let line = lines.popFirst() else { return nil }
        return line.split(separator: " ", omittingEmptySubsequences: false).dropFirst().map { String($0) }
    }

    mutating func numbers(of key: String, count: Int) -> [Double]? {
        guard let values = values(of: key) else { return nil }
        let numbers = values.compactMap { Double($0) }.filter { $0.isFinite }
        return values.count == count && numbers.count == count ? numbers : nil
    }

    mutating func number(of key: String, in range: ClosedRange<Double>) -> Double? {
        numbers(of: key, count: 1).flatMap { range.contains($0[0]) ? $0[0] : nil }
    }

    /// - Parameter range: nil if there is to be `none`.
    /// - Returns: nil for anything else; otherwise the number, which is nil if there is none.
    mutating func integer(of key: String, in range: ClosedRange<Int16>?) -> Int16?? {
        guard let values = values(of: key), values.count == 1 else { return nil }
        guard let range else { return values[0] == "none" ? .some(nil) : nil }
        guard let value = Int16(values[0]), range.contains(value) else { return nil }
        return .some(value)
    }

    mutating func date(of key: String) -> NTPDate? {
        guard let values = values(of: key), values.count == 2, let fraction = UInt32(values[1]),
            let date = NTPDate(iso8601: values[0]), date.fraction == 0, RTCModel.dates.contains(date)
        else { return nil }
        return NTPDate(seconds: date.seconds, fraction: fraction)
    }
}

extension RTCModel.State {
    fileprivate init?(_ lines: inout ModelLines, _ kind: RTCKind) {
        guard let date = lines.date(of: "date"), let observed = lines.date(of: "observed"),
            let quarters = lines.integer(
                of: "temperature",
                in: kind.rate.coefficient == nil ? nil : Self.quarterDegrees
            ),
            let steps = lines.integer(of: "trim", in: kind.trim?.range),
            let observationBound = lines.number(of: "observation-bound", in: 0...3e9),
            let unseen = lines.number(of: "unseen", in: 0...3e9),
            let contradiction = lines.number(of: "contradiction", in: 0...3e9),
            let taughtBound = lines.number(of: "taught", in: 0...3e9),
            let taughtSince = lines.date(of: "taught-since"),
            let warming = lines.number(of: "warming", in: -1e3...1e3),
            let swing = lines.number(of: "swing", in: 0...ThermalFilter.maximumDrift)
        else { return nil }
        var filters: [RTCModel.Weighted] = []
        for noise in kind.rate.noises {
            guard let numbers = lines.numbers(of: "filter", count: RTCModel.Weighted.count(noise)),
                let filter = RTCModel.Weighted(noise, numbers)
            else { return nil }
            filters.append(filter)
        }
        self.init(
            date: date,
            observed: observed,
            temperature: quarters.map(Temperature.init),
            trim: steps.map(TrimOffset.init),
            filters: filters,
            observationBound: observationBound,
            unseen: unseen,
            warming: warming,
            taughtBound: taughtBound,
            taughtSince: taughtSince,
            swing: swing,
            contradiction: contradiction
        )
    }

    /// A chip's temperatures.
    private static let quarterDegrees: ClosedRange<Int16> = -512...511
}

extension RTCModel.Weighted {
    fileprivate static func count(_ noise: RTCKind.Noise) -> Int {
        let values = ChipFilter.count(noise)
        return 1 + values + Covariance.packedCount(values)
    }

    fileprivate var numbers: [Double] { [logLikelihood] + filter.values + filter.covariance.packed }

    /// nil for what no chip can be.
    fileprivate init?(_ noise: RTCKind.Noise, _ numbers: [Double]) {
        let values = numbers.dropFirst().prefix(ChipFilter.count(noise))
        let covariance = numbers.dropFirst(1 + values.count)
        guard numbers[0] <= 0,
            let filter = ChipFilter(noise, values: Array(values), covariance: Array(covariance))
        else { return nil }
        self.filter = filter
        logLikelihood = numbers[0]
    }
}
