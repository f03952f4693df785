import Authentication
import Configuration
import Linux
import Monitoring
import NTPEngine

extension KeyTable {
    /// In octets; a file beyond it is none of keys.
    private static let sizeLimit = 1 << 20

    /// The trusted keys of the configuration's key file; none without one.
    ///
    /// - Throws: when the file cannot be read, or others could read it, too: then the keys are no secret.
    static func load(_ configuration: Configuration, _ log: Log) throws(StartError) -> KeyTable {
        var trusted: [SymmetricKey] = []
        if let path = configuration.keyFile {
            let file = KeyFile(parsing: try secret(path), file: path)
            for diagnostic in file.diagnostics { log.write(.warning, diagnostic.description) }
            trusted = file.keys.filter { key in configuration.trustedKeys.contains { $0.contains(key.id) } }
            if trusted.isEmpty { log.write(.warning, "\(path): no key in it is named by a 'trustedkey' line") }
        }
        let keys = KeyTable(trusted)
        for server in configuration.servers {
            guard let id = server.key, keys.key(id) == nil else { continue }
            log.write(
                .warning,
                "server \(server.host): there is no trusted key \(id); its replies will not be believed"
            )
        }
        return keys
    }

    private static func secret(_ path: String) throws(StartError) -> [UInt8] {
        let content: [UInt8]?
        do throws(LinuxError) {
            content = try FileStore.readSecret(path, limit: sizeLimit)
        } catch {
            throw StartError(description: error.message)
        }
        guard let content else {
            throw StartError(description: "\(path): keys that everybody may read are no secret; chmod o= \(path)")
        }
        return content
    }
}
