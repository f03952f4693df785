import NTPTime

/// `tos`: which sources are followed.
package struct SelectionDirective: Hashable, Sendable {
    /// `minsane`: so many sources must agree.
    package var minimumSources = 1
    /// `maxclock`: pools together have fewer associations, as ntpd counts each pool's line as one; nil leaves each pool
    /// its own few.
    package var maximumAssociations: Int?
    /// `mindist`: the error that every source is taken to have at least when they are compared.
    package var minimumDistance = NTPDuration.zero
    /// `maxdist`: a source of a larger root distance is not followed; nil is the protocol's own limit.
    package var maximumDistance: NTPDuration?
    /// `floor`: servers of a lower stratum are not followed.
    package var lowestStratum: UInt8 = 1
    /// `ceiling`, which is not followed any more itself.
    package var strataEnd: UInt8 = 16
}

extension Parser {
    mutating func serviceParameters(_ line: inout DirectiveLine) throws(SyntaxError) {
        repeat {
            let option = try line.next(expecting: "an option such as 'minsane'")
            switch try keyword(option, "option", ServiceParameter.self) {
            case .minsane: configuration.selection.minimumSources = try count(of: option, &line)
            case .maxclock: configuration.selection.maximumAssociations = try count(of: option, &line)
            case .mindist: configuration.selection.minimumDistance = try seconds(of: option, &line, to: 16)
            case .maxdist: configuration.selection.maximumDistance = try seconds(of: option, &line, to: 16)
            case .floor: configuration.selection.lowestStratum = try stratum(of: option, &line)
            case .ceiling: configuration.selection.strataEnd = try stratum(of: option, &line)
            case .orphan:
                let stratum = try stratum(of: option, &line)
                configuration.lastResort.orphan = stratum < 16 ? stratum : nil
            case .orphanwait: configuration.lastResort.wait = try seconds(of: option, &line, to: 1_000_000)
            case .minclock:
                // All that agree are combined, however many they are.
                _ = try count(of: option, &line)
            case .basedate: try ignore(option, &line, "the era is that of the program's making")
            case .maxdisp: try ignore(option, &line, "the largest dispersion is 16 s")
            case .cohort, .beacon, .bcpollbstep:
                try ignore(option, &line, "servers are named in 'server' or 'pool' lines")
            }
        } while line.hasMore
    }

    mutating func tinker(_ line: inout DirectiveLine) throws(SyntaxError) {
        repeat {
            let option = try line.next(expecting: "an option such as 'panic'")
            switch try keyword(option, "option", Tinker.self) {
            case .panic:
                configuration.panicThreshold = try threshold(of: option, &line)
                configuration.panicsLater = true
            case .step:
                configuration.stepThreshold = try threshold(of: option, &line)
                configuration.stepsLater = true
            case .stepback, .stepfwd: try ignore(option, &line, "use 'step', for both directions")
            case .stepout:
                try ignore(option, &line, "an offset is slewed away at once, or with 'step' stepped away")
            case .freq: try ignore(option, &line, "write the frequency into the drift file")
            case .allan, .dispersion, .huffpuff, .max, .tick:
                try ignore(option, &line, "the discipline learns the oscillator and the paths")
            }
        } while line.hasMore
    }

    mutating func flags(_ line: inout DirectiveLine, isEnabled: Bool) throws(SyntaxError) {
        repeat {
            let token = try line.next(expecting: "a flag such as 'stats'")
            switch try keyword(token, "flag", SystemFlag.self) {
            case .ntp: configuration.disciplinesClock = isEnabled
            case .stats: configuration.statistics.isSuspended = !isEnabled
            case .monitor, .auth, .kernel:
                // Nothing to switch: the list of clients is always kept, nobody becomes a source who is not named, and the
                // kernel's own loop is never used.
                break
            case .bclient where isEnabled: warn(at: token, "'bclient' is not supported; name servers in 'server' lines")
            case .calibrate where isEnabled, .pps where isEnabled:
                warn(at: token, "\(token.shown) is not supported; use an 'rtc' line for the DS3231")
            case .mode7 where isEnabled: warn(at: token, "'mode7' is not supported; ask by ntpq")
            case .bclient, .calibrate, .pps, .mode7: break
            case .unpeerCryptoEarly, .unpeerCryptoNakEarly, .unpeerDigestEarly, .peerClearDigestEarly: break
            }
        } while line.hasMore
    }

    /// A number of seconds; nil for 0, which switches the limit off.
    private func threshold(of option: Token, _ line: inout DirectiveLine) throws(SyntaxError) -> NTPDuration? {
        let threshold = try seconds(of: option, &line, to: 1_000_000_000)
        return threshold == .zero ? nil : threshold
    }

    private func seconds(
        of option: Token,
        _ line: inout DirectiveLine,
        to limit: Int64
    ) throws(SyntaxError) -> NTPDuration {
        .seconds(
            try line.value(of: option, expected: "a number of seconds from 0 to \(limit)") {
                ValueText.decimal($0, in: 0...Double(limit))
            }
        )
    }

    private func count(of option: Token, _ line: inout DirectiveLine) throws(SyntaxError) -> Int {
        Int(try line.wholeNumber(of: option, in: 1...1000))
    }

    private func stratum(of option: Token, _ line: inout DirectiveLine) throws(SyntaxError) -> UInt8 {
        UInt8(truncatingIfNeeded: try line.wholeNumber(of: option, in: 1...16))
    }

    private mutating func ignore(
        _ option: Token,
        _ line: inout DirectiveLine,
        _ instead: String
    ) throws(SyntaxError) {
        _ = try line.next(after: option, expecting: "a value")
        warn(at: option, "\(option.shown) is not supported, as \(instead); ignored")
    }
}

private enum ServiceParameter: String, CaseIterable {
    case minsane, minclock, maxclock, mindist, maxdist, floor, ceiling, orphan, orphanwait
    case basedate, maxdisp, cohort, beacon, bcpollbstep
}

private enum Tinker: String, CaseIterable {
    case panic, step, stepback, stepfwd, stepout, freq, allan, dispersion, huffpuff, max, tick
}

private enum SystemFlag: String, CaseIterable {
    case auth, bclient, calibrate, kernel, mode7, monitor, ntp, pps, stats
    case unpeerCryptoEarly = "unpeer_crypto_early"
    case unpeerCryptoNakEarly = "unpeer_crypto_nak_early"
    case unpeerDigestEarly = "unpeer_digest_early"
    case peerClearDigestEarly = "peer_clear_digest_early"
}
