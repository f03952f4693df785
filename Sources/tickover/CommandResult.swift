import CommandLine
import Monitoring

/// What a command shows, and how the program is to end.
struct CommandResult {
    let text: String
    let status: ExitStatus

    /// - Throws: what `response` says that failed.
    init(_ response: ControlResponse) throws(ToolError) {
        switch response {
        case .done(let output): (text, status) = (output, .success)
        case .notBelieved(let output): (text, status) = (output, .notBelieved)
        case .failed(let reason): throw ToolError(.failure, reason)
        }
    }
}
