import Foundation
import Testing

/// Two machines on a wire, each with a network and an NTP port of its own, for programs that will have no other port.
///
/// The scripts' own machine is 10.9.0.1 and fd09::1; `there COMMAND` runs on the other, which has 10.9.0.2 to 10.9.0.5 and
/// fd09::2. Neither has any power over the machine's clock, and what is written below /var/lib and /run is gone afterwards.
struct TwoNetworks {
    /// openntpd gives up root for a user, whom only root can become.
    static let areThere = geteuid() == 0 && Peers.areUnpacked && works
    private static let works =
        (try? ProgramTests.run(["/usr/bin/unshare", "-nmpf", "--mount-proc", "/bin/true"]))?.status == 0

    let workplace: Workplace

    init() throws {
        workplace = try Workplace()
        try workplace.write(Self.setUp, to: "set-up.sh")
    }

    private static let setUp = """
        set -eu
        unshare -n sleep 600 & other=$!
        while [ "$(readlink /proc/$other/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.1; done
        ip link add near type veth peer name far netns $other
        there() { nsenter -t $other -n "$@"; }
        for end in lo near; do ip link set $end up; done
        for end in lo far; do there ip link set $end up; done
        ip addr add 10.9.0.1/24 dev near
        ip addr add fd09::1/64 dev near nodad
        for last in 2 3 4 5; do there ip addr add 10.9.0.$last/24 dev far; done
        there ip addr add fd09::2/64 dev far nodad
        mount -t tmpfs tmpfs /var/lib
        mount -t tmpfs tmpfs /run
        mkdir -p /var/lib/tickover /var/lib/ntp /var/lib/ntpsec /var/lib/openntpd/run /var/lib/openntpd/db /run/openntpd
        # The user that openntpd becomes.
        { cat /etc/passwd; echo 'ntpd:x:65534:65534::/run/openntpd:/bin/false'; } > passwd
        mount --bind passwd /etc/passwd

        """

    /// Runs a script, which has `$tickoverd`, `$tickover` and `$peers`.
    func run(_ script: String) throws -> Build.Result {
        try workplace.write(". ./set-up.sh\n\(script)\n", to: "script.sh")
        let programs = try ["tickoverd", "tickover"].map { try Build.host.command($0).last ?? "" }
        return try ProgramTests.run(
            harmless([
                "/usr/bin/unshare", "-nmpf", "--mount-proc", "/bin/bash", "-c",
                "cd \(workplace.url.path) && exec bash script.sh",
            ]),
            environment: Peers.environment.merging([
                "tickoverd": programs[0], "tickover": programs[1], "peers": Peers.folder.path,
            ]) { $1 }
        )
    }
}
