import CommandLine
import Configuration
import Linux
import Monitoring
import NTPEngine
import NTPTime
import NetworkAddress

/// The access list: `restrict` lines, with names that are resolved while time is served.
extension Daemon {
    func lookUpRestrictedHosts() {
        let now = oscillator.now
        for lookup in restrictedHosts.takeLookups(at: now) {
            let job = NameJob(
                purpose: .restriction(lookup.id),
                host: lookup.host,
                family: lookup.family ?? settings.options.family
            )
            // There is room for one look-up of each line.
            guard !resolver.submit(job) else { continue }
            _ = restrictedHosts.resolved(lookup.id, to: [], failure: nil, at: now)
        }
    }

    func restrict(_ id: RestrictedHosts.LineID, to answer: NameAnswer) {
        let addresses = answer.addresses.map { $0.address }
        switch restrictedHosts.resolved(id, to: addresses, failure: answer.failure, at: oscillator.now) {
        case .unchanged: break
        case .changed: updateAccess()
        case .failed(let reason): log.write(.warning, "restrict \(reason); asked again")
        }
    }

    /// Lets all who answer go by the configuration as it is.
    func updateAccess() {
        let access = AccessList(settings.configuration, restrictedHosts)
        service.update { responder in
            let sources = responder.access.sources
            responder.access = access
            responder.access.sources = sources
        }
    }
}

extension AccessList {
    /// The `restrict` lines, as far as their names are resolved.
    init(_ configuration: Configuration, _ hosts: RestrictedHosts) {
        func entries(fromNTPPort: Bool) -> [Entry] {
            let entries = configuration.restrictions.filter { $0.onlyFromNTPPort == fromNTPPort }
                .map { (network: $0.network, restrictions: AccessRestrictions($0.flags)) }
            return hosts.entries(fromNTPPort: fromNTPPort, beside: entries)
        }
        self.init(
            entries(fromNTPPort: false),
            fromNTPPort: entries(fromNTPPort: true),
            ofSources: configuration.restrictSource.map(AccessRestrictions.init)
        )
    }
}

extension RestrictedHosts.Line {
    init(_ restriction: HostRestriction) {
        self.init(
            host: restriction.host,
            family: restriction.family,
            onlyFromNTPPort: restriction.onlyFromNTPPort,
            restrictions: AccessRestrictions(restriction.flags)
        )
    }
}
