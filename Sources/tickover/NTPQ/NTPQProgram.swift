import CommandLine
import Linux
import Monitoring
import NetworkAddress
import ProgramSupport

/// The program under the name `ntpq`.
struct NTPQProgram {
    private let options: NTPQOptions
    private let names: NameCache
    private let terminalWidth = Host.terminalWidth(StandardStream.output.rawValue) ?? 80
    private var status = ExitStatus.success

    static func run(_ arguments: [String]) -> ExitStatus {
        do throws(UsageError) {
            switch try NTPQOptions.parse(arguments) {
            case .help: return StandardStream.output.write(NTPQOptions.usage) ? .success : .failure
            case .version:
                return StandardStream.output.write("ntpq (tickover) \(Version.number)\n") ? .success : .failure
            case .run(let options):
                var program = NTPQProgram(options)
                program.run()
                return program.status
            }
        } catch {
            StandardStream.error.write("ntpq: \(error)\nTry 'ntpq --help'.\n")
            return .usage
        }
    }

    private init(_ options: NTPQOptions) {
        self.options = options
        names = NameCache(isNumeric: options.numeric)
    }

    private mutating func run() {
        guard !options.commands.isEmpty else { return converse() }
        for host in options.hosts {
            guard var session = connect(to: host) else { continue }
            for line in options.commands {
                guard run(line, &session) == .done else { break }
            }
        }
    }

    // MARK: Commands

    private enum Outcome {
        case done
        /// Nobody answers, or nobody reads.
        case useless
        /// No more commands are wanted.
        case quit
    }

    /// Shows what a command has to show, or what is wrong.
    private mutating func run(_ line: String, _ session: inout NTPQSession<ControlSocket>) -> Outcome {
        do throws(ControlFailure) {
            guard let command = try NTPQCommand(line: line) else { return .done }
            guard command != .quit else { return .quit }
            guard StandardStream.output.write(try session.text(of: command)) else {
                fail(.failure)
                return .useless
            }
            return .done
        } catch {
            StandardStream.error.write("\(error.description)\n")
            switch error {
            case .silent, .unreachable:
                fail(.noAnswer)
                return .useless
            case .refused, .failed:
                fail(.failure)
                return .done
            }
        }
    }

    /// The first thing that went wrong is the program's status.
    private mutating func fail(_ failure: ExitStatus) { if status == .success { status = failure } }

    /// Commands from standard input, for one server.
    private mutating func converse() {
        if options.hosts.count > 1 { StandardStream.error.write("ntpq: commands from standard input go to one host\n") }
        guard var session = connect(to: options.hosts[0]) else { return }
        let prompt = Host.isTerminal(StandardInput.fd) ? "ntpq> " : ""
        var input = StandardInput()
        while StandardStream.output.write(prompt), let line = input.nextLine() {
            // Where nobody answers, whoever types may try again.
            if run(line, &session) == .quit { return }
        }
        if !prompt.isEmpty { StandardStream.output.write("\n") }
    }

    // MARK: Servers

    /// A session with the first of a host's addresses at which somebody answers.
    private mutating func connect(to host: NTPQOptions.Host) -> NTPQSession<ControlSocket>? {
        do throws(ResolverError) {
            let addresses = try self.addresses(of: host)
            for (index, address) in addresses.enumerated() {
                if let session = open(address, host, isLast: index == addresses.count - 1) { return session }
            }
        } catch {
            StandardStream.error.write("ntpq: \(error)\n")
            fail(.failure)
        }
        return nil
    }

    /// `localhost` is this machine also where no file and no name server says so (RFC 6761 section 6.3), as in a container
    /// with next to nothing in it.
    private func addresses(of host: NTPQOptions.Host) throws(ResolverError) -> [SocketAddress] {
        do throws(ResolverError) {
            return try Resolver.resolve(host.name, family: options.family, port: host.port)
        } catch {
            guard host.name == "localhost" else { throw error }
            return [SocketAddress(address: options.family == .v6 ? .loopbackV6 : .loopbackV4, port: host.port)]
        }
    }

    /// - Returns: nil where nobody answers, which is said of the last address only.
    private mutating func open(
        _ address: SocketAddress,
        _ host: NTPQOptions.Host,
        isLast: Bool
    ) -> NTPQSession<ControlSocket>? {
        do throws(LinuxError) {
            var socket = try ControlSocket(to: address, names: names)
            if !isLast, !socket.isAnswered() { return nil }
            return NTPQSession(socket, terminalWidth: terminalWidth, server: label(host))
        } catch {
            guard isLast else { return nil }
            StandardStream.error.write("ntpq: \(address): \(error.reason)\n")
            fail(.noAnswer)
            return nil
        }
    }

    /// What lines about a host begin with; nothing when it is the only one.
    private func label(_ host: NTPQOptions.Host) -> String {
        guard options.hosts.count > 1 else { return "" }
        let width = options.hosts.reduce(0) { max($0, $1.name.utf8.count) }
        return host.name + String(repeating: " ", count: width + 1 - host.name.utf8.count)
    }
}
