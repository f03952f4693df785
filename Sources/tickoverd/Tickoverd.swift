import CommandLine
import Daemon
import Linux
import ProgramSupport

@main
enum Tickoverd {
    static func main() {
        Process.exit(run(Process.arguments))
    }

    private static func run(_ arguments: [String]) -> ExitStatus {
        do throws(UsageError) {
            switch try DaemonOptions.parse(arguments) {
            case .help: return StandardStream.output.write(DaemonOptions.usage) ? .success : .failure
            case .version:
                return StandardStream.output.write("tickoverd \(Version.number)\n") ? .success : .failure
            case .run(let options): return run(options)
            }
        } catch {
            StandardStream.error.write("tickoverd: \(error)\nTry 'tickoverd --help'.\n")
            return .usage
        }
    }

    private static func run(_ options: DaemonOptions) -> ExitStatus {
        let loaded: LoadedConfiguration
        do throws(LinuxError) {
            loaded = try LoadedConfiguration.load(options.configurationFile)
        } catch {
            StandardStream.error.write("tickoverd: \(error)\n")
            return .failure
        }
        guard !loaded.hasErrors else {
            for diagnostic in loaded.diagnostics { StandardStream.error.write("\(diagnostic)\n") }
            return .failure
        }
        do throws(StartError) {
            return try Daemon(DaemonSettings(loaded, options: options, version: Version.number)).run()
        } catch {
            StandardStream.error.write("tickoverd: \(error)\n")
            return .failure
        }
    }
}
