/// An option that a program knows.
struct OptionForm<ID> {
    var id: ID
    var short: Character?
    var long: String?
    /// What its value is called in messages; nil for an option without one.
    var value: String?

    init(_ id: ID, _ short: Character?, _ long: String? = nil, value: String? = nil) {
        self.id = id
        self.short = short
        self.long = long
        self.value = value
    }
}

/// A piece of the command line.
enum Argument<ID> {
    /// An option, as it was written, with its value, which is empty for an option without one.
    case option(ID, name: String, value: String)
    case operand(String)
}

/// Takes a command line apart as getopt_long(3) does: options and operands in any order, short options bundled (`-gn`),
/// values attached (`-lFILE`, `--logfile=FILE`) or in the next argument, `--` before operands that begin with a dash.
struct OptionScanner<ID> {
    private let forms: [OptionForm<ID>]
    private var arguments: ArraySlice<String>
    /// What is left of a bundle of short options.
    private var bundle: Substring = ""
    private var onlyOperands = false

    init(_ arguments: [String], _ forms: [OptionForm<ID>]) {
        self.arguments = arguments[...]
        self.forms = forms
    }

    /// The next piece; nil at the end.
    mutating func next() throws(UsageError) -> Argument<ID>? {
        if let letter = bundle.popFirst() { return try shortOption(letter) }
        guard let argument = arguments.popFirst() else { return nil }
        if onlyOperands || argument == "-" || !argument.utf8.starts(with: "-".utf8) { return .operand(argument) }
        if argument == "--" {
            onlyOperands = true
            return try next()
        }
        if argument.utf8.starts(with: "--".utf8) { return try longOption(argument.dropFirst(2)) }
        bundle = argument.dropFirst()
        return try next()
    }

    private mutating func shortOption(_ letter: Character) throws(UsageError) -> Argument<ID> {
        let name = "-\(letter)"
        guard let form = forms.first(where: { $0.short == letter }) else {
            throw UsageError("unknown option '\(name)'")
        }
        guard let metavariable = form.value else { return .option(form.id, name: name, value: "") }
        if !bundle.isEmpty {
            let value = String(bundle)
            bundle = ""
            return .option(form.id, name: name, value: value)
        }
        return .option(form.id, name: name, value: try valueOf(name, metavariable))
    }

    private mutating func longOption(_ text: Substring) throws(UsageError) -> Argument<ID> {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = "--\(parts[0])"
        guard let form = forms.first(where: { $0.long.map { $0 == parts[0] } ?? false }) else {
            throw UsageError("unknown option '\(name)'")
        }
        guard let metavariable = form.value else {
            guard parts.count == 1 else { throw UsageError("option '\(name)' takes no value") }
            return .option(form.id, name: name, value: "")
        }
        let value = parts.count == 2 ? String(parts[1]) : try valueOf(name, metavariable)
        return .option(form.id, name: name, value: value)
    }

    private mutating func valueOf(_ name: String, _ metavariable: String) throws(UsageError) -> String {
        guard let value = arguments.popFirst() else {
            throw UsageError("option '\(name)' expects a value: \(name) \(metavariable)")
        }
        return value
    }
}

/// Readers of option values.
enum OptionValue {
    /// A path that names something.
    static func path(_ value: String, of option: String) throws(UsageError) -> String {
        guard !value.isEmpty else { throw UsageError("option '\(option)' expects a path, not an empty word") }
        return value
    }

    static func wholeNumber(
        _ value: String,
        of option: String,
        in range: ClosedRange<Int32>
    ) throws(UsageError) -> Int32 {
        guard !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int32(value),
            range.contains(number)
        else {
            throw UsageError(
                "option '\(option)' expects a whole number from \(range.lowerBound) to \(range.upperBound), not '\(value)'"
            )
        }
        return number
    }
}
