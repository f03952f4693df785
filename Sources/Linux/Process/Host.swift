import CLinux

/// What the process knows of and does to its surroundings.
package enum Host {
    /// Goes into the background: the parent exits, the child has its own session, / as its folder and /dev/null for
    /// standard input, output and error. Before any thread is started and any pid file written.
    package static func daemonise() throws(LinuxError) { try checked(tko_daemonise(), "go into the background") }

    /// Whether there is anything at `path`.
    package static func hasFile(_ path: String) -> Bool { path.withCString { tko_file_exists($0) } == 1 }

    /// The user whose rights the process has (geteuid(2)).
    package static var userID: UInt32 { tko_user_id() }

    /// Closes all descriptors above standard error. To be called before any is opened: a daemon must not keep what
    /// whoever started it left open.
    package static func closeInheritedDescriptors() { tko_close_inherited() }

    /// Makes use of the capabilities that are permitted. Before any thread is started.
    ///
    /// A program file whose capabilities are marked effective does not start where one of them is withheld, as in a
    /// container without CAP_SYS_TIME; so they are marked permitted only, and the program raises what it was given.
    package static func raiseCapabilities() throws(LinuxError) { try checked(tko_raise_capabilities(), "capset") }

    /// The processor, as `armv7l`, and the system, as `Linux/6.1.0` (uname(2)).
    package static var platform: (processor: String, system: String) {
        let capacity = 160
        var processor = ""
        let system = text(capacity: capacity) { system, capacity in
            processor = text(capacity: Int(capacity)) { tko_host($0, system, $1) }
        }
        return (processor, system)
    }

    /// Gives up root for a user, but for the right to set the clock. Before any thread is started.
    ///
    /// - Parameter user: a name or a number.
    /// - Parameter group: likewise; nil for the user's own.
    package static func become(_ user: String, group: String?) throws(LinuxError) {
        let result = user.withCString { user in (group ?? "").withCString { tko_become(user, $0) } }
        try checked(result, "become \(user)\(group.map { ":\($0)" } ?? "")")
    }

    /// Runs before other processes.
    package static func raisePriority() throws(LinuxError) { try checked(tko_raise_priority(), "setpriority") }

    /// How many processors this process may use (sched_getaffinity(2)).
    package static var processors: Int { Int(tko_processors()) }

    package static var processID: Int32 { tko_process_id() }

    /// Whether `fd` is a terminal.
    package static func isTerminal(_ fd: Int32) -> Bool { tko_is_terminal(fd) == 1 }

    /// The columns of the terminal `fd`; nil if it is none or does not say.
    package static func terminalWidth(_ fd: Int32) -> Int? {
        let width = tko_terminal_width(fd)
        return width > 0 ? Int(width) : nil
    }

    /// An environment variable; nil when it is not set, or longer than 4095 octets.
    package static func environment(_ name: String) -> String? {
        let capacity = 4_096
        var length: Int32 = -1
        let value = text(capacity: capacity) { buffer, capacity in
            length = name.withCString { tko_environment($0, buffer, capacity) }
        }
        return length < 0 ? nil : value
    }
}
