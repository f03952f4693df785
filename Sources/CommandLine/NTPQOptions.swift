import NetworkAddress

/// What the command line asks of `ntpq`.
package enum NTPQInvocation: Equatable, Sendable {
    case run(NTPQOptions)
    case help
    case version
}

/// ntpq's options; they mean what they mean to ntp.org's.
package struct NTPQOptions: Equatable, Sendable {
    /// `-4` or `-6`: the family that names are resolved in; nil is both.
    package var family: AddressFamily?
    /// `-n`: addresses are not resolved to names.
    package var numeric = false
    /// `-c`, and `peers` for `-p`, in the order in which they were given.
    package var commands: [String] = []
    /// Servers to ask; never none.
    package var hosts: [Host] = []

    package init() {}

    /// A server to ask.
    package struct Host: Equatable, Sendable {
        /// A name or an address.
        package var name: String
        package var port: UInt16

        package init(name: String, port: UInt16 = 123) {
            self.name = name
            self.port = port
        }
    }
}

extension NTPQOptions {
    /// Reads the command line.
    ///
    /// - Parameter arguments: without the program's name.
    /// - Throws: `UsageError` for an unknown option, a missing value or an empty host.
    package static func parse(_ arguments: [String]) throws(UsageError) -> NTPQInvocation {
        var options = NTPQOptions()
        var scanner = OptionScanner(arguments, NTPQOption.forms)
        while let argument = try scanner.next() {
            switch argument {
            case .option(.help, _, _): return .help
            case .option(.version, _, _): return .version
            case .option(.ipv4, _, _): options.family = .v4
            case .option(.ipv6, _, _): options.family = .v6
            case .option(.numeric, _, _): options.numeric = true
            case .option(.peers, _, _): options.commands.append("peers")
            case .option(.command, _, let command): options.commands.append(command)
            case .operand(let host): options.hosts.append(try Host(host))
            }
        }
        if options.hosts.isEmpty { options.hosts = [Host(name: "localhost")] }
        return .run(options)
    }

    package static let usage = """
        Usage: ntpq [OPTION]... [HOST]...

        Asks NTP servers how they are doing, as ntp.org's ntpq does, by control
        messages (RFC 9327). Without a command it reads commands from standard
        input; 'help' lists them.

          -c, --command COMMAND  a command, such as peers, 'rv 0 offset' or sysinfo;
                                 may be repeated
          -p, --peers            the command peers
          -n, --numeric          show addresses, not names
          -4, --ipv4             IPv4 only
          -6, --ipv6             IPv6 only
          -h, --help             show this help
          -V, --version          show the version

        HOST is a name or an address, localhost if there is none, with HOST:PORT for a
        port other than 123.

        Exit status: 0 success, 1 failure, 2 wrong usage, 3 no answer.

        """
}

extension NTPQOptions.Host {
    /// `NAME`, `ADDRESS`, `NAME:PORT` or `[ADDRESS]:PORT`.
    fileprivate init(_ text: String) throws(UsageError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let isBracketed = text.hasPrefix("[")
        // Several colons without brackets are an IPv6 address.
        guard let last = parts.last, parts.count == 2 || (isBracketed && !last.hasSuffix("]")) else {
            let name = isBracketed && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
            guard !name.isEmpty else { throw UsageError("expected the name or the address of a server") }
            self.init(name: name)
            return
        }
        let host = String(text.dropLast(last.utf8.count + 1))
        let name = isBracketed && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        guard !name.isEmpty, let port = UInt16(last), port > 0 else {
            throw UsageError("expected a server as HOST, HOST:PORT or [ADDRESS]:PORT, not '\(text)'")
        }
        self.init(name: name, port: port)
    }
}

private enum NTPQOption {
    case command, help, ipv4, ipv6, numeric, peers, version

    static var forms: [OptionForm<NTPQOption>] {
        [
            OptionForm(.command, "c", "command", value: "COMMAND"),
            OptionForm(.help, "h", "help"),
            OptionForm(.help, "?"),
            OptionForm(.ipv4, "4", "ipv4"),
            OptionForm(.ipv6, "6", "ipv6"),
            OptionForm(.numeric, "n", "numeric"),
            OptionForm(.peers, "p", "peers"),
            OptionForm(.version, "V", "version"),
        ]
    }
}
