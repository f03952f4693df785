import CommandLine

/// Why a command did not do what was asked.
struct ToolError: Error {
    let status: ExitStatus
    let description: String

    init(_ status: ExitStatus, _ description: String) {
        self.status = status
        self.description = description
    }
}
