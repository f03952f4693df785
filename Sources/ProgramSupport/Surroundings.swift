import Authentication
import Configuration
import Linux
import NTPTime

/// What a configuration names outside of itself, as the daemon finds it when it starts: keys, folders, the leap second
/// file. What is not there costs a remark, and serving goes on without it.
package struct Surroundings: Sendable {
    /// The trusted keys of the key file, none without one; nil when it cannot be read, or others could read it, too: then
    /// the keys are no secret.
    package private(set) var keys: [SymmetricKey]? = []
    /// What is missing, for people; warnings.
    package private(set) var remarks: [String] = []
    /// What the daemon does not start on.
    package private(set) var errors: [String] = []

    /// In octets; a file beyond it is none of keys.
    private static let sizeLimit = 1 << 20

    /// - Parameter withLeapSeconds: also read the leap second file, which the daemon does by itself, again and again.
    package init(of configuration: Configuration, withLeapSeconds: Bool = false) {
        readKeys(configuration)
        if withLeapSeconds, let file = configuration.leapFile {
            do throws(StateFileError) { _ = try LeapSeconds.load(file) } catch {
                remarks.append("leap seconds: \(error)")
            }
        }
        if let path = configuration.driftFile { remarkOnFolder(of: path, "driftfile") }
        if let path = configuration.logFile { remarkOnFolder(of: path, "logfile") }
        if let path = configuration.pidFile { remarkOnFolder(of: path, "pidfile") }
        if let folder = configuration.statistics.folderInUse, !Host.hasFile(folder) {
            remarks.append("statsdir \(folder): there is no such folder; going on without")
        }
        for directive in configuration.broadcasts {
            // A numeric host: nobody is asked.
            do throws(ResolverError) { _ = try Resolver.resolve(directive.address) } catch {
                errors.append("broadcast \(error.description)")
            }
        }
    }

    /// Before the folder is made nothing can be written, and afterwards all is well.
    private mutating func remarkOnFolder(of path: String, _ keyword: String) {
        guard Self.lacksFolder(of: path) else { return }
        remarks.append("\(keyword) \(path): there is no folder \(AtomicFile.folder(of: path)); going on without")
    }

    /// Whether it has been remarked of a file that its folder is missing.
    package static func lacksFolder(of path: String) -> Bool { !Host.hasFile(AtomicFile.folder(of: path)) }

    private mutating func readKeys(_ configuration: Configuration) {
        if let path = configuration.keyFile { keys = trustedKeys(in: path, configuration.trustedKeys) }
        for server in configuration.servers {
            guard let id = server.key, keys?.contains(where: { $0.id == id }) != true else { continue }
            remarks.append("server \(server.host): there is no trusted key \(id); its replies will not be believed")
        }
    }

    private mutating func trustedKeys(in path: String, _ trusted: [ClosedRange<UInt32>]) -> [SymmetricKey]? {
        guard let secret = secret(path) else { return nil }
        let file = KeyFile(parsing: secret, file: path)
        remarks += file.diagnostics.map { $0.description }
        let keys = file.keys.filter { key in trusted.contains { $0.contains(key.id) } }
        if keys.isEmpty { remarks.append("\(path): no key in it is named by a 'trustedkey' line") }
        return keys
    }

    /// nil after a remark.
    private mutating func secret(_ path: String) -> [UInt8]? {
        do throws(LinuxError) {
            if let content = try FileStore.readSecret(path, limit: Self.sizeLimit) { return content }
            remarks.append("\(path): keys that everybody may read are no secret, and not used; chmod o= \(path)")
        } catch {
            remarks.append("keys: \(error.message); going on without")
        }
        return nil
    }
}

extension StatisticsDirective {
    /// nil when nothing is to be written.
    fileprivate var folderInUse: String? {
        StatisticsKind.allCases.lazy.compactMap { file(of: $0)?.directory }.first
    }
}
