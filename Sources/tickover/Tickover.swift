import CommandLine
import Linux
import ProgramSupport

@main
enum Tickover {
    static func main() {
        Process.exit(run(Process.arguments))
    }

    private static func run(_ arguments: [String]) -> ExitStatus {
        do throws(UsageError) {
            switch try ToolOptions.parse(arguments) {
            case .help(let text): return StandardStream.output.write(text) ? .success : .failure
            case .version:
                return StandardStream.output.write("tickover \(Version.number)\n") ? .success : .failure
            case .run(let options): return run(options)
            }
        } catch {
            StandardStream.error.write("tickover: \(error)\nTry 'tickover --help'.\n")
            return .usage
        }
    }

    private static func run(_ options: ToolOptions) -> ExitStatus {
        switch options.command {
        case .checkConfiguration: return ConfigurationCheck.run(options)
        case .query, .readRTC, .setRTC, .sources, .status:
            StandardStream.error.write("tickover: this version only has check-config\n")
            return .failure
        }
    }
}
