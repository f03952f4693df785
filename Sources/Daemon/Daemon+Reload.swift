import Authentication
import CommandLine
import Configuration
import Linux
import Monitoring
import NTPEngine
import ProgramSupport

/// SIGHUP: log files are opened anew, after they were rotated, and the configuration is read again.
extension Daemon {
    func reload() {
        notify { () throws(LinuxError) in try notifier.reloading() }
        log.reopen()
        readConfiguration()
        readSurroundings()
        statistics.reopen(settings.configuration.statistics)
        readLeapSeconds()
        notifyReady()
    }

    private func readSurroundings() {
        let surroundings = Surroundings(of: settings.configuration)
        for remark in surroundings.remarks + surroundings.errors { log.write(.warning, remark) }
        guard let trusted = surroundings.keys else { return log.write(.error, "the keys stay as they were") }
        let keys = KeyTable(trusted)
        engine.keys = keys
        service.update { $0.keys = keys }
    }

    /// Takes over what can change while the clock goes on as it was; a configuration with errors is left alone.
    private func readConfiguration() {
        let loaded: LoadedConfiguration
        do throws(LinuxError) {
            loaded = try LoadedConfiguration.load(settings.options.configurationFile)
        } catch {
            log.write(.error, "\(error.message); going on with the configuration as it was")
            return
        }
        for diagnostic in loaded.diagnostics {
            log.write(diagnostic.severity == .error ? .error : .warning, diagnostic.description)
        }
        guard !loaded.hasErrors else {
            log.write(.error, "going on with the configuration as it was")
            return
        }
        let new = settings.options.applied(to: loaded.configuration)
        settings.configuration = new
        engine.setSources(new.servers.map(SourceConfiguration.init), at: oscillator.now)
        restrictedHosts.set(new.restrictedHosts.map(RestrictedHosts.Line.init), at: oscillator.now)
        updateAccess()
        log.write(.notice, "configuration read again")
        if !new.canReplace(startConfiguration) {
            log.write(.notice, "other changes than of servers, access, statistics and leap file need a restart")
        }
    }
}

extension Configuration {
    /// Whether only such lines have changed as are taken over at a reload.
    fileprivate func canReplace(_ old: Configuration) -> Bool {
        var comparable = old
        comparable.servers = servers
        comparable.restrictions = restrictions
        comparable.restrictedHosts = restrictedHosts
        comparable.restrictSource = restrictSource
        comparable.statistics = statistics
        comparable.leapFile = leapFile
        comparable.keyFile = keyFile
        comparable.trustedKeys = trustedKeys
        return comparable == self
    }
}
