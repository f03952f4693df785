import Foundation
import Testing

/// What only port 123 will do for.
@Suite(.serialized, .enabled(if: TwoNetworks.areThere, "run .ci/dependencies peers, and the tests as root"))
struct `On the NTP port` {
    private static let simulated = "clock virtual\nrtc simulated\n"

    /// In the way of ntpsec, and of chronyd with `HEX:`.
    private static func keys(_ prefix: String = "") -> String {
        "1 SHA256 \(prefix)000102030405060708090a0b0c0d0e0f10111213\n"
    }

    /// ntpd has a key where it asks by IPv6.
    @Test(arguments: [("10.9.0.1", ""), ("fd09::1", "key 1")])
    func `other programs are served`(address: String, key: String) throws {
        let networks = try TwoNetworks()
        try networks.workplace.write(Self.keys(), to: "ntp.keys")
        try networks.workplace.write(
            "\(Self.simulated)keys \(networks.workplace.path("ntp.keys"))\ntrustedkey 1\n",
            to: "conf"
        )
        let result = try networks.run(
            """
            chmod 600 ntp.keys
            $tickoverd -n -c conf 2> log &
            printf 'keys %s/ntp.keys\ntrustedkey 1\nserver %s iburst minpoll 3 %s\n' $PWD \(address) '\(key)' > ntp.conf
            printf 'server %s\n' \(address) > openntpd.conf
            mkdir -p /run/systemd/netif /run/systemd/timesyncd.conf.d
            printf '[Time]\nNTP=\nNTP=%s\nFallbackNTP=\n' \(address) > /run/systemd/timesyncd.conf.d/only.conf
            chmod -R a+rX /run/systemd
            sleep 4
            # Root's timesyncd wants to keep a capability that it does not have here.
            there env SYSTEMD_LOG_LEVEL=debug timeout 6 setpriv --reuid 65533 --regid 65533 --clear-groups \
                $peers/lib/systemd/systemd-timesyncd > timesyncd.out 2>&1 &
            there timeout -k 5 8 $peers/openntpd/usr/sbin/openntpd -d -s -v -f openntpd.conf > openntpd.out 2>&1 &
            there timeout -k 5 30 $peers/usr/sbin/ntpd -n -g -q -c $PWD/ntp.conf > ntpd.out 2>&1 & ntpd=$!
            there $peers/usr/sbin/chronyd -U -u root -x -Q -t 10 -f /dev/null "server \(address) iburst" 'cmdport 0' \
                'pidfile /run/chronyd.pid'
            there /usr/bin/python3 $peers/usr/bin/ntpdig \(address)
            PATH=$peers/usr/bin:$PATH there sh $peers/usr/sbin/ntpdate -q \(address)
            there $peers/bin/toybox sntp \(address)
            wait $ntpd
            cat ntpd.out openntpd.out timesyncd.out
            """
        )
        let text = result.output + result.errors
        let offsets = [
            try #require(text.firstMatch(of: #/time slew ([+-][0-9.]+) ?s/#)?.1, "\(text)"),
            try #require(text.firstMatch(of: #/reply from [0-9a-f.:]+: offset (-?[0-9.]+)/#)?.1, "\(text)"),
            try #require(text.firstMatch(of: #/System clock wrong by (-?[0-9.]+) seconds/#)?.1, "\(text)"),
            try #require(text.firstMatch(of: #/ offset (-?[0-9.]+) secs/#)?.1, "\(text)"),
            try #require(text.firstMatch(of: #/ offset +: ([+-][0-9.]+) sec/#)?.1, "\(text)"),
        ]
        // ntpdig's, and ntpdate's, which is the same program.
        let digs = text.matches(of: #/\(\+0000\) ([+-][0-9.]+) \+/- /#).map(\.1)
        #expect(digs.count == 2 && text.contains("Contacted time server"), "\(text)")
        #expect((offsets + digs).allSatisfy { Double($0)?.magnitude ?? 1 < 0.05 }, "\(text)")
    }

    @Test func `chronyd is served in interleaved mode`() throws {
        let networks = try TwoNetworks()
        try networks.workplace.write(Self.keys("HEX:"), to: "chrony.keys")
        try networks.workplace.write(Self.keys(), to: "ntp.keys")
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

    @Test func `broadcasts and multicasts are heard`() throws {
        let networks = try TwoNetworks()
        try networks.workplace.write(Self.keys(), to: "ntp.keys")
        try networks.workplace.write(
            """
            \(Self.simulated)keys \(networks.workplace.path("ntp.keys"))
            trustedkey 1
            broadcast 10.9.0.255 minpoll 0
            broadcast ff02::101%near minpoll 1 ttl 3 key 1

            """,
            to: "conf"
        )
        try networks.workplace.write(Self.receiver, to: "receiver.py")
        let result = try networks.run(
            """
            chmod 600 ntp.keys
            there timeout 30 /usr/bin/python3 receiver.py > packets & receiver=$!
            sleep 1
            $tickoverd -n -c conf 2> log &
            wait $receiver || true
            cat packets log
            """
        )
        // The sender's port, the hops, the header, the code's length, and the error in seconds.
        let packets = result.output.matches(
            of:
                #/(?m)^(4|6) port 123 hops (\d+) leap 0 version 4 mode 5 stratum 10 poll (\d) code (\d+) error (-?[0-9.]+)$/#
        )
        let v4 = packets.filter { $0.1 == "4" }
        let v6 = packets.filter { $0.1 == "6" }
        #expect(v4.count == 2 && v4.allSatisfy { $0.3 == "0" && $0.4 == "0" }, "\(result)")
        #expect(v6.count == 2 && v6.allSatisfy { $0.2 == "3" && $0.3 == "1" && $0.4 == "24" }, "\(result)")
        #expect(packets.allSatisfy { Double($0.5)?.magnitude ?? 1 < 0.1 }, "\(result)")
    }

    /// Prints two broadcasts of each family.
    private static let receiver = """
        import socket, struct, time

        def receiver(family):
            s = socket.socket(family, socket.SOCK_DGRAM)
            if family == socket.AF_INET6:
                s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
                group = socket.inet_pton(family, "ff02::101") + struct.pack("@I", socket.if_nametoindex("far"))
                s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
            s.bind(("", 123))
            return s

        for family, name in ((socket.AF_INET, 4), (socket.AF_INET6, 6)):
            s = receiver(family)
            for _ in range(2):
                packet, control, _, sender = s.recvmsg(200, 200)
                hops = struct.unpack("@i", control[0][2])[0] if control else 0
                first, stratum, poll = packet[:3]
                zeros = packet[24:40] == bytes(16)
                seconds, fraction = struct.unpack("!II", packet[40:48])
                error = seconds - 2208988800 + fraction / 2**32 - time.time()
                print(f"{name} port {sender[1]} hops {hops} leap {first >> 6} version {first >> 3 & 7} mode {first & 7}"
                      f" stratum {stratum} poll {poll} code {len(packet) - 48} error {error if zeros else 999:.6f}", flush=True)

        """

    /// chronyd and ntpd have a key where they are asked by IPv6. openntpd serves no time but what it follows itself.
    @Test(arguments: [("10.9.0.", ""), ("fd09::", "key 1")])
    func `other programs are followed`(prefix: String, key: String) throws {
        let networks = try TwoNetworks()
        try networks.workplace.write(Self.keys("HEX:"), to: "chrony.keys")
        try networks.workplace.write(Self.keys(), to: "ntp.keys")
        let haste = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Peers/hasty.c").standardizedFileURL.path
        let result = try networks.run(
            """
            chmod 600 *.keys
            for last in 3 4; do there ip addr add fd09::$last/64 dev far nodad; done
            clang -O2 -Wall -Wextra -Werror -shared -fPIC -o hasty.so \(haste)
            { printf 'bindaddress 10.9.0.2\nbindaddress fd09::2\nallow\nlocal stratum 3\n'
              printf "keyfile $PWD/chrony.keys\ncmdport 0\npidfile /run/chronyd.pid\n"; } > chrony.conf
            { printf 'interface ignore wildcard\ninterface ignore all\ninterface listen 127.0.0.1\n'
              printf 'interface listen 10.9.0.3\ninterface listen fd09::3\n'
              printf "refclock local minpoll 0 maxpoll 3 stratum 3 prefer\nkeys $PWD/ntp.keys\ntrustedkey 1\n"; } > ntp.conf
            printf 'listen on 10.9.0.4\nlisten on fd09::4\nserver 10.9.0.2\n' > openntpd.conf
            there $peers/usr/sbin/chronyd -U -u root -x -d -f $PWD/chrony.conf > chronyd.out 2>&1 &
            there $peers/usr/sbin/ntpd -n -c $PWD/ntp.conf > ntpd.out 2>&1 &
            # Whom it asks is to be there already.
            until there $tickover query 10.9.0.2 --timeout 1 > /dev/null; do sleep 0.2; done
            there env LD_PRELOAD=$PWD/hasty.so \
                $peers/openntpd/usr/sbin/openntpd -d -s -v -f openntpd.conf > openntpd.out 2>&1 &
            printf 'clock virtual\nrtc none\nport 11123\nkeys %s/ntp.keys\ntrustedkey 1\n' $PWD > common
            printf 'restrict default ignore\nrestrict 127.0.0.1\nrestrict source\n' >> common
            { cat common
              for last in 2 3; do echo "server \(prefix)$last iburst minpoll 0 maxpoll 1 \(key)"; done
              echo 'server \(prefix)4 iburst minpoll 0 maxpoll 1'; } > conf
            $tickoverd -n -c conf 2> log & daemon=$!
            for second in $(seq 40); do
                sleep 1
                $tickover sources -c conf > sources || continue
                if [ "$(grep -c '^[*+]' sources)" = 3 ]; then break; fi
            done
            cat sources
            $tickover query 127.0.0.1 --port 11123 --json
            there $tickover query \(prefix)1 --port 11123 --json > /dev/null && echo sources are served
            cp common conf
            kill -HUP $daemon
            sleep 1
            there $tickover query \(prefix)1 --port 11123 --timeout 1 --json > /dev/null || echo others are not
            cat log *.out >&2
            """
        )
        let chosen = result.output.matches(of: #/(?m)^[*+] +(\S+) /#).map(\.1)
        let expected = (2...4).map { prefix == "fd09::" ? "[fd09::\($0)]:123" : "10.9.0.\($0):123" }
        #expect(chosen.map(String.init) == expected, "\(result)")
        let offset = try #require(result.output.firstMatch(of: #/"offset_s": (-?[0-9.e-]+)/#)?.1, "\(result)")
        #expect(
            try #require(Double(offset)).magnitude < 0.01 && result.output.contains("\"leap\": \"none\""),
            "\(result)"
        )
        #expect(result.output.contains("sources are served") && result.output.contains("others are not"), "\(result)")
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
