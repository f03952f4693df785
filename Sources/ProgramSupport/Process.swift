import CLinux
import CommandLine

/// This process.
package enum Process {
    /// What the program was asked to do: the command line without the program's name.
    package static var arguments: [String] {
        (0..<tko_argument_count()).dropFirst().map { String(cString: tko_argument($0)) }
    }

    package static func exit(_ status: ExitStatus) -> Never { tko_exit(status.rawValue) }
}
