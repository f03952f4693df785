import Foundation
import Support
import Testing

/// Configurations of distributions as they are, on port 123 of a network of the test's own, and with folders of its own
/// where theirs would be.
@Suite(.enabled(if: Peers.namespacesWork, "no user namespaces here")) struct `Stock configurations` {
    @Test func `are served by, with what check-config says in the log`() throws {
        let workplace = try Workplace()
        let tickoverd = try Build.host.command("tickoverd").joined(separator: " ")
        let tickover = try Build.host.command("tickover").joined(separator: " ")
        let files = Corpus.configurations.map { Corpus.path($0) }
        try #require(files.count == 16)
        let script = """
            ip link set lo up
            for folder in /etc /run /var/lib /var/log; do mount -t tmpfs none $folder; done
            mkdir -p /var/lib/tickover /var/lib/ntp
            for file in \(files.joined(separator: " ")); do
                name=$(basename $file)
                echo "=== $name"
                \(tickover) check-config -c $file > \(workplace.path("check")) || echo "check-config fails"
                \(tickoverd) -n -c $file > \(workplace.path("log")) 2>&1 & daemon=$!
                for _ in $(seq 50); do
                    \(tickover) query 127.0.0.1 --timeout 0.2 > \(workplace.path("answer")) 2> /dev/null && break
                    sleep 0.1
                done
                grep Stratum \(workplace.path("answer"))
                kill $daemon
                wait $daemon || echo "the daemon fails"
                [ ! -e /var/log/ntp ] || cat /var/log/ntp >> \(workplace.path("log"))
                rm -f /var/log/ntp
                sed "\\$d; s/^warning: //" \(workplace.path("check")) | while IFS= read -r line; do
                    grep -qF -- "$line" \(workplace.path("log")) || echo "not logged: $line"
                done
            done
            """
        let result = try run(["/usr/bin/unshare", "-Urnm", "/bin/bash", "-c", script])
        let parts = result.output.components(separatedBy: "=== ").dropFirst()
        #expect(parts.count == files.count, "\(result.output)\(result.errors)")
        for part in parts {
            let lines = part.split(separator: "\n")
            #expect(lines.count == 2 && lines.last?.hasPrefix("Stratum") == true, "\(part)\(result.errors)")
        }
    }
}
