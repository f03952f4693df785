import CommandLine
import Configuration
import Linux
import ProgramSupport

/// `tickover check-config`.
enum ConfigurationCheck {
    static func run(_ options: ToolOptions) -> ExitStatus {
        do throws(LinuxError) {
            let loaded = try LoadedConfiguration.load(options.configurationFile)
            let text = options.json ? json(loaded) : plain(loaded)
            guard StandardStream.output.write(text) else { return .failure }
            return loaded.hasErrors ? .failure : .success
        } catch {
            StandardStream.error.write("tickover: \(error)\n")
            return .failure
        }
    }

    private static func plain(_ loaded: LoadedConfiguration) -> String {
        var text = ""
        for diagnostic in loaded.diagnostics { text += "\(diagnostic)\n" }
        let errors = loaded.diagnostics.count { $0.severity == .error }
        let warnings = loaded.diagnostics.count - errors
        return text
            + "\(loaded.file ?? "built-in configuration"): \(counted(errors, "error")), \(counted(warnings, "warning"))\n"
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    private static func json(_ loaded: LoadedConfiguration) -> String {
        let diagnostics = loaded.diagnostics.map { diagnostic in
            """
            {"severity":\(jsonString(diagnostic.severity.description)),"file":\(jsonString(diagnostic.file)),\
            "line":\(diagnostic.line),"column":\(diagnostic.column),"message":\(jsonString(diagnostic.message))}
            """
        }
        return """
            {"file":\(loaded.file.map(jsonString) ?? "null"),"valid":\(!loaded.hasErrors),\
            "diagnostics":[\(diagnostics.joined(separator: ","))]}\n
            """
    }
}
