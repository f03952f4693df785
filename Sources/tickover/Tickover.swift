import CommandLine
import Configuration
import Linux
import Monitoring
import ProgramSupport

@main
enum Tickover {
    static func main() {
        let arguments = Process.arguments
        Process.exit(Process.name == "ntpq" ? NTPQProgram.run(arguments) : run(arguments))
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
        let format: ReportFormat = options.json ? .json : .text
        do throws(ToolError) {
            switch options.command {
            case .checkConfiguration: return ConfigurationCheck.run(options)
            case .query(let query): try show(QueryCommand.run(query, as: format))
            case .status(watch: false): try show(DaemonCommand(options).ask(.status(format)))
            case .status(watch: true): try DaemonCommand(options).watchStatus(as: format)
            case .sources: try show(DaemonCommand(options).ask(.sources(format)))
            case .waitSync: try show(DaemonCommand(options).waitUntilSynchronised(as: format))
            case .readRTC:
                let result = try RTCCommand(options).read(.everything, as: format)
                try show(result.text)
                return result.status
            case .watchRTC(let count): try RTCCommand(options).watch(count: count, as: format)
            case .loadRTC: try show(RTCCommand(options).load(as: format))
            case .setRTC(let date): try show(RTCCommand(options).set(to: date, as: format))
            case .trimRTC(let trim): try show(RTCCommand(options).trim(trim, as: format))
            case .temperature(let converting):
                try show(RTCCommand(options).read(.temperature(converting: converting), as: format).text)
            case .calibrateRTC(let duration): try show(RTCCommand(options).calibrate(over: duration, as: format))
            case .selfTestRTC: return try RTCCommand(options).selfTest(as: format)
            case .simulate(let request): return try SimulateCommand.run(request, as: format)
            }
            return .success
        } catch {
            StandardStream.error.write("tickover: \(error.description)\n")
            return error.status
        }
    }
}

func show(_ text: String) throws(ToolError) {
    guard StandardStream.output.write(text) else { throw ToolError(.failure, "standard output takes no more") }
}
