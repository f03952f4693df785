import NTPTime
import NetworkAddress

extension Parser {
    mutating func server(_ line: inout DirectiveLine, kind: ServerDirective.Kind) throws(SyntaxError) {
        let familyBefore = line.nextFamilyOption()
        guard let host = line.next() else {
            throw SyntaxError(
                at: familyBefore ?? line.keyword,
                "expected a host name or an address after \((familyBefore ?? line.keyword).shown)"
            )
        }
        guard let name = ValueText.host(host.text) else {
            throw SyntaxError(at: host, "expected a host name or an address, found \(host.shown)")
        }
        guard IPAddress(name).map(Self.isReferenceClock) != true else {
            warn(at: host, "reference clock \(host.shown) is not supported; use an 'rtc' line for the DS3231; ignored")
            line.skipRest()
            return
        }
        var directive = ServerDirective(host: name, kind: kind)
        if let familyBefore { try setFamily(of: &directive, to: familyBefore, host: host) }
        var polls = PollOptions()
        while let option = line.next() {
            switch option.text {
            case "-4", "-6": try setFamily(of: &directive, to: option, host: host)
            case "iburst": directive.initialBurst = true
            case "burst": directive.burst = true
            case "prefer": directive.prefer = true
            case "noselect": directive.noSelect = true
            case "minpoll": polls.minimum = try poll(of: option, &line)
            case "maxpoll": polls.maximum = try poll(of: option, &line)
            case "version":
                directive.version = UInt8(truncatingIfNeeded: try line.wholeNumber(of: option, in: 1...4))
            case "port": directive.port = try line.port(of: option)
            case "key": directive.key = UInt32(try line.wholeNumber(of: option, in: Self.keyNumbers))
            default: try unsupported(option, &line)
            }
            if let minimum = polls.minimum, let maximum = polls.maximum, minimum > maximum {
                throw SyntaxError(at: option, "expected 'minpoll' to be no more than 'maxpoll'")
            }
        }
        polls.apply(to: &directive)
        configuration.servers.append(directive)
    }

    private mutating func unsupported(_ option: Token, _ line: inout DirectiveLine) throws(SyntaxError) {
        switch option.text {
        case "autokey", "nts":
            warn(at: option, "\(option.shown) is not supported; the server is used without authentication")
        case let name where Keywords.unsupportedServerOptions.contains(name):
            warn(at: option, "option \(option.shown) is not supported; ignored")
        case let name where Keywords.unsupportedServerValues.contains(name):
            warn(at: option, "option \(option.shown) is not supported; ignored")
            _ = line.next()
        default: warn(at: option, "unknown option \(option.shown) ignored")
        }
    }

    private func poll(of option: Token, _ line: inout DirectiveLine) throws(SyntaxError) -> PollExponent {
        let range = PollExponent.range
        return PollExponent(
            Int8(
                truncatingIfNeeded: try line.wholeNumber(
                    of: option,
                    in: Int64(range.lowerBound.log2Seconds)...Int64(range.upperBound.log2Seconds)
                )
            )
        )
    }

    private func setFamily(
        of directive: inout ServerDirective,
        to option: Token,
        host: Token
    ) throws(SyntaxError) {
        let family: AddressFamily = option.text == "-4" ? .v4 : .v6
        if let address = IPAddress(host.text), address.isV4 != (family == .v4) {
            throw SyntaxError(
                at: host,
                "expected a host name or an \(family == .v4 ? "IPv4" : "IPv6") address with '\(option.text)', found \(host.shown)"
            )
        }
        directive.family = family
    }

    /// 127.127.t.u stands for unit u of ntpd's clock driver t.
    private static func isReferenceClock(_ address: IPAddress) -> Bool {
        address.isV4 && address.v4Bits >> 16 == 0x7f7f
    }
}

/// What was written of `minpoll` and `maxpoll`; the one that was not gives way to the one that was.
private struct PollOptions {
    var minimum: PollExponent?
    var maximum: PollExponent?

    func apply(to directive: inout ServerDirective) {
        directive.minimumPoll = minimum ?? min(directive.minimumPoll, maximum ?? directive.minimumPoll)
        directive.maximumPoll = maximum ?? max(directive.maximumPoll, directive.minimumPoll)
    }
}
