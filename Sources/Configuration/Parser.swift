import NTPTime

extension Configuration {
    /// Reads ntp.conf syntax. Never fails: what cannot be used is left out and reported in `diagnostics`, in the order
    /// of the lines.
    ///
    /// - Parameter file: the name that the diagnostics carry.
    package static func parse(text: String, file: String) -> (configuration: Configuration, diagnostics: [Diagnostic]) {
        parse(bytes: Array(text.utf8), file: file)
    }

    /// As `parse(text:file:)`, from a file's octets, whatever they are.
    package static func parse(
        bytes: [UInt8],
        file: String
    ) -> (configuration: Configuration, diagnostics: [Diagnostic]) {
        var parser = Parser(file: file)
        var lexer = Lexer(bytes)
        while let tokens = lexer.nextLine() { parser.read(tokens) }
        return (parser.configuration, parser.diagnostics)
    }
}

/// Takes lines of words and builds the configuration.
struct Parser {
    private let file: String
    var configuration = Configuration()
    private(set) var diagnostics: [Diagnostic] = []
    /// The lines of the directives that count once.
    private var linesOfSettings: [String: Int] = [:]

    init(file: String) { self.file = file }

    mutating func read(_ tokens: [Token]) {
        guard var line = DirectiveLine(tokens) else { return }
        do throws(SyntaxError) {
            if let token = tokens.first(where: { $0.isUnterminated }) {
                throw SyntaxError(at: token, "expected a closing '\"' on this line")
            }
            try directive(&line)
            if let extra = line.next() { warn(at: extra, "unexpected \(extra.shown) ignored") }
        } catch {
            report(.error, at: error.token, error.message)
        }
    }

    mutating func warn(at token: Token, _ message: String) { report(.warning, at: token, message) }

    private mutating func report(_ severity: Diagnostic.Severity, at token: Token, _ message: String) {
        diagnostics.append(
            Diagnostic(severity: severity, file: file, line: token.line, column: token.column, message: message)
        )
    }

    private mutating func directive(_ line: inout DirectiveLine) throws(SyntaxError) {
        switch line.keyword.text {
        case "server": try server(&line, kind: .server)
        case "pool": try server(&line, kind: .pool)
        case "peer":
            warn(at: line.keyword, "'peer' is not supported; used as 'server'")
            try server(&line, kind: .server)
        case "restrict": try restrict(&line)
        case "unrestrict": try unrestrict(&line)
        case "interface", "nic": try interface(&line)
        case "tinker": try tinker(&line)
        case "discard": try discard(&line)
        case "mru": try clientList(&line)
        case "trustedkey": try trustedKeys(&line)
        case "fudge", "refclock": referenceClock(&line)
        case "includefile":
            warn(at: line.keyword, "'includefile' is not supported; copy the file's lines here")
            line.skipRest()
        case "driftfile", "keys", "logfile", "pidfile", "statedir", "port", "rtc", "holdover", "clock":
            try setting(&line)
        case let name where Keywords.unsupportedDirectives.contains(name):
            warn(at: line.keyword, "'\(name)' is not supported; ignored")
            line.skipRest()
        default:
            warn(at: line.keyword, "unknown directive \(line.keyword.shown) ignored")
            line.skipRest()
        }
    }

    /// The directives of which the last one counts.
    private mutating func setting(_ line: inout DirectiveLine) throws(SyntaxError) {
        let keyword = line.keyword
        if let earlier = linesOfSettings[keyword.text] {
            warn(at: keyword, "\(keyword.shown) replaces the one on line \(earlier)")
        }
        linesOfSettings[keyword.text] = keyword.line
        switch keyword.text {
        case "driftfile": configuration.driftFile = try line.path(of: keyword)
        case "keys": configuration.keyFile = try line.path(of: keyword)
        case "logfile": configuration.logFile = try line.path(of: keyword)
        case "pidfile": configuration.pidFile = try line.path(of: keyword)
        case "statedir": configuration.stateDirectory = try line.path(of: keyword, expected: "a directory")
        case "port": configuration.port = try line.port(of: keyword)
        case "rtc": configuration.rtc = try rtc(&line)
        case "holdover": configuration.holdover = try holdover(&line)
        default: configuration.clock = try clock(&line)
        }
    }

    private func clock(_ line: inout DirectiveLine) throws(SyntaxError) -> ClockDirective {
        try line.value(of: line.keyword, expected: "'auto', 'kernel' or 'virtual'") { text -> ClockDirective? in
            switch text {
            case "auto": .automatic
            case "kernel": .kernel
            case "virtual": .virtual
            default: nil
            }
        }
    }

    private mutating func tinker(_ line: inout DirectiveLine) throws(SyntaxError) {
        guard var option = line.next() else {
            throw SyntaxError(at: line.keyword, "expected an option such as 'panic' after 'tinker'")
        }
        while true {
            switch option.text {
            case "panic": configuration.panicThreshold = try threshold(of: option, &line)
            case "step":
                configuration.stepThreshold = try threshold(of: option, &line)
                configuration.stepsLater = true
            case let name where Keywords.unsupportedTinkers.contains(name):
                warn(at: option, "'tinker \(name)' is not supported; ignored")
                _ = line.next()
            default: warn(at: option, "unknown option \(option.shown) of 'tinker' ignored")
            }
            guard let next = line.next() else { return }
            option = next
        }
    }

    /// A number of seconds; nil for 0, which switches the limit off.
    private func threshold(of option: Token, _ line: inout DirectiveLine) throws(SyntaxError) -> NTPDuration? {
        let seconds = try line.value(of: option, expected: "a number of seconds from 0 to 1000000000") {
            ValueText.decimal($0, in: 0...1e9)
        }
        return seconds == 0 ? nil : .seconds(seconds)
    }

    private mutating func referenceClock(_ line: inout DirectiveLine) {
        warn(at: line.keyword, "\(line.keyword.shown) is not supported; use an 'rtc' line for the DS3231; ignored")
        line.skipRest()
    }
}
