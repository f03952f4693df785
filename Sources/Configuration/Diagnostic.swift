/// Something that the configuration's author should know.
package struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
    package enum Severity: Hashable, Sendable, CustomStringConvertible {
        /// What was written is ignored or has another meaning than ntpd gives it.
        case warning
        /// What was written makes no sense; the daemon does not start on it.
        case error

        package var description: String { self == .warning ? "warning" : "error" }
    }

    package var severity: Severity
    package var file: String
    /// From 1.
    package var line: Int
    /// Of the word that `message` is about, from 1, in characters (Unicode scalars).
    package var column: Int
    package var message: String

    package init(severity: Severity, file: String, line: Int, column: Int, message: String) {
        self.severity = severity
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }

    /// `file:line:column: warning: message`, the form that editors know from compilers.
    package var description: String { "\(file):\(line):\(column): \(severity): \(message)" }
}
