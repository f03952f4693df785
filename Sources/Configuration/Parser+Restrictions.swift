import NetworkAddress

extension Parser {
    mutating func restrict(_ line: inout DirectiveLine) throws(SyntaxError) {
        switch try restrictionTarget(&line) {
        case .source:
            let options = try restrictionOptions(&line, mask: nil)
            configuration.restrictSource = (configuration.restrictSource ?? []).union(options.flags)
        case .networks(var networks, let token):
            let options = try restrictionOptions(&line, mask: (networks, token))
            networks = options.networks ?? networks
            for network in networks { add(network, options) }
        case .host(let host, let family):
            let options = try restrictionOptions(&line, mask: nil, isHost: true)
            let line = HostRestriction(
                host: host,
                family: family,
                onlyFromNTPPort: options.onlyFromNTPPort,
                flags: options.flags
            )
            if let index = index(of: line) {
                configuration.restrictedHosts[index].flags.formUnion(line.flags)
            } else {
                configuration.restrictedHosts.append(line)
            }
        }
    }

    /// Takes the flags named off an earlier restriction or, without flags, the restriction itself.
    mutating func unrestrict(_ line: inout DirectiveLine) throws(SyntaxError) {
        let keyword = line.keyword
        switch try restrictionTarget(&line) {
        case .source:
            let options = try restrictionOptions(&line, mask: nil)
            guard let flags = configuration.restrictSource else { return warnNothing(at: keyword) }
            configuration.restrictSource = options.hasFlags ? flags.subtracting(options.flags) : nil
        case .networks(let networks, let token):
            let options = try restrictionOptions(&line, mask: (networks, token))
            var found = false
            for network in options.networks ?? networks {
                guard let index = index(of: network, options) else { continue }
                found = true
                if options.hasFlags {
                    configuration.restrictions[index].flags.subtract(options.flags)
                } else {
                    configuration.restrictions.remove(at: index)
                }
            }
            if !found { warnNothing(at: keyword) }
        case .host(let host, let family):
            let options = try restrictionOptions(&line, mask: nil, isHost: true)
            let named = HostRestriction(host: host, family: family, onlyFromNTPPort: options.onlyFromNTPPort)
            guard let index = index(of: named) else { return warnNothing(at: keyword) }
            if options.hasFlags {
                configuration.restrictedHosts[index].flags.subtract(options.flags)
            } else {
                configuration.restrictedHosts.remove(at: index)
            }
        }
    }

    private mutating func warnNothing(at keyword: Token) {
        warn(at: keyword, "no 'restrict' line before this one is for the same addresses; ignored")
    }

    /// ntpd's rule: a second line for the same addresses adds its flags to the first.
    private mutating func add(_ network: IPNetwork, _ options: RestrictionOptions) {
        if let index = index(of: network, options) {
            configuration.restrictions[index].flags.formUnion(options.flags)
        } else {
            configuration.restrictions.append(
                Restriction(network: network, onlyFromNTPPort: options.onlyFromNTPPort, flags: options.flags)
            )
        }
    }

    private func index(of network: IPNetwork, _ options: RestrictionOptions) -> Int? {
        configuration.restrictions.firstIndex {
            $0.network == network && $0.onlyFromNTPPort == options.onlyFromNTPPort
        }
    }

    /// The line for the same name.
    private func index(of line: HostRestriction) -> Int? {
        configuration.restrictedHosts.firstIndex {
            $0.host == line.host && $0.family == line.family && $0.onlyFromNTPPort == line.onlyFromNTPPort
        }
    }

    private func restrictionTarget(_ line: inout DirectiveLine) throws(SyntaxError) -> RestrictionTarget {
        let family = line.nextFamilyOption()
        let isV4 = family.map { $0.text == "-4" }
        let target = try line.next(after: family, expecting: RestrictionTarget.expected)
        switch target.text {
        case "source" where family == nil: return .source
        case "default":
            return switch isV4 {
            case true?: .networks([.allV4], target)
            case false?: .networks([.allV6], target)
            case nil: .networks([.allV4, .allV6], target)
            }
        default:
            guard let network = ValueText.network(target.text) else {
                guard let host = ValueText.restrictedHost(target.text) else {
                    throw SyntaxError(at: target, "expected \(RestrictionTarget.expected), found \(target.shown)")
                }
                return .host(host, isV4.map { $0 ? .v4 : .v6 })
            }
            guard isV4 == nil || isV4 == network.address.isV4 else {
                throw SyntaxError(
                    at: target,
                    "expected an \(isV4 == true ? "IPv4" : "IPv6") address, found \(target.shown)"
                )
            }
            return .networks([network], target)
        }
    }

    /// - Parameters:
    ///   - target: what a `mask` is for and the word that named it; nil where there can be none.
    ///   - isHost: the line names a host, each of whose addresses is meant, as a mask of all bits says again.
    private mutating func restrictionOptions(
        _ line: inout DirectiveLine,
        mask target: (networks: [IPNetwork], token: Token)?,
        isHost: Bool = false
    ) throws(SyntaxError) -> RestrictionOptions {
        var options = RestrictionOptions()
        while let token = line.next() {
            if IPAddress(token.text) != nil {
                throw SyntaxError(at: token, "expected flags, found \(token.shown); did you mean 'mask \(token.text)'?")
            }
            let flag = try keyword(token, "flag", RestrictionKeyword.self)
            switch flag {
            case .mask where isHost:
                _ = try line.value(of: token, expected: "the mask 255.255.255.255, as this is a name") { text in
                    IPAddress(text).flatMap { $0.isWholeMask ? $0 : nil }
                }
                continue
            case .mask:
                guard let target, target.networks.count == 1, let address = IPAddress(target.token.text) else {
                    throw SyntaxError(at: token, "expected 'mask' after an address only")
                }
                options.networks = [try network(of: address, mask: token, &line)]
                continue
            case .ntpport:
                options.onlyFromNTPPort = true
                continue
            case .ippeerlimit:
                _ = try line.value(of: token, expected: "a whole number", read: Int64.init(_:))
                continue
            case .flake, .mssntp: warn(at: token, "flag \(token.shown) is not supported; ignored")
            case .serverresponse:
                _ = try line.next(after: token, expecting: "'fuzz'")
                warn(at: token, "flag \(token.shown) is not supported; ignored")
            default: options.flags.formUnion(flag.meaning)
            }
            options.hasFlags = true
        }
        return options
    }

    private func network(
        of address: IPAddress,
        mask option: Token,
        _ line: inout DirectiveLine
    ) throws(SyntaxError) -> IPNetwork {
        try line.value(of: option, expected: "a mask of the same family as the address") { text in
            guard let mask = IPAddress(text), mask.isV4 == address.isV4 else { return nil }
            // An IPv4 network is a part of the mapped addresses: its mask covers their common prefix as well.
            let bits = mask.isV4 ? IPAddress(high: .max, low: 0xffff_ffff_0000_0000 | UInt64(mask.v4Bits)) : mask
            return IPNetwork(address: address, mask: bits)
        }
    }
}

/// Whom a `restrict` line is for.
private enum RestrictionTarget {
    case source
    /// The networks and the word that named them.
    case networks([IPNetwork], Token)
    case host(String, AddressFamily?)

    static let expected = "an address, a host name, 'default' or 'source'"
}

private struct RestrictionOptions {
    var flags: RestrictionFlags = []
    /// Whether any flag was written, of those too that mean nothing here.
    var hasFlags = false
    var onlyFromNTPPort = false
    /// What the address is with its `mask`.
    var networks: [IPNetwork]?
}

private enum RestrictionKeyword: String, CaseIterable {
    case ignore, noserve, noquery, limited, kod, version, notrust
    case nomodify, nopeer, noepeer, epeer, notrap, lowpriotrap, nomrulist
    case mask, ntpport, ippeerlimit, flake, mssntp, serverresponse

    /// Empty for what denies things that are offered to nobody: changes over the network, traps, symmetric peers.
    var meaning: RestrictionFlags {
        switch self {
        case .ignore: .ignore
        case .noserve: .noServe
        case .noquery: .noQuery
        case .limited: .limited
        case .kod: .kissOfDeath
        case .version: .version
        case .notrust: .noTrust
        case .nomrulist: .noClientList
        default: []
        }
    }
}

extension IPAddress {
    /// Whether it is a mask of all bits of its family.
    fileprivate var isWholeMask: Bool { isV4 ? v4Bits == .max : high == .max && low == .max }
}
