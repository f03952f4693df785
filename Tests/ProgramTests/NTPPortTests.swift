import Foundation
import Testing

/// What only port 123 will do for.
@Suite(.serialized, .enabled(if: TwoNetworks.areThere, "run .ci/dependencies peers, and the tests as root"))
struct `On the NTP port` {
    private static let simulated = "clock virtual\nrtc simulated\n"

    @Test(arguments: ["10.9.0.1", "fd09::1"])
    func `ntpsec, openntpd and chronyd are served`(address: String) throws {
        let networks = try TwoNetworks()
        try networks.workplace.write(Self.simulated, to: "conf")
        let result = try networks.run(
            """
            $tickoverd -n -c conf 2> log &
            printf 'server %s iburst minpoll 3\\n' \(address) > ntp.conf
            printf 'server %s\\n' \(address) > openntpd.conf
            sleep 4
            there timeout -k 5 30 $peers/usr/sbin/ntpd -n -g -q -c $PWD/ntp.conf
            there timeout -k 5 20 $peers/openntpd/usr/sbin/openntpd -d -s -v -f openntpd.conf || true
            there $peers/usr/sbin/chronyd -U -u root -x -Q -t 10 -f /dev/null "server \(address) iburst" 'cmdport 0' \
                'pidfile /run/chronyd.pid'
            """
        )
        let text = result.output + result.errors
        let offsets = [
            try #require(text.firstMatch(of: #/time slew ([+-][0-9.]+) ?s/#)?.1, "\(text)"),
            try #require(text.firstMatch(of: #/reply from [0-9a-f.:]+: offset (-?[0-9.]+)/#)?.1, "\(text)"),
            try #require(text.firstMatch(of: #/System clock wrong by (-?[0-9.]+) seconds/#)?.1, "\(text)"),
        ]
        #expect(offsets.allSatisfy { Double($0)?.magnitude ?? 1 < 0.01 }, "\(text)")
    }

    @Test func `chronyd is served in interleaved mode`() throws {
        let networks = try TwoNetworks()
        try networks.workplace.write("1 SHA256 HEX:000102030405060708090a0b0c0d0e0f10111213\n", to: "chrony.keys")
        try networks.workplace.write("1 SHA256 000102030405060708090a0b0c0d0e0f10111213\n", to: "ntp.keys")
        try networks.workplace.write(
            "\(Self.simulated)keys \(networks.workplace.path("ntp.keys"))\ntrustedkey 1\n",
            to: "conf"
        )
        let result = try networks.run(
            """
            chmod 600 *.keys
            mkdir -m 750 /run/chrony
            $tickoverd -n -c conf 2> log &
            { echo 'server 10.9.0.1 xleave iburst minpoll 0 maxpoll 0'
              echo 'server fd09::1 xleave iburst minpoll 0 maxpoll 0 key 1'
              echo "keyfile $PWD/chrony.keys"
              printf 'port 0\\ncmdport 0\\nbindcmdaddress /run/chrony/chronyd.sock\\npidfile /run/chronyd.pid\\n'; } > chrony.conf
            sleep 4
            there $peers/usr/sbin/chronyd -U -u root -x -d -f $PWD/chrony.conf > chronyd.log &
            for second in $(seq 20); do
                sleep 1
                $peers/usr/bin/chronyc -h /run/chrony/chronyd.sock ntpdata > data || continue
                if [ "$(grep -c '^Interleaved *: Yes' data)" = 2 ]; then break; fi
            done
            cat data
            """
        )
        let text = result.output + result.errors
        #expect(text.matches(of: #/(?m)^Interleaved +: Yes/#).count == 2, "\(text)")
        #expect(text.contains(#/(?m)^Authenticated +: Yes/#), "\(text)")
        let stamps = text.matches(of: #/(?m)^Response time +: ([0-9.]+) seconds/#).compactMap { Double($0.1) }
        #expect(stamps.count == 2 && stamps.allSatisfy { (0.0..<0.01).contains($0) }, "\(text)")
        let offsets = text.matches(of: #/(?m)^Offset +: ([+-][0-9.]+) seconds/#).compactMap { Double($0.1) }
        #expect(offsets.count == 2 && offsets.allSatisfy { $0.magnitude < 0.01 }, "\(text)")
    }

    @Test(arguments: ["10.9.0.2", "fd09::2"])
    func `chronyd is followed`(address: String) throws {
        let networks = try TwoNetworks()
        try networks.workplace.write(
            "clock virtual\nrtc none\nport 11123\nserver \(address) iburst minpoll 0 maxpoll 1\n",
            to: "conf"
        )
        let result = try networks.run(
            """
            printf 'port 123\\nallow\\nlocal stratum 3\\ncmdport 0\\npidfile /run/chronyd.pid\\n' > chrony.conf
            there $peers/usr/sbin/chronyd -U -u root -x -d -f $PWD/chrony.conf > peer.log &
            $tickoverd -n -c conf 2> log &
            for second in $(seq 30); do
                sleep 1
                if $tickover query 127.0.0.1 --port 11123 --json > reply && grep -q '"leap": "none"' reply; then break; fi
            done
            cat reply
            """
        )
        let log = (try? String(contentsOfFile: networks.workplace.path("log"), encoding: .utf8)) ?? ""
        let peerLog = (try? String(contentsOfFile: networks.workplace.path("peer.log"), encoding: .utf8)) ?? ""
        let reply = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any] ?? [:]
        #expect(reply.text("leap") == "none", "\(result.errors)\(log)\(peerLog)")
        #expect(reply.number("stratum") >= 4 && reply.number("offset_s").magnitude < 0.01, "\(reply)\(log)")
        #expect(log.contains("synchronised to"))
    }

    @Test(arguments: ["ubuntu-16.04.conf", "debian-12.conf"])
    func `a distribution's configuration does what it says`(file: String) throws {
        let networks = try TwoNetworks()
        let configurations = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Configurations").standardizedFileURL.path
        let result = try networks.run(
            """
            printf 'port 123\\nallow\\nlocal stratum 3\\ncmdport 0\\npidfile /run/chronyd.pid\\n' > chrony.conf
            there $peers/usr/sbin/chronyd -U -u root -x -d -f $PWD/chrony.conf > chronyd.log &
            { echo 127.0.0.1 localhost
              for n in 0 1 2 3; do echo 10.9.0.$((n + 2)) $n.ubuntu.pool.ntp.org $n.debian.pool.ntp.org; done; } > hosts
            mount --bind hosts /etc/hosts
            $tickoverd -n -g -c \(configurations)/\(file) 2> log &
            for second in $(seq 30); do
                sleep 1
                if $tickover query 127.0.0.1 --json > reply && grep -q '"leap": "none"' reply; then break; fi
            done
            cat reply
            there $tickover query fd09::1 --json > /dev/null && echo served there
            $tickover sources -c \(configurations)/\(file)
            """
        )
        let log = (try? String(contentsOfFile: networks.workplace.path("log"), encoding: .utf8)) ?? ""
        #expect(result.output.contains("\"leap\": \"none\""), "\(result)\(log)")
        #expect(result.output.contains("\"stratum\": 4"), "\(result)")
        #expect(result.output.contains("served there"), "\(result)")
        for last in 2...5 { #expect(result.output.contains("10.9.0.\(last):123"), "\(result)\(log)") }
        #expect(!log.contains(file + ":"), "\(log)")
    }
}
