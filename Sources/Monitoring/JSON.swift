import NTPTime

/// A JSON value (RFC 8259) to be written out.
package indirect enum JSON: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// Written with `decimals` digits after the point; not-a-number and infinities become null, which JSON has.
    case number(Double, decimals: Int)
    case string(String)
    case array([JSON])
    case object([(key: String, value: JSON)])

    /// The value as text on one line.
    package var text: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): "\(value)"
        case .number(let value, let decimals): value.isFinite ? fixed(value, decimals) : "null"
        case .string(let value): Self.quoted(value)
        case .array(let values): "[" + joined(values.map { $0.text }) + "]"
        case .object(let members): "{" + joined(members.map { Self.quoted($0.key) + ": " + $0.value.text }) + "}"
        }
    }

    private static func quoted(_ value: String) -> String {
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case let control where control.value < 0x20:
                let hex = String(control.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}

func joined(_ parts: [String]) -> String {
    var text = ""
    for (index, part) in parts.enumerated() { text += index == 0 ? part : ", " + part }
    return text
}

/// A report that can be shown either way.
package func rendered(_ text: String, _ json: JSON, as format: ReportFormat) -> String {
    format == .json ? json.text + "\n" : text
}
