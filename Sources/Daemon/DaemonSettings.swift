import CommandLine
import Configuration

/// Everything that a daemon is started with.
package struct DaemonSettings: Sendable {
    package var configuration: Configuration
    /// The configuration's file; nil for the built-in one.
    package var configurationFile: String?
    package var options: DaemonOptions
    package var version: String

    package init(configuration: Configuration, configurationFile: String?, options: DaemonOptions, version: String) {
        self.configuration = configuration
        self.configurationFile = configurationFile
        self.options = options
        self.version = version
    }
}

/// Why a daemon cannot start.
package struct StartError: Error, CustomStringConvertible, Sendable {
    package let description: String
}
