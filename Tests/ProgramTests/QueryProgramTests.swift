import Foundation
import Testing

/// The real ntpq asks port 123 and no other, so that a network of its own is needed.
@Suite(
    .serialized,
    .enabled(if: Peers.areUnpacked, "run .ci/dependencies peers"),
    .enabled(if: Peers.namespacesWork, "no user namespaces here")
)
struct `ntpq` {
    /// Runs commands in a network with a chronyd on port 1123 that follows nothing, and a daemon that follows it.
    ///
    /// - Parameter seconds: how long it has followed it then.
    /// - Returns: what they print, each after a line with its own text.
    private func ask(_ commands: [String], after seconds: Int = 0, configuration: String = "") throws -> [String:
        String]
    {
        let workplace = try Workplace()
        let file = try workplace.write(
            """
            server 127.0.0.1 port 1123 iburst minpoll 0 maxpoll 1
            server ::1 port 1123 iburst minpoll 0 maxpoll 1
            rtc simulated offset 0.2 drift 2
            clock virtual
            statedir \(workplace.path("state"))
            \(configuration)

            """,
            to: "conf"
        )
        let tickoverd = try Build.host.command("tickoverd").joined(separator: " ")
        let tickover = try Build.host.command("tickover").joined(separator: " ")
        let chronyd = harmless(try Peers.chronydCommand(port: 1123, in: workplace)).joined(separator: " ")
        let script = """
            \(try functions(in: workplace))
            ip link set lo up
            ip addr add 10.9.0.2/32 dev lo
            \(chronyd) > \(workplace.path("chronyd.log")) 2>&1 & chronyd=$!
            \(tickoverd) -n -c \(file) 2> \(workplace.path("log")) & daemon=$!
            reaches() {
                for _ in $(seq 300); do
                    ! \(tickover) status -c \(file) 2> /dev/null | grep -q "$1" || return 0
                    sleep 0.2
                done
            }
            reaches "synchronised to"
            sleep \(seconds)
            \(commands.map { "ask '\($0)'" }.joined(separator: "\n"))
            kill $daemon
            kill $chronyd 2> /dev/null
            wait
            """
        return try answers(of: script, to: commands)
    }

    /// Runs a script in a network of its own that prints each command after `=== `, then what that prints.
    private func answers(of script: String, to commands: [String]) throws -> [String: String] {
        let result = try run(["/usr/bin/unshare", "-Urn", "/bin/bash", "-c", script], environment: Peers.environment)
        var answers: [String: String] = [:]
        for part in result.output.components(separatedBy: "=== ").dropFirst() {
            let lines = part.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            answers[String(lines[0])] = String(lines.last ?? "")
        }
        try #require(answers.count == Set(commands).count, "\(result.output)\(result.errors)")
        return answers
    }

    /// The functions `ntpq`, the real one, `ours` and `ask`.
    private func functions(in workplace: Workplace) throws -> String {
        let tickover = try Build.host.command("tickover")
        let link = workplace.path("ntpq")
        try FileManager.default.createSymbolicLink(
            atPath: link,
            withDestinationPath: try #require(tickover.last)
        )
        return """
            ntpq() { timeout 30 /usr/bin/python3 \(Peers.folder.path)/usr/bin/ntpq "$@" 2>&1; }
            ours() { timeout 30 \((tickover.dropLast() + [link]).joined(separator: " ")) "$@" 2>&1; }
            ask() {
                echo "=== $1"
                eval "$1"
            }
            """
    }

    /// The columns of a line of `ntpq -pn` after the address.
    private func columns(of address: String, in text: String) throws -> [String] {
        let line = try #require(
            text.split(separator: "\n").first { $0.dropFirst().hasPrefix("\(address) ") },
            "\(text)"
        )
        return [String(line.prefix(1))] + line.split(separator: " ").dropFirst().map(String.init)
    }

    @Test func `shows servers and the RTC, in sync and in holdover`() throws {
        let holdover = "kill $chronyd; reaches holdover; ntpq -pn"
        let reports = ["rv", "sysinfo", "kerninfo", "sysstats", "as", "rv &1", "rv 65535", "cv 65535", "mrulist"]
        let commands = ["ntpq -pn 127.0.0.1", "ntpq -pn ::1"] + reports.map { "ntpq -c \"\($0)\"" }
        let answers = try ask(
            commands + [holdover, "ntpq -c \"rv 0 refid,stratum,peer\"", "ntpq -c apeers"],
            // The chip is compared with the servers meanwhile.
            after: 20
        )
        for (command, answer) in answers {
            #expect(!answer.isEmpty && !answer.contains("***") && !answer.contains("Unknown"), "\(command)\n\(answer)")
        }
        for host in ["127.0.0.1", "::1"] {
            let table = try #require(answers["ntpq -pn \(host)"])
            let servers = try ["127.0.0.1", "::1"].map { try columns(of: $0, in: table) }
            #expect(Set(servers.map { $0[0] }) == ["*", "+"], "\(table)")
            for columns in servers {
                #expect(columns[1...3] == ["127.127.1.1", "3", "u"] && columns[5] != "64", "\(table)")
                #expect(try #require(Double(columns[8])).magnitude < 5, "\(table)")
            }
            let rtc = try columns(of: "RTC(0)", in: table)
            #expect(rtc[0] == "#" && rtc[1...3] == [".RTC.", "0", "l"] && rtc[6] != "0", "\(table)")
            #expect(try #require(Double(rtc[8])).magnitude < 5 && #require(Double(rtc[9])) > 0, "\(table)")
        }
        let system = try #require(answers["ntpq -c \"rv\""])
        #expect(system.contains("leap_none, sync_ntp") && system.contains("stratum=4"), "\(system)")
        #expect(system.contains("refid=127.0.0.1") || system.contains("refid=207.64.77.200"), "\(system)")
        let associations = try #require(answers["ntpq -c \"as\""])
        #expect(associations.contains("sys.peer") && associations.contains("backup"), "\(associations)")

        let table = try #require(answers[holdover])
        let rtc = try columns(of: "RTC(0)", in: table)
        #expect(rtc[0] == "*" && rtc[1...3] == [".RTC.", "0", "l"] && rtc[6] != "0", "\(table)")
        #expect(try #require(Double(rtc[8])).magnitude < 20, "\(table)")
        #expect(try columns(of: "127.0.0.1", in: table)[0] == " " && columns(of: "127.0.0.1", in: table)[6] == "0")
        #expect(answers["ntpq -c \"rv 0 refid,stratum,peer\""] == "refid=RTC, stratum=10, peer=65535\n")
    }

    @Test(arguments: [0, 3]) func `lists the clients and what they met`(threads: Int) throws {
        // All at once: one after another they could take longer than the limit's two seconds.
        let burst =
            "for _ in 1 2 3; do echo 127.0.0.1; done | xargs -P 3 -n 1 /usr/bin/python3 \(Peers.folder.path)/usr/bin/ntpdig"
        let answers = try ask(
            [burst, "ntpq -n -c mrulist", "ntpq -n -c \"mrulist limited\"", "ntpq -c monstats"],
            configuration: "restrict default limited kod\nrestrict ::1\nthreads \(threads)"
        )
        let list = try #require(answers["ntpq -n -c mrulist"])
        let line = try #require(list.split(separator: "\n").first { $0.hasSuffix(" 127.0.0.1") }, "\(list)")
        // The seconds since the last and on average, flags, mode, version, count.
        let columns = line.split(separator: " ")
        #expect(columns[4] == "3" && columns[5] == "4" && columns[6] == "3" && columns[3] != ".", "\(list)")
        let limited = try #require(answers["ntpq -n -c \"mrulist limited\""])
        #expect(limited.contains(" 127.0.0.1\n"), "\(limited)")
    }

    @Test func `needs a key where no restrict line names its network`() throws {
        let workplace = try Workplace()
        let keys = try workplace.write("3 SHA1 verysecret\n", to: "keys")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: keys)
        let query = "-c passwd -c \"authenticate yes\" -c \"rv 0 stratum\" 10.9.0.2"
        let answers = try ask(
            ["ntpq -pn 10.9.0.2", "ntpq -a 3 -k \(keys) \(query)"],
            configuration: "keys \(keys)\ntrustedkey 3"
        )
        #expect(answers["ntpq -pn 10.9.0.2"]?.contains("***Request timed out") == true, "\(answers)")
        let authentic = try #require(answers["ntpq -a 3 -k \(keys) \(query)"])
        #expect(authentic.contains("stratum=4") && !authentic.contains("AUTH"), "\(authentic)")
    }

    @Test func `is refused where restrict says so`() throws {
        let answers = try ask(
            ["ntpq -pn 127.0.0.1", "ntpq -pn ::1", "ntpq -c \"rv 99\" ::1", "ntpq -c \"rv 0 nonsense\" ::1"],
            configuration: "restrict 127.0.0.1 noquery\nrestrict ::1"
        )
        #expect(answers["ntpq -pn 127.0.0.1"]?.contains("***Request timed out") == true, "\(answers)")
        #expect(answers["ntpq -pn ::1"]?.contains("RTC(0)") == true, "\(answers)")
        #expect(answers["ntpq -c \"rv 99\" ::1"]?.contains("Unknown associd") == true, "\(answers)")
        #expect(answers["ntpq -c \"rv 0 nonsense\" ::1"]?.contains("UNKNOWNVAR") == true, "\(answers)")
    }

    // MARK: Ours

    private static let reports = [
        "peers", "lpeers", "apeers", "as", "rv", "rv &1", "rv 0 stratum,leap", "sysinfo", "kerninfo", "sysstats",
        "mrulist",
    ]

    /// What both print without what changes from one moment to the next: the words of each line, numbers as numbers.
    private func words(_ text: String) -> [[String]] {
        text.split(separator: "\n").filter { !$0.hasPrefix("#") && !$0.hasPrefix("Ctrl-C") && !$0.hasPrefix("=") }.map {
            $0.split { " ,".contains($0) }.map { word in
                let text = word.hasSuffix(":") ? word.dropLast() : word
                return Double(text).map { "\($0)" } ?? String(text)
            }
        }
    }

    /// Compares our answers with the real ntpq's.
    private func compare(_ answers: [String: String], at host: String) throws {
        for report in Self.reports {
            let real = try #require(answers["ntpq -n -c \"\(report)\" \(host)"])
            let ours = try #require(answers["ours -n -c \"\(report)\" \(host)"])
            switch report {
            case "peers", "lpeers", "apeers":
                #expect(ours.split(separator: "\n").count == real.split(separator: "\n").count && !ours.isEmpty)
                for (line, expected) in zip(ours.split(separator: "\n"), real.split(separator: "\n")) {
                    // Tally to type; then numbers in their columns.
                    #expect(
                        line.prefix(37) == expected.prefix(37) && line.utf8.count == expected.utf8.count,
                        "\(ours)\(real)"
                    )
                }
            case "as", "rv 0 stratum,leap": #expect(words(ours) == words(real), "\(ours)\(real)")
            case "rv", "rv &1":
                #expect(words(ours)[0] == words(real)[0], "\(ours)\(real)")
                let names = [ours, real].map { $0.matches(of: #/([a-z_]+) *=/#).map { String($0.1) } }
                #expect(names[0] == names[1] && names[0].count > 15, "\(ours)\(real)")
            case "mrulist":
                // Of the client that asks: mode and version, and where it is.
                let clients = [ours, real].map {
                    Set(words($0).map { "\($0.dropFirst(4).prefix(2)) \($0.last ?? "")" })
                }
                #expect(clients[0] == clients[1], "\(ours)\(real)")
            default:
                // What something is called, and one value at least.
                #expect(words(ours).count == words(real).count, "\(ours)\(real)")
                for (line, expected) in zip(words(ours), words(real)) {
                    let legend = line.dropLast(line.contains { $0.contains("T") } ? 2 : 1)
                    #expect(expected.starts(with: legend) && !legend.isEmpty, "\(ours)\(real)")
                }
            }
        }
    }

    private static func commands(at host: String) -> [String] {
        reports.flatMap { report in ["ntpq", "ours"].map { "\($0) -n -c \"\(report)\" \(host)" } }
    }

    @Test func `shows in our form what the real one shows, of our own daemon`() throws {
        let commands = Self.commands(at: "127.0.0.1")
        let others = [
            "ours -pn", "ours -p ::1", "ours -pn 127.0.0.1 ::1", "ours -n -c \"pstats &1\"",
            "ours -c \"rv 99\"; echo $?",
            "printf \"as\\nnonsense\\nquit\\nas\\n\" | ours -n", "ours -pn 127.0.0.1:124; echo $?",
            "ours -c \"cv 65535\"",
        ]
        // In holdover nothing changes any more but the time.
        let holdover = "kill $chronyd; reaches holdover"
        let answers = try ask([holdover] + commands + others)
        try compare(answers, at: "127.0.0.1")
        let table = try #require(answers["ours -pn"])
        #expect(try columns(of: "RTC(0)", in: table)[0] == "*" && columns(of: "::1", in: table)[3] == "u", "\(table)")
        #expect(answers["ours -p ::1"]?.contains("localhost") == true, "\(answers)")
        let both = try #require(answers["ours -pn 127.0.0.1 ::1"])
        #expect(both.contains("\n127.0.0.1 *RTC(0) ") && both.contains("\n::1       *RTC(0) "), "\(both)")
        let counters = try #require(answers["ours -n -c \"pstats &1\""])
        #expect(try #require(counters.firstMatch(of: #/packets received: +(\d+)/#)).1 != "0", "\(counters)")
        #expect(answers["ours -c \"rv 99\"; echo $?"] == "***Server error: unknown association\n1\n", "\(answers)")
        let lines = try #require(answers["printf \"as\\nnonsense\\nquit\\nas\\n\" | ours -n"])
        #expect(lines.contains("***Command 'nonsense' unknown") && lines.ranges(of: "ind assid").count == 1, "\(lines)")
        #expect(answers["ours -pn 127.0.0.1:124; echo $?"] == "127.0.0.1:124: Connection refused\n3\n", "\(answers)")
        #expect(answers["ours -c \"cv 65535\""]?.contains("device=\"simulated DS3231\"") == true, "\(answers)")
    }

    @Test func `shows in our form what the real one shows, of ntpsec's daemon`() throws {
        let workplace = try Workplace()
        let file = try workplace.write(
            """
            server 10.9.0.77
            server 127.127.1.0
            fudge 127.127.1.0 stratum 5
            restrict 127.0.0.1
            statsdir \(workplace.path(""))

            """,
            to: "ntp.conf"
        )
        let ntpd = harmless([Peers.folder.appending(path: "usr/sbin/ntpd").path, "-n", "-c", file])
        let commands =
            Self.commands(at: "127.0.0.1") + [
                "ours -n -c \"pstats &1\"", "ours -n -c monstats", "ours -n -c \"cv &2\"",
            ]
        let script = """
            \(try functions(in: workplace))
            ip link set lo up
            ip addr add 10.9.0.2/24 dev lo
            \(ntpd.joined(separator: " ")) > \(workplace.path("ntpd.log")) 2>&1 & ntpd=$!
            for _ in $(seq 100); do
                ! ours -n -c "as" 127.0.0.1 | grep -q reachable || break
                sleep 0.2
            done
            \(commands.map { "ask '\($0)'" }.joined(separator: "\n"))
            kill $ntpd
            wait
            """
        let answers = try answers(of: script, to: commands)
        try compare(answers, at: "127.0.0.1")
        #expect(answers["ours -n -c \"pstats &1\""]?.contains("reachability change:") == true, "\(answers)")
        #expect(answers["ours -n -c monstats"]?.contains("age of oldest slot:") == true, "\(answers)")
        #expect(answers["ours -n -c \"cv &2\""]?.contains("Undisciplined local clock") == true, "\(answers)")
    }
}
