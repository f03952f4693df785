import CLinux
import CommandLine

/// This process.
package enum Process {
    /// What the program was asked to do: the command line without the program's name.
    package static var arguments: [String] {
        (0..<tko_argument_count()).dropFirst().map { String(cString: tko_argument($0)) }
    }

    /// What the program was started as, without the folder.
    package static var name: String {
        guard tko_argument_count() > 0 else { return "" }
        return String(cString: tko_argument(0)).split(separator: "/").last.map(String.init(_:)) ?? ""
    }

    package static func exit(_ status: ExitStatus) -> Never { tko_exit(status.rawValue) }
}
