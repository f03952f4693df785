import ClockDiscipline
import Configuration
import NTPTime

extension Scenario {
    /// Reads a scenario. What makes no sense is left out and reported; a scenario with diagnostics is not to be run.
    ///
    /// - Parameters:
    ///   - file: its path, for the diagnostics; its last part without suffix is the scenario's name, what comes before
    ///     that is the folder of the files that it names.
    ///   - readFile: for `rtc phase-table`.
    package static func parse(
        bytes: [UInt8],
        file: String,
        readFile: @escaping Configuration.FileReader = { (_) throws(UnreadableFile) in
            throw UnreadableFile(reason: "there are no other files")
        }
    ) -> (scenario: Scenario, diagnostics: [Diagnostic]) {
        var parser = ScenarioParser(file: file, readFile)
        var lexer = Lexer(bytes)
        while let tokens = lexer.nextLine() { parser.read(tokens) }
        parser.finish()
        return (parser.scenario, parser.diagnostics)
    }
}

/// Takes lines of words and builds the scenario.
struct ScenarioParser {
    private let file: String
    var scenario: Scenario
    private(set) var diagnostics: [Diagnostic] = []
    private var steadyKeyword: Token?
    let readFile: Configuration.FileReader

    init(file: String, _ readFile: @escaping Configuration.FileReader) {
        self.file = file
        self.readFile = readFile
        let name = file.split(separator: "/").last ?? ""
        scenario = Scenario(name: String(name.split(separator: ".").first ?? name))
    }

    mutating func read(_ tokens: [Token]) {
        guard var line = DirectiveLine(tokens) else { return }
        do throws(SyntaxError) {
            if let token = tokens.first(where: { $0.isUnterminated }) {
                throw SyntaxError(at: token, "expected a closing '\"' on this line")
            }
            try directive(&line)
            if let extra = line.next() { throw SyntaxError(at: extra, "unexpected \(extra.shown)") }
        } catch {
            report(error)
        }
    }

    mutating func finish() {
        scenario.events.sort { $0.time < $1.time }
        if let steadyKeyword, scenario.steadyWindow.to > scenario.duration {
            report(SyntaxError(at: steadyKeyword, "expected the window to end within the scenario's duration"))
        }
    }

    private mutating func report(_ error: SyntaxError) {
        diagnostics.append(
            Diagnostic(
                severity: .error,
                file: file,
                line: error.token.line,
                column: error.token.column,
                message: error.message
            )
        )
    }

    private mutating func directive(_ line: inout DirectiveLine) throws(SyntaxError) {
        let keyword = line.keyword
        switch keyword.text {
        case "title": scenario.title = try text(&line)
        case "start": scenario.start = try line.date(of: keyword)
        case "duration": scenario.duration = try line.period(of: keyword)
        case "sample": scenario.interval = try line.period(of: keyword)
        case "steady":
            steadyKeyword = keyword
            scenario.steady = try line.window(of: keyword)
        case "clock": scenario.clockOffset = try line.duration(of: try line.word("offset"))
        case "oscillator": try oscillator(&line)
        case "temperature": scenario.temperature = try temperature(&line)
        case "load": scenario.load = try load(&line)
        case "thermometer": scenario.thermometer = try thermometer(&line)
        case "thermometer-fault": try thermometerFault(&line)
        case "tinker": try tinker(&line)
        case "server": try server(&line)
        case "path": try path(&line)
        case "bursts": try bursts(&line)
        case "outage": try outage(&line)
        case "step": try step(&line)
        case "power-off": try powerOff(&line)
        case "power-fails": try powerFails(&line)
        case "restart": schedule(.restart, at: try line.span(of: keyword))
        case "sources": try sources(&line)
        case "leap-second":
            scenario.leapSecond = try leapSecond(&line)
            if line.hasMore {
                _ = try line.word("file")
                scenario.hasLeapFile = true
            }
        case "rtc": try rtc(&line)
        case "rtc-fault": try rtcFault(&line)
        case "limit": scenario.limits.append(try limit(&line))
        default: throw SyntaxError(at: keyword, "unknown keyword \(keyword.shown)")
        }
    }

    private func text(_ line: inout DirectiveLine) throws(SyntaxError) -> String {
        var words: [String] = []
        while let word = line.next() { words.append(word.text) }
        return words.joined(separator: " ")
    }

    /// The path of a file that the scenario names: relative ones begin at its own folder.
    func besideScenario(_ path: String) -> String {
        let slash = UInt8(ascii: "/")
        guard path.utf8.first != slash, let end = file.utf8.lastIndex(of: slash) else { return path }
        return String(file[...end]) + path
    }

    func unknown(_ option: Token, of line: DirectiveLine) -> SyntaxError {
        SyntaxError(at: option, "unknown option \(option.shown) of \(line.keyword.shown)")
    }

    // MARK: The machine

    private mutating func oscillator(_ line: inout DirectiveLine) throws(SyntaxError) {
        while let option = line.next() {
            switch option.text {
            case "remembered": scenario.rememberedFrequency = -(try line.frequency(of: option))
            default:
                guard try read(option, &line, into: &scenario.oscillator) else { throw unknown(option, of: line) }
            }
        }
    }

    /// Reads an option that every oscillator has.
    ///
    /// - Returns: whether it is one.
    func read(
        _ option: Token,
        _ line: inout DirectiveLine,
        into oscillator: inout OscillatorCharacter
    ) throws(SyntaxError) -> Bool {
        switch option.text {
        case "frequency": oscillator.frequency = try line.frequency(of: option)
        case "wander": oscillator.wander = try line.number(of: option, in: 0...1e-6)
        case "coefficient": oscillator.coefficient = try line.frequency(of: option)
        default: return false
        }
        return true
    }

    private mutating func tinker(_ line: inout DirectiveLine) throws(SyntaxError) {
        while let option = line.next() {
            switch option.text {
            case "step":
                scenario.correctionLimits.step = try line.span(of: option)
                scenario.correctionLimits.stepsLater = true
            case "panic": scenario.correctionLimits.panic = try line.span(of: option)
            default: throw unknown(option, of: line)
            }
        }
    }

    // MARK: Events

    mutating func schedule(_ event: Scenario.Event.Kind, at time: NTPDuration) {
        scenario.events.append(Scenario.Event(time: time, kind: event))
    }

    private mutating func powerOff(_ line: inout DirectiveLine) throws(SyntaxError) {
        let window = try line.window(of: line.keyword)
        var date: NTPDate?
        var files = SavedFiles.kept
        schedule(.powerOff, at: window.from)
        while let option = line.next() {
            switch option.text {
            case "date": date = try line.date(of: option)
            case "files":
                let name = try line.word("kept", "missing", "torn")
                files = SavedFiles(rawValue: name.text) ?? .kept
            case "cell-changed": schedule(.cellChanged, at: window.from)
            default: throw unknown(option, of: line)
            }
        }
        schedule(.powerOn(date: date, files: files), at: window.to)
    }

    private mutating func powerFails(_ line: inout DirectiveLine) throws(SyntaxError) {
        let name = try line.word("write", "save")
        let time = try line.span(of: name)
        let failure = PowerFailure(rawValue: name.text) ?? .save
        schedule(.powerFails(failure, for: try line.period(of: name)), at: time)
    }

    private func leapSecond(_ line: inout DirectiveLine) throws(SyntaxError) -> LeapSecond {
        let kind = try line.word("insertion", "deletion")
        let date = try line.date(of: kind)
        guard date.fraction == 0, date.seconds % 86_400 == 0 else {
            throw SyntaxError(at: kind, "expected the end of a UTC day, such as 2029-01-01T00:00:00Z")
        }
        return LeapSecond(kind.text == "insertion" ? .insertion : .deletion, before: date)
    }

    private mutating func limit(_ line: inout DirectiveLine) throws(SyntaxError) -> Limit {
        let figure = try line.value(of: line.keyword, expected: "a figure such as 'rms'", read: Figure.init(rawValue:))
        let value =
            switch figure.unit {
            case .time: try line.value(of: line.keyword, expected: "a time such as 17us", read: Quantity.seconds)
            case .frequency: try line.frequency(of: line.keyword).fraction
            case .count, .ratio: try line.number(of: line.keyword, in: 0...1e9)
            }
        return Limit(figure: figure, value: value)
    }
}

extension DirectiveLine {
    /// The word that follows, which must be one of `choices`.
    mutating func word(_ choices: String...) throws(SyntaxError) -> Token {
        let expected = choices.map { "'\($0)'" }.joined(separator: " or ")
        guard let token = next() else { throw SyntaxError(at: keyword, "expected \(expected) after \(keyword.shown)") }
        guard choices.contains(token.text) else {
            throw SyntaxError(at: token, "expected \(expected), found \(token.shown)")
        }
        return token
    }
}
