/// Lines of columns for people, each column as wide as its widest cell.
package struct TextTable {
    package enum Alignment {
        case left
        case right
    }

    private let alignments: [Alignment]
    private var rows: [[String]]

    package init(_ columns: [(title: String, alignment: Alignment)]) {
        alignments = columns.map { $0.alignment }
        rows = [columns.map { $0.title }]
    }

    package mutating func add(_ row: [String]) { rows.append(row) }

    package var text: String {
        let widths = alignments.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var text = ""
        for row in rows {
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += column == 0 ? "" : "  "
                line += alignments[column] == .left ? cell + padding : padding + cell
            }
            while line.hasSuffix(" ") { line.removeLast() }
            text += line + "\n"
        }
        return text
    }
}
