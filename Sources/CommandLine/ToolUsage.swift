package enum ToolUsage {
    /// The help for the command that `words` begin with, or for the program.
    static func text(for words: [String]) -> String {
        switch words.first {
        case "check-config": checkConfiguration
        case "query": query
        case "rtc": rtc
        case "simulate": simulate
        case "sources": sources
        case "status": status
        case "wait-sync": waitSync
        default: program
        }
    }

    package static let program = """
        Usage: tickover COMMAND [OPTION]...

        Looks after tickoverd and its real-time clock.

        Commands:
          status         show how the daemon is doing
          sources        show what it measures: the servers and the clock chip
          query HOST     ask a time server once
          rtc read       read the real-time clock
          rtc set        set the real-time clock
          rtc load       set the system clock from the real-time clock
          rtc trim       change the rate of the real-time clock
          rtc temperature, rtc calibrate, rtc selftest
                         measure and test the real-time clock
          wait-sync      wait until the daemon has the time
          check-config   check the configuration
          simulate FILE  try the discipline in virtual time

        Options of every command:
          -c, --configfile FILE  the daemon's configuration; otherwise
                                 /etc/tickover.conf, /etc/ntp.conf or what is
                                 built in
          -h, --help             show help, also for a command
          -V, --version          show the version

        Exit status: 0 success, 1 failure, 2 wrong usage, 3 no answer, 4 the time
        of the real-time clock is not to be believed.

        """

    private static let checkConfiguration = """
        Usage: tickover check-config [-c FILE] [--json]

        Reads the configuration as the daemon would and prints what is wrong
        with it, as file:line:column: message, and what it names that is not
        there.

          -c, --configfile FILE  the configuration
              --json             print for programs

        Exit status: 0 no errors (warnings are none), 1 errors or no such file.

        """

    private static let query = """
        Usage: tickover query HOST [OPTION]...

        Asks a time server once and prints how far it is from this machine's
        clock. Sets nothing.

              --port PORT        UDP port (123)
          -4, --ipv4             IPv4 only
          -6, --ipv6             IPv6 only
              --timeout SECONDS  how long to wait for the answer (5)
              --json             print for programs

        Exit status: 0 answered, 1 failure, 3 no answer.

        """

    private static let rtc = """
        Usage: tickover rtc read [--watch [--count COUNT]] [OPTION]...
               tickover rtc set [--time TIME] [OPTION]...
               tickover rtc load [OPTION]...
               tickover rtc trim [--set STEPS | --reset | --auto] [OPTION]...
               tickover rtc temperature [--convert] [OPTION]...
               tickover rtc calibrate [--duration SECONDS] [OPTION]...
               tickover rtc selftest [OPTION]...

        Looks after the real-time clock that the configuration names, by the
        daemon if it runs.

          read         show the time and the state, or a line again and again
          set          set the time
          load         set the system clock, corrected by what the daemon has
                       learned of the drift; for early boot, before the daemon
          trim         show the rate, or change it by the aging register: a step
                       is about 0.1 ppm, positive slows. It is left so until
                       --auto lets the daemon do it again
          temperature  show the temperature
          calibrate    show how well the rate is known, and how long it takes to
                       know it better
          selftest     test the chip, and put everything back; up to a minute,
                       in which the time of the chip is wrong for a while. Not
                       while the daemon runs

              --watch             read again and again, until interrupted
              --count COUNT       or so many times
              --time TIME         UTC time such as 2026-01-31T23:59:59Z; without
                                  it, the system's
              --set STEPS         the aging register, -128 to 127
              --reset             the rate that the chip was made with
              --auto              as the daemon finds that the chip needs it
              --convert           measure the temperature now; otherwise it is up
                                  to 64 s old
              --duration SECONDS  how long to compare with the system clock (60)
          -c, --configfile FILE   the daemon's configuration
              --json              print for programs

        Exit status: 0 success, 1 failure, 3 there is no real-time clock, 4 read
        shows a time that is not to be believed.

        """

    private static let simulate = """
        Usage: tickover simulate SCENARIO... [OPTION]...
               tickover simulate --worlds COUNT [OPTION]...

        Runs the daemon's engine in a simulated world and prints how well it
        keeps the time. Same scenario and seed, same result.

              --seed SEED        of the first run (1)
              --seeds COUNT      runs, each with the next seed; medians (1)
              --worlds COUNT     worlds that chance makes, each of its own seed, in
                                 which what is promised has to hold
              --jobs COUNT       processes that worlds are run by (processors)
              --json             print for programs
              --markdown         print a table for documents
              --csv              print every sample of one run
              --plot FILE        draw one run into an SVG file

        Exit status: 0 success, 1 a limit of a scenario does not hold or a
        scenario cannot be read.

        """

    private static let sources = """
        Usage: tickover sources [-c FILE] [--json]

        Shows what the daemon measures: the servers and the clock chip.

          -c, --configfile FILE  the daemon's configuration
              --json             print for programs

        Exit status: 0 success, 1 failure, 3 the daemon does not answer.

        """

    private static let status = """
        Usage: tickover status [-c FILE] [--json] [--watch]

        Shows how the daemon is doing.

          -c, --configfile FILE  the daemon's configuration
              --json             print for programs
              --watch            show it again every second

        Exit status: 0 success, 1 failure, 3 the daemon does not answer.

        """

    private static let waitSync = """
        Usage: tickover wait-sync [-c FILE] [--json]

        Waits until the time that the daemon serves is right to a second, by
        servers or by a real-time clock that was compared with them, then shows
        the status.

          -c, --configfile FILE  the daemon's configuration
              --json             print for programs

        Exit status: 0 success, 1 failure, 3 the daemon does not answer.

        """
}
