import CommandLine
import Configuration
import Linux
import ProgramSupport

/// `tickover check-config`: what the daemon would say of its configuration, and of what that names, at its start.
enum ConfigurationCheck {
    static func run(_ options: ToolOptions) -> ExitStatus {
        do throws(LinuxError) {
            let loaded = try LoadedConfiguration.load(options.configurationFile)
            let surroundings = Surroundings(of: loaded.configuration, withLeapSeconds: true)
            let text = options.json ? json(loaded, surroundings) : plain(loaded, surroundings)
            guard StandardStream.output.write(text) else { return .failure }
            return isValid(loaded, surroundings) ? .success : .failure
        } catch {
            StandardStream.error.write("tickover: \(error)\n")
            return .failure
        }
    }

    private static func isValid(_ loaded: LoadedConfiguration, _ surroundings: Surroundings) -> Bool {
        !loaded.hasErrors && surroundings.errors.isEmpty
    }

    private static func plain(_ loaded: LoadedConfiguration, _ surroundings: Surroundings) -> String {
        var text = ""
        for diagnostic in loaded.diagnostics { text += "\(diagnostic)\n" }
        for error in surroundings.errors { text += "error: \(error)\n" }
        for remark in surroundings.remarks { text += "warning: \(remark)\n" }
        let wrongLines = loaded.diagnostics.count { $0.severity == .error }
        let errors = wrongLines + surroundings.errors.count
        let warnings = loaded.diagnostics.count - wrongLines + surroundings.remarks.count
        return text
            + "\(loaded.file ?? "built-in configuration"): \(counted(errors, "error")), \(counted(warnings, "warning"))\n"
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    private static func json(_ loaded: LoadedConfiguration, _ surroundings: Surroundings) -> String {
        let diagnostics = loaded.diagnostics.map { diagnostic in
            """
            {"severity":\(jsonString(diagnostic.severity.description)),"file":\(jsonString(diagnostic.file)),\
            "line":\(diagnostic.line),"column":\(diagnostic.column),"message":\(jsonString(diagnostic.message))}
            """
        }
        return """
            {"file":\(loaded.file.map(jsonString) ?? "null"),"valid":\(isValid(loaded, surroundings)),\
            "diagnostics":[\(diagnostics.joined(separator: ","))],\
            "errors":[\(surroundings.errors.map(jsonString).joined(separator: ","))],\
            "warnings":[\(surroundings.remarks.map(jsonString).joined(separator: ","))]}\n
            """
    }
}
