import NTPTime
import NTPWire

/// Something that has a name in control queries.
struct Variable<Subject>: Sendable {
    let name: String
    /// Whether it is told when no name is given.
    let isListed: Bool
    /// nil where the subject has no such thing.
    let value: @Sendable (Subject) -> String?

    init(_ name: String, isListed: Bool = true, _ value: @escaping @Sendable (Subject) -> String?) {
        self.name = name
        self.isListed = isListed
        self.value = value
    }

    static func whole<Number: FixedWidthInteger & SendableMetatype>(
        _ name: String,
        isListed: Bool = true,
        _ value: @escaping @Sendable (Subject) -> Number
    ) -> Variable {
        Variable(name, isListed: isListed) { "\(value($0))" }
    }

    static func milliseconds(
        _ name: String,
        isListed: Bool = true,
        _ value: @escaping @Sendable (Subject) -> NTPDuration
    ) -> Variable {
        Variable(name, isListed: isListed) { fixed(value($0).milliseconds, 6) }
    }

    static func ppm(
        _ name: String,
        isListed: Bool = true,
        _ value: @escaping @Sendable (Subject) -> Frequency
    ) -> Variable {
        Variable(name, isListed: isListed) { fixed(value($0).ppm, 6) }
    }

    static func timestamp(_ name: String, _ value: @escaping @Sendable (Subject) -> NTPTimestamp?) -> Variable {
        Variable(name) { value($0).map(timestampText) }
    }
}

/// The values of the variables with these names, or of all that are listed.
func text<Subject>(
    of subject: Subject,
    _ variables: [Variable<Subject>],
    named names: [String]
) throws(ControlError) -> ControlText {
    var text = ControlText()
    if names.isEmpty {
        for variable in variables where variable.isListed {
            if let value = variable.value(subject) { text.add(variable.name, value) }
        }
    }
    for name in names {
        guard let variable = variables.first(where: { $0.name == name }) else { throw .unknownVariable }
        if let value = variable.value(subject) { text.add(name, value) }
    }
    return text
}

func quoted(_ text: String) -> String { "\"\(text)\"" }

func hexadecimal<Number: FixedWidthInteger & UnsignedInteger>(_ number: Number) -> String {
    "0x" + String(number, radix: 16)
}

func timestampText(_ timestamp: NTPTimestamp) -> String {
    func eightDigits(_ number: UInt32) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }
    return "0x\(eightDigits(UInt32(timestamp.bits >> 32))).\(eightDigits(UInt32(truncatingIfNeeded: timestamp.bits)))"
}
