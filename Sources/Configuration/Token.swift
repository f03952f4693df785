/// A word of the configuration and where it begins.
package struct Token {
    package var text: String
    package var line: Int
    package var column: Int
    /// A quoted string without its closing quote.
    package var isUnterminated = false

    /// The word for a message: in quotes, cut to a readable length, without anything that a terminal would obey.
    package var shown: String {
        var result = "'"
        for (count, scalar) in text.unicodeScalars.enumerated() {
            guard count < 40 else {
                result += "..."
                break
            }
            if scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) {
                result += "\\x\(scalar.value < 0x10 ? "0" : "")\(String(scalar.value, radix: 16))"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result + "'"
    }
}
