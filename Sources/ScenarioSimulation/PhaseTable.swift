import NTPTime

/// A clock's phase over time as somebody measured it: straight lines between points.
///
/// At its end it starts again, and the phase goes on from where it was.
package struct PhaseTable: Equatable, Sendable {
    /// In s, in order.
    private let times: [Double]
    /// The clock less true time, in s; of the same count.
    private let phases: [Double]

    /// nil unless there are two points at least, and their times grow.
    package init?(times: [Double], phases: [Double]) {
        guard times.count >= 2, times.count == phases.count, zip(times, times.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        self.times = times
        self.phases = phases
    }

    private var span: Double { times[times.count - 1] - times[0] }

    /// What the phase has grown by, in s, `seconds` after the first point, a time of at least 0.
    package func gain(at seconds: Double) -> Double {
        let rounds = (seconds / span).rounded(.down)
        let time = times[0] + (seconds - rounds * span)
        var (low, high) = (0, times.count - 1)
        while high - low > 1 {
            let middle = (low + high) / 2
            if times[middle] <= time { low = middle } else { high = middle }
        }
        let part = (time - times[low]) / (times[high] - times[low])
        let phase = phases[low] + (phases[high] - phases[low]) * part
        return rounds * (phases[phases.count - 1] - phases[0]) + phase - phases[0]
    }
}

/// What is wrong with the text of a phase table.
struct PhaseTableError: Error, CustomStringConvertible {
    /// From 1; nil is the whole.
    var line: Int?
    var message: String

    var description: String { (line.map { "line \($0): " } ?? "") + message }
}

extension PhaseTable {
    /// Names of the columns, and the size in s of the second one's unit.
    private static let headers: [(name: String, unit: Double)] = [
        ("seconds,phase_s", 1), ("seconds,phase_ms", 1e-3), ("seconds,phase_us", 1e-6), ("seconds,phase_ns", 1e-9),
    ]

    /// Reads two columns, parted by a comma or by blanks: the time in s, and the phase in s or as the columns' names
    /// above them say. `#` begins a comment.
    init(bytes: [UInt8]) throws(PhaseTableError) {
        var (times, phases): ([Double], [Double]) = ([], [])
        var unit = 1.0
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let columns = Self.columns(line)
            if columns.isEmpty { continue }
            if times.isEmpty, let header = Self.headers.first(where: { $0.name == columns.joined(separator: ",") }) {
                unit = header.unit
                continue
            }
            guard columns.count == 2, let time = decimal(columns[0]), let phase = decimal(columns[1]) else {
                throw PhaseTableError(line: number, message: "expected a time and a phase")
            }
            guard times.last.map({ $0 < time }) ?? true else {
                throw PhaseTableError(line: number, message: "expected a later time than the one before it")
            }
            times.append(time)
            phases.append(phase * unit)
        }
        guard let table = PhaseTable(times: times, phases: phases) else {
            throw PhaseTableError(line: nil, message: "expected two points at least")
        }
        self = table
    }

    private static func columns(_ line: ArraySlice<UInt8>) -> [String] {
        let content = line.prefix { $0 != UInt8(ascii: "#") }
        let words = content.split { $0 == UInt8(ascii: ",") || $0 <= UInt8(ascii: " ") }
        return words.map { String(decoding: $0, as: UTF8.self) }
    }
}
