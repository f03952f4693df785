import Configuration
import NTPEngine
import NTPTime

/// The lines about servers and the ways to them.
extension ScenarioParser {
    mutating func server(_ line: inout DirectiveLine) throws(SyntaxError) {
        guard let name = line.next() else { throw SyntaxError(at: line.keyword, "expected a name after 'server'") }
        guard name.text != "all", name.text != "client", !scenario.servers.contains(where: { $0.name == name.text })
        else { throw SyntaxError(at: name, "expected a name that is not taken, found \(name.shown)") }
        guard scenario.servers.count < Self.mostServers else {
            throw SyntaxError(at: name, "expected at most \(Self.mostServers) servers")
        }
        var server = ServerCharacter(name: name.text)
        while let option = line.next() {
            guard try !read(option, &line, into: &server.oscillator),
                try !readSource(option, &line, &server)
            else { continue }
            switch option.text {
            case "offset": server.offset = try line.duration(of: option)
            case "stratum": server.stratum = UInt8(truncatingIfNeeded: try line.wholeNumber(of: option, in: 0...16))
            case "root-delay": server.rootDelay = try line.span(of: option)
            case "root-dispersion": server.rootDispersion = try line.span(of: option)
            case "leap": server.leap = try leap(of: option, &line)
            default: throw unknown(option, of: line)
            }
        }
        guard server.source.minimumPoll <= server.source.maximumPoll else {
            throw SyntaxError(at: line.keyword, "expected 'minpoll' to be no more than 'maxpoll'")
        }
        scenario.servers.append(server)
    }

    private static var mostServers: Int { 250 }

    /// Reads an option of ntp.conf's `server`.
    ///
    /// - Returns: whether it is one.
    private func readSource(
        _ option: Token,
        _ line: inout DirectiveLine,
        _ server: inout ServerCharacter
    ) throws(SyntaxError) -> Bool {
        switch option.text {
        case "iburst": server.source.initialBurst = true
        case "prefer": server.source.prefer = true
        case "noselect": server.source.noSelect = true
        case "minpoll": server.source.minimumPoll = try poll(of: option, &line)
        case "maxpoll": server.source.maximumPoll = try poll(of: option, &line)
        default: return false
        }
        return true
    }

    private func poll(of option: Token, _ line: inout DirectiveLine) throws(SyntaxError) -> PollExponent {
        let range = PollExponent.range
        let limits = Int64(range.lowerBound.log2Seconds)...Int64(range.upperBound.log2Seconds)
        return PollExponent(Int8(truncatingIfNeeded: try line.wholeNumber(of: option, in: limits)))
    }

    private func leap(of option: Token, _ line: inout DirectiveLine) throws(SyntaxError) -> LeapIndicator {
        let kinds = "'none', 'insertion', 'deletion' or 'unsynchronised'"
        return try line.value(of: option, expected: kinds) { text -> LeapIndicator? in
            switch text {
            case "none": LeapIndicator.none
            case "insertion": .insertion
            case "deletion": .deletion
            case "unsynchronised": .unsynchronised
            default: nil
            }
        }
    }

    // MARK: The ways

    mutating func path(_ line: inout DirectiveLine) throws(SyntaxError) {
        let servers = try servers(&line)
        var path = PathCharacter()
        while let option = line.next() {
            switch option.text {
            case "delay": path.delay = try line.span(of: option)
            case "jitter": path.jitter = try line.span(of: option)
            case "shape": path.shape = try line.number(of: option, in: 1...1_000)
            case "tail": path.tail = try line.number(of: option, in: 1.1...100)
            case "asymmetry": path.asymmetry = try line.duration(of: option)
            case "loss": path.loss = try line.number(of: option, in: 0...1)
            default: throw unknown(option, of: line)
            }
        }
        for index in servers {
            path.bursts = scenario.servers[index].path.bursts
            scenario.servers[index].path = path
        }
    }

    mutating func bursts(_ line: inout DirectiveLine) throws(SyntaxError) {
        let servers = try servers(&line)
        var bursts = PathCharacter.Bursts(
            interval: try line.period(of: try line.word("every")),
            length: try line.period(of: try line.word("for")),
            delay: try line.period(of: try line.word("add")),
            direction: nil
        )
        if line.hasMore { bursts.direction = try line.word("forth", "back").text == "forth" ? .forth : .back }
        for index in servers { scenario.servers[index].path.bursts = bursts }
    }

    mutating func outage(_ line: inout DirectiveLine) throws(SyntaxError) {
        let servers = try servers(&line)
        let window = try line.window(of: line.keyword)
        for index in servers {
            schedule(.server(index, .outageBegins), at: window.from)
            schedule(.server(index, .outageEnds), at: window.to)
        }
    }

    /// A server's clock jumps, or somebody sets the client's.
    mutating func step(_ line: inout DirectiveLine) throws(SyntaxError) {
        let servers = try servers(&line, orClient: true)
        let time = try line.span(of: line.keyword)
        let offset = try line.duration(of: line.keyword)
        guard !servers.isEmpty else { return schedule(.clockStep(offset), at: time) }
        for index in servers { schedule(.server(index, .step(offset)), at: time) }
    }

    mutating func sources(_ line: inout DirectiveLine) throws(SyntaxError) {
        let time = try line.span(of: line.keyword)
        var places: [Int] = []
        while line.hasMore { places += try servers(&line) }
        schedule(.sources(places), at: time)
    }

    /// The servers that the next word means: one by its name, or `all` of those above; none for `client`.
    private func servers(_ line: inout DirectiveLine, orClient: Bool = false) throws(SyntaxError) -> [Int] {
        guard let name = line.next() else {
            throw SyntaxError(at: line.keyword, "expected a server or 'all' after \(line.keyword.shown)")
        }
        if orClient, name.text == "client" { return [] }
        let found = scenario.servers.indices.filter { name.text == "all" || scenario.servers[$0].name == name.text }
        guard !found.isEmpty else {
            throw SyntaxError(at: name, "expected a server of a line above or 'all', found \(name.shown)")
        }
        return found
    }
}
