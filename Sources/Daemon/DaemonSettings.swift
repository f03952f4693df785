import CommandLine
import Configuration
import Linux
import ProgramSupport

/// Everything that a daemon is started with.
package struct DaemonSettings: Sendable {
    package var configuration: Configuration
    /// The configuration's file; nil for the built-in one.
    package var configurationFile: String?
    package var options: DaemonOptions
    package var version: String

    /// How many threads answer requests; none where the main one does.
    var threads: Int {
        options.singleThread ? 0 : configuration.threads ?? min(Host.processors - 1, Configuration.mostThreads)
    }

    /// What is to be remarked on the command line and the configuration, for the log.
    var remarks: [String]

    package init(_ loaded: LoadedConfiguration, options: DaemonOptions, version: String) {
        configuration = options.applied(to: loaded.configuration)
        configurationFile = loaded.file
        self.options = options
        self.version = version
        remarks = options.warnings + loaded.diagnostics.map { $0.description }
    }
}

/// Why a daemon cannot start.
package struct StartError: Error, CustomStringConvertible, Sendable {
    package let description: String
}
