import Authentication
import ClockDiscipline
import Configuration
import HAL
import Linux
import NTPEngine
import NTPTime
import NTPWire
import NetworkAddress

/// From what the file says to what the engine needs.
extension EngineConfiguration {
    init(
        _ configuration: Configuration,
        broadcasts: [BroadcastConfiguration],
        allowsFirstPanic: Bool,
        rtc: RTCKind?,
        hasThermometer: Bool,
        setsKernelClock: Bool,
        precision: Int8,
        ownReferenceIDs: [ReferenceID],
        keys: KeyTable
    ) {
        self.init(
            sources: configuration.servers.map(SourceConfiguration.init),
            broadcasts: broadcasts,
            limits: ClockLoop.Limits(
                step: configuration.stepThreshold ?? .zero,
                stepsLater: configuration.stepsLater,
                panic: configuration.panicThreshold ?? .zero,
                allowsFirstPanic: allowsFirstPanic,
                panicsLater: configuration.panicsLater
            ),
            selection: SelectionLimits(configuration.selection),
            maximumPoolAssociations: configuration.selection.maximumAssociations.map { limit in
                limit - configuration.servers.count { $0.kind == .pool }
            },
            local: LocalReference(configuration.lastResort),
            rtc: rtc,
            trimsRTC: configuration.trimsRTC,
            assumedRTCError: configuration.assumedRTCError,
            hasThermometer: hasThermometer,
            holdover: HoldoverLimits(
                stratum: configuration.holdover.stratum,
                distance: configuration.holdover.distance,
                duration: configuration.holdover.duration
            ),
            plausibleDates: setsKernelClock ? KernelClock.plausibleDates : NTPDate.plausible,
            leapSmearInterval: configuration.leapSmearInterval,
            precision: precision,
            ownReferenceIDs: ownReferenceIDs,
            keys: keys
        )
    }
}

extension SelectionLimits {
    init(_ directive: SelectionDirective) {
        self.init(
            minimumSources: directive.minimumSources,
            minimumDistance: directive.minimumDistance,
            maximumDistance: directive.maximumDistance ?? Self.protocolDistance,
            strata: min(directive.lowestStratum, directive.strataEnd)..<directive.strataEnd
        )
    }
}

extension LocalReference {
    /// A local clock is a source for this machine, so one stratum above what is served; an orphan serves its own.
    init?(_ directive: LastResortDirective) {
        if let stratum = directive.localClock {
            self.init(stratum: min(stratum + 1, 15), referenceID: .localClock, wait: directive.wait)
        } else if let stratum = directive.orphan {
            self.init(stratum: stratum, referenceID: stratum == 1 ? .orphan : .loopback, wait: directive.wait)
        } else {
            return nil
        }
    }
}

extension BroadcastConfiguration {
    /// - Throws: when the address names an interface that is not there.
    init(_ directive: BroadcastDirective, port: UInt16) throws(ResolverError) {
        // A numeric host: nobody is asked.
        guard let address = try Resolver.resolve(directive.address, port: port).first else {
            throw ResolverError(host: directive.address, isTemporary: false, reason: "no address")
        }
        self.init(
            address: address,
            version: directive.version,
            interval: directive.interval,
            timeToLive: directive.timeToLive,
            keyID: directive.key
        )
    }
}

extension SourceConfiguration {
    init(_ directive: ServerDirective) {
        self.init(
            host: directive.host,
            kind: directive.kind == .pool ? .pool : .server,
            port: directive.port,
            version: directive.version,
            initialBurst: directive.initialBurst,
            burst: directive.burst,
            prefer: directive.prefer,
            noSelect: directive.noSelect,
            minimumPoll: directive.minimumPoll,
            maximumPoll: directive.maximumPoll,
            keyID: directive.key
        )
    }
}

extension AccessRestrictions {
    init(_ flags: RestrictionFlags) {
        self = []
        if flags.contains(.ignore) { insert(.ignore) }
        if flags.contains(.noServe) { insert(.noServe) }
        if flags.contains(.noQuery) { insert(.noQuery) }
        if flags.contains(.limited) { insert(.limited) }
        if flags.contains(.kissOfDeath) { insert(.kissOfDeath) }
        if flags.contains(.version) { insert(.version) }
        if flags.contains(.noTrust) { insert(.noTrust) }
        if flags.contains(.noClientList) { insert(.noClientList) }
    }
}

extension RateLimit {
    init(_ directive: RateLimitDirective) {
        self.init()
        average = directive.average
        minimum = directive.minimum
    }
}

extension ClientTableLimits {
    init(_ directive: ClientListDirective, _ rateLimit: RateLimitDirective) {
        self.init()
        switch directive.maximum {
        case .clients(let count): maximumCount = count
        case .kibibytes(let size): maximumCount = Self.count(inKibibytes: size)
        }
        minimumCount = directive.minimumCount
        maximumAge = directive.maximumAge
        replacementAge = rateLimit.monitor
    }
}
