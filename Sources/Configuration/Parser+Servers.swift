import NTPTime
import NetworkAddress

extension Parser {
    mutating func server(_ line: inout DirectiveLine, kind: ServerDirective.Kind) throws(SyntaxError) {
        let familyBefore = line.nextFamilyOption()
        let host = try line.next(after: familyBefore, expecting: "a host name or an address")
        guard let name = ValueText.host(host.text) else {
            let hint = Self.hostAndPort(host.text).map { "; did you mean '\($0.host) port \($0.port)'?" } ?? ""
            throw SyntaxError(at: host, "expected a host name or an address, found \(host.shown)\(hint)")
        }
        if let driver = Self.clockDriver(name) {
            if driver == Self.localClockDriver { return localClock(&line) }
            warn(at: host, "there is no driver for clock \(host.shown); use an 'rtc' line for the DS3231; ignored")
            return line.skipRest()
        }
        var directive = ServerDirective(host: name, kind: kind)
        if let familyBefore { try setFamily(of: &directive, to: familyBefore, host: host) }
        var polls = PollOptions()
        while let option = line.next() {
            switch try keyword(option, "option", ServerOption.self) {
            case .ipv4, .ipv6: try setFamily(of: &directive, to: option, host: host)
            case .iburst: directive.initialBurst = true
            case .burst: directive.burst = true
            case .prefer: directive.prefer = true
            case .noselect: directive.noSelect = true
            case .minpoll: polls.minimum = try poll(of: option, &line)
            case .maxpoll: polls.maximum = try poll(of: option, &line)
            case .version:
                directive.version = UInt8(truncatingIfNeeded: try line.wholeNumber(of: option, in: 1...4))
            case .port: directive.port = try line.port(of: option)
            case .key: directive.key = UInt32(try line.wholeNumber(of: option, in: Self.keyNumbers))
            case .autokey, .nts: warnUnauthenticated(at: option)
            case .ask, .require, .aead, .cert, .ca:
                _ = try line.next(after: option, expecting: "a value")
                warnUnauthenticated(at: option)
            case .expire, .noval: warnUnauthenticated(at: option)
            case .dynamic, .preempt, .true, .xleave:
                warn(at: option, "option \(option.shown) is not supported; ignored")
            case .bias, .mode, .ttl:
                _ = try line.next(after: option, expecting: "a value")
                warn(at: option, "option \(option.shown) is not supported; ignored")
            }
            if let minimum = polls.minimum, let maximum = polls.maximum, minimum > maximum {
                throw SyntaxError(at: option, "expected 'minpoll' to be no more than 'maxpoll'")
            }
        }
        polls.apply(to: &directive)
        configuration.servers.append(directive)
    }

    /// `HOST:PORT` or `[ADDRESS]:PORT`, which other programs know.
    private static func hostAndPort(_ text: String) -> (host: String, port: Int64)? {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        guard let name = ValueText.host(String(isBracketed ? host.dropFirst().dropLast() : host)),
            let port = ValueText.wholeNumber(String(text[text.utf8.index(after: colon)...]), in: 1...65_535)
        else { return nil }
        return (name, port)
    }

    mutating func peer(_ line: inout DirectiveLine) throws(SyntaxError) {
        warn(at: line.keyword, "'peer' is used as 'server': the other side asks us if it wants our time")
        try server(&line, kind: .server)
    }

    private mutating func warnUnauthenticated(at option: Token) {
        warn(at: option, "\(option.shown) is not supported; the server is used without authentication")
    }

    func poll(of option: Token, _ line: inout DirectiveLine) throws(SyntaxError) -> PollExponent {
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
}

private enum ServerOption: String, CaseIterable {
    case ipv4 = "-4"
    case ipv6 = "-6"
    case iburst, burst, prefer, noselect, minpoll, maxpoll, version, port
    case key, autokey, nts, ask, require, aead, cert, ca, expire, noval
    case dynamic, preempt, `true`, xleave, bias, mode, ttl
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
