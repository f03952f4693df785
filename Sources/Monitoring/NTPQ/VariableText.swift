import NTPTime
import NTPWire

/// The variables of `ntpq -c rv`, in lines of a terminal's width.
struct VariableText {
    private(set) var text = ""
    private var lineLength = 0
    private let width: Int

    /// - Parameter now: a date near all of theirs.
    init(_ variables: ControlVariables, terminalWidth: Int, near now: NTPDate) {
        width = terminalWidth - 2
        for (index, item) in variables.items.enumerated() {
            add(Self.text(of: item, near: now) + (index == variables.items.count - 1 ? "" : ","))
        }
        text += "\n"
    }

    private mutating func add(_ item: String) {
        let isFirst = lineLength == 0
        if !isFirst, lineLength + 2 + item.utf8.count > width {
            text += "\n"
            lineLength = 0
        } else if !isFirst {
            text += " "
            lineLength += 1
        }
        text += item
        lineLength += item.utf8.count
    }

    /// Dates, bits and tables are set for people; all else is as it was sent.
    private static func text(of item: ControlVariables.Item, near now: NTPDate) -> String {
        switch item.name {
        case "reftime", "clock", "org", "rec", "xmt":
            return "\(item.name)=\(dateText(item.text, near: now))"
        case "leap": return "\(item.name)=\(leapText(item.text))"
        case "reach":
            guard let reach = wholeNumber(item.text), reach >= 0 else { break }
            return "\(item.name)=\(octal(reach))"
        case "flash":
            guard let flash = wholeNumber(item.text), flash >= 0 else { break }
            return "\(item.name)=\(flashText(UInt64(flash)))"
        case "filtdelay", "filtoffset", "filtdisp", "filterror":
            let cells = item.text.split { $0 == " " || $0 == "\t" }.map { String($0).right(8) }
            return "\(item.name.left(10))=\(cells.joined())"
        default: break
        }
        return item.value.isEmpty ? item.name : "\(item.name)=\(item.value)"
    }

    private static func octal(_ number: Int64) -> String {
        let digits = String(number, radix: 8)
        return String(repeating: "0", count: max(0, 3 - digits.utf8.count)) + digits
    }

    /// The tests of RFC 5905 figure 20 that the last packet did not pass.
    private static func flashText(_ flash: UInt64) -> String {
        let names = [
            "pkt_dup", "pkt_bogus", "pkt_unsync", "pkt_denied", "pkt_auth", "pkt_stratum", "pkt_header", "pkt_autokey",
            "pkt_crypto", "peer_stratum", "peer_dist", "peer_loop", "peer_unreach",
        ]
        let failed = names.indices.filter { flash >> UInt64($0) & 1 != 0 }.map { names[$0] }
        let digits = String(flash, radix: 16)
        return (digits.utf8.count < 2 ? "0\(digits)" : digits) + " "
            + (flash == 0 ? "ok" : failed.joined(separator: " "))
    }
}

/// As `eeb3ff56.68187a75 2026-11-27T13:08:38.406Z`; what is no timestamp stays as it is.
func dateText(_ text: String, near now: NTPDate) -> String { NTPTimestamp(text: text)?.text(near: now) ?? text }

/// The leap indicator's two bits.
func leapText(_ text: String) -> String {
    switch text {
    case "0": "00"
    case "1": "01"
    case "2": "10"
    case "3": "11"
    default: text
    }
}
