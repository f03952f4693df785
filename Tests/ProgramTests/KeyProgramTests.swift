import Foundation
import Testing

/// Other NTP software that knows symmetric keys, with a way to ask it whom it reaches.
private enum KeyedPeer: String, CaseIterable, CustomTestStringConvertible {
    case chronyd
    case ntpd

    var testDescription: String { rawValue }

    /// Keys 1 to 4, one of each type. Of key 5 it has another idea than the daemon.
    static let types = ["MD5", "SHA1", "SHA256", "AES"]
    static let secrets = ["textsecret", secret(octets: 20), secret(octets: 32), secret(octets: 16)]
    static func secret(octets: Int) -> String { (0..<octets).map { _ in "5a" }.joined() }

    func keyFile() -> String {
        let (text, prefix) = self == .chronyd ? ("ASCII:", "HEX:") : ("", "")
        var lines = zip(zip(Self.types, Self.secrets), 1...).map { key, id in
            let type = key.0 == "AES" && self == .chronyd ? "AES128" : key.0
            return "\(id) \(type) \(id == 1 ? text : prefix)\(key.1)"
        }
        lines.append("5 SHA1 \(prefix)\(String(repeating: "ff", count: 20))")
        return lines.joined(separator: "\n") + "\n"
    }

    /// Serves the host's clock, and asks the addresses 10.9.0.11 to 10.9.0.15, each with a key.
    func configuration(keys: String, _ workplace: Workplace) -> String {
        let servers = (1...5).map { "server 10.9.0.1\($0) key \($0) iburst noselect minpoll 4" }.joined(separator: "\n")
        switch self {
        case .chronyd:
            return """
                allow
                local stratum 3
                keyfile \(keys)
                pidfile \(workplace.path("peer.pid"))
                \(servers)

                """
        case .ntpd:
            return """
                keys \(keys)
                trustedkey 1 2 3 4 5
                restrict default
                restrict 127.0.0.1
                restrict 10.9.0.0 mask 255.255.255.0
                refclock local minpoll 0 maxpoll 3 stratum 3 prefer
                \(servers)

                """
        }
    }

    func command(_ configuration: String) -> String {
        let folder = Peers.folder.path
        return switch self {
        case .chronyd: "\(Peers.chronyd) -U -u root -x -d -f \(configuration)"
        case .ntpd: "\(folder)/usr/sbin/ntpd -n -c \(configuration)"
        }
    }

    /// Prints a line for each server, with a word for those that were reached.
    var report: String {
        let folder = Peers.folder.path
        return switch self {
        case .chronyd: "\(folder)/usr/bin/chronyc -n -h 127.0.0.1 sources"
        case .ntpd: "timeout 30 /usr/bin/python3 \(folder)/usr/bin/ntpq -pn 127.0.0.1"
        }
    }

    /// The addresses that answered it authentically.
    func reached(in report: String) -> Set<String> {
        let lines = report.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let reach = self == .chronyd ? 4 : 6
        return Set(
            lines.compactMap { columns in
                let start = columns.firstIndex { $0.hasPrefix("10.9.0.1") && !$0.contains(":") } ?? columns.endIndex
                let shift = self == .chronyd ? start - 1 : start
                guard columns.indices.contains(shift + reach), columns[shift + reach] != "0" else { return nil }
                return columns[start]
            }
        )
    }
}

/// Two networks of their own, a peer in one, daemons in the other: all on the NTP port.
@Suite(
    .serialized,
    .enabled(if: Peers.areUnpacked, "run .ci/dependencies peers"),
    .enabled(if: Peers.namespacesWork, "no user namespaces here")
)
struct `Symmetric keys` {
    @Test(arguments: KeyedPeer.allCases)
    fileprivate func `are the same to others, as their server and as their client`(peer: KeyedPeer) throws {
        let workplace = try Workplace()
        let own = zip(zip(KeyedPeer.types, KeyedPeer.secrets), 1...).map { "\($1) \($0.0) \($0.1)" }
        let keys = try workplace.write(
            (own + ["5 SHA1 \(KeyedPeer.secret(octets: 20))"]).joined(separator: "\n") + "\n",
            to: "keys"
        )
        let peerKeys = try workplace.write(peer.keyFile(), to: "peer.keys")
        for file in [keys, peerKeys] {
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        }
        let peerConfiguration = try workplace.write(peer.configuration(keys: peerKeys, workplace), to: "peer.conf")
        // 0 serves the peer; each of the others follows it with a key.
        for id in 0...5 {
            let server = id == 0 ? "" : "server 10.9.0.1 key \(id) iburst minpoll 0 maxpoll 1"
            try workplace.write(
                """
                \(server)
                keys \(keys)
                trustedkey 1 2 (3 ... 5)
                rtc simulated
                clock virtual
                port \(id == 0 ? 123 : 1_000 + id)
                statedir \(workplace.path("state\(id)"))

                """,
                to: "conf\(id)"
            )
        }
        let tickoverd = try Build.host.command("tickoverd").joined(separator: " ")
        let tickover = try Build.host.command("tickover").joined(separator: " ")
        let script = """
            ip link set lo up
            unshare -n sleep 120 & other=$!
            sleep 0.5
            ip link add veth0 type veth peer name veth1 netns $other
            ip addr add 10.9.0.1/24 dev veth0
            ip link set veth0 up
            there() { nsenter -t $other -n "$@"; }
            there ip link set lo up
            for host in 2 11 12 13 14 15; do there ip addr add 10.9.0.$host/24 dev veth1; done
            there ip link set veth1 up
            \(peer.command(peerConfiguration)) > \(workplace.path("peer.log")) 2>&1 & programs="$other $!"
            for id in 0 1 2 3 4 5; do
                (exec nsenter -t $other -n \(tickoverd) -n -c \(workplace.path("conf"))$id 2> \(workplace.path("log"))$id) &
                programs="$programs $!"
            done
            sleep 25
            for id in 1 2 3 4 5; do
                echo "$id $(there \(tickover) sources -c \(workplace.path("conf"))$id | sed -n 2p)"
            done
            \(peer.report)
            kill $programs
            sleep 0.5
            kill -9 $programs 2> /dev/null
            """
        let result = try run(["/usr/bin/unshare", "-Urn", "/bin/bash", "-c", script], environment: Peers.environment)
        let lines = result.output.split(separator: "\n")
        for id in 1...5 {
            let source = try #require(lines.first { $0.hasPrefix("\(id) ") }, "\(result.output)\(result.errors)")
            #expect(source.hasPrefix("\(id) *") == (id != 5), "\(source)")
        }
        let reached = peer.reached(in: result.output)
        #expect(reached == ["10.9.0.11", "10.9.0.12", "10.9.0.13", "10.9.0.14"], "\(result.output)\(result.errors)")
    }

    @Test func `are not taken from a file that everybody may read`() throws {
        let workplace = try Workplace()
        let keys = try workplace.write("1 MD5 secret\n", to: "keys")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: keys)
        let daemon = try Instance("rtc simulated\nkeys \(keys)\ntrustedkey 1\nserver 127.0.0.1 key 1")
        #expect(daemon.reaches("holdover", within: 30))
        let log = daemon.program.log
        #expect(log.contains("keys that everybody may read are no secret, and not used"), "\(log)")
        #expect(log.contains("server 127.0.0.1: there is no trusted key 1"), "\(log)")
    }

    @Test func `are read anew at a hangup, and stay when that fails`() throws {
        let workplace = try Workplace()
        let keys = try workplace.write("2 MD5 secret\n", to: "keys")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: keys)
        let daemon = try Instance("rtc none\nkeys \(keys)\ntrustedkey 1")
        #expect(eventually(within: 10) { daemon.logged("no key in it is named by a 'trustedkey' line") == 1 })
        try workplace.write("1 MD5 secret\n1 DES secret\n", to: "keys")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: keys)
        daemon.program.signal(SIGHUP)
        #expect(eventually(within: 10) { daemon.logged("expected MD5, SHA1, SHA256 or AES") == 1 })
        try FileManager.default.removeItem(atPath: keys)
        daemon.program.signal(SIGHUP)
        #expect(eventually(within: 10) { daemon.logged("the keys stay as they were") == 1 }, "\(daemon.program.log)")
        #expect(daemon.program.end() == 0)
    }
}
