import Configuration
import Linux

/// The configuration that a program runs with and where it came from.
package struct LoadedConfiguration: Sendable {
    /// nil when there is no file and the built-in configuration is used.
    package var file: String?
    package var configuration: Configuration
    package var diagnostics: [Diagnostic]

    package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// The files that are looked for, in this order, when none is named.
    package static let defaultFiles = ["/etc/tickover.conf", "/etc/ntp.conf"]

    /// In octets; a file beyond it is no configuration.
    private static let sizeLimit = 1 << 20

    /// Reads the file at `path`; when nil, the first of `defaultFiles` that exists, or else what is built in.
    package static func load(_ path: String?) throws(LinuxError) -> LoadedConfiguration {
        if let path { return try read(path) }
        for path in defaultFiles {
            do throws(LinuxError) {
                return try read(path)
            } catch  where error.isNoSuchFile {
                continue
            }
        }
        return LoadedConfiguration(file: nil, configuration: .builtIn, diagnostics: [])
    }

    private static func read(_ path: String) throws(LinuxError) -> LoadedConfiguration {
        let parsed = Configuration.parse(bytes: try FileStore.read(path, limit: sizeLimit), file: path) {
            included throws(UnreadableFile) in
            do throws(LinuxError) {
                return try FileStore.read(included, limit: sizeLimit)
            } catch {
                throw UnreadableFile(reason: error.message)
            }
        }
        return LoadedConfiguration(file: path, configuration: parsed.configuration, diagnostics: parsed.diagnostics)
    }
}
