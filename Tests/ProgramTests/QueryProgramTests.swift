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
        let folder = Peers.folder.path
        let tickoverd = try Build.host.command("tickoverd").joined(separator: " ")
        let tickover = try Build.host.command("tickover").joined(separator: " ")
        let chronyd = harmless(try Peers.chronydCommand(port: 1123, in: workplace)).joined(separator: " ")
        let script = """
            ip link set lo up
            ip addr add 10.9.0.2/32 dev lo
            \(chronyd) > \(workplace.path("chronyd.log")) 2>&1 & chronyd=$!
            \(tickoverd) -n -c \(file) 2> \(workplace.path("log")) & daemon=$!
            ntpq() { timeout 30 /usr/bin/python3 \(folder)/usr/bin/ntpq "$@" 2>&1; }
            reaches() {
                for _ in $(seq 300); do
                    ! \(tickover) status -c \(file) 2> /dev/null | grep -q "$1" || return 0
                    sleep 0.2
                done
            }
            ask() {
                echo "=== $1"
                eval "$1"
            }
            reaches "synchronised to"
            sleep \(seconds)
            \(commands.map { "ask '\($0)'" }.joined(separator: "\n"))
            kill $daemon
            kill $chronyd 2> /dev/null
            wait
            """
        let result = try run(["/usr/bin/unshare", "-Urn", "/bin/bash", "-c", script], environment: Peers.environment)
        var answers: [String: String] = [:]
        for part in result.output.components(separatedBy: "=== ").dropFirst() {
            let lines = part.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            answers[String(lines[0])] = String(lines.last ?? "")
        }
        try #require(answers.count == Set(commands).count, "\(result.output)\(result.errors)")
        return answers
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
}
