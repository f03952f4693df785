import NTPTime

/// `leapfile`.
package struct LeapFile: Hashable, Sendable {
    package var path: String
    /// Not with `ignorehash`.
    package var checksHash = true
}

/// `logconfig`: the least important lines that are logged.
package enum LogDetail: Hashable, Sendable {
    /// Warnings and errors.
    case trouble
    /// Also what the time rests on, when that changes.
    case status
    /// Also what happens to each source.
    case events
}

extension Parser {
    mutating func driftFile(_ line: inout DirectiveLine) throws(SyntaxError) {
        configuration.driftFile = try line.path(of: line.keyword)
        // ntpd of old took a tolerance for writing.
        if let tolerance = line.next() {
            guard ValueText.decimal(tolerance.text, in: 0...1e9) != nil else {
                throw SyntaxError(at: tolerance, "unexpected \(tolerance.shown)")
            }
            warn(at: tolerance, "the drift file is written once an hour and at the end; \(tolerance.shown) ignored")
        }
    }

    mutating func leapFile(_ line: inout DirectiveLine) throws(SyntaxError) {
        var file = LeapFile(path: try line.path(of: line.keyword))
        if let token = line.next() {
            file.checksHash = try keyword(token, "option", LeapFileOption.self) == .checkhash
        }
        configuration.leapFile = file
    }

    func leapSmearInterval(_ line: inout DirectiveLine) throws(SyntaxError) -> NTPDuration? {
        let seconds = try line.wholeNumber(of: line.keyword, in: 0...86_400)
        return seconds == 0 ? nil : .seconds(Double(seconds))
    }

    mutating func clock(_ line: inout DirectiveLine) throws(SyntaxError) {
        configuration.clock = try line.value(of: line.keyword, expected: "'auto', 'kernel' or 'virtual'") {
            text -> ClockDirective? in
            switch text {
            case "auto": .automatic
            case "kernel": .kernel
            case "virtual": .virtual
            default: nil
            }
        }
    }

    /// Classes with a sign each: `=` begins anew, `+` (or none) adds, `-` takes away.
    mutating func logDetail(_ line: inout DirectiveLine) throws(SyntaxError) {
        repeat {
            let token = try line.next(expecting: "a class of messages such as '=syncall'")
            var name = token.text[...]
            let sign = name.utf8.first
            if sign == UInt8(ascii: "=") || sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
                name = name.dropFirst()
            }
            guard let classes = LogClasses(String(name)) else {
                throw SyntaxError(at: token, "expected a class of messages such as '=syncall', found \(token.shown)")
            }
            switch sign {
            case UInt8(ascii: "="): logClasses = classes
            case UInt8(ascii: "-"): logClasses.subtract(classes)
            default: logClasses.formUnion(classes)
            }
        } while line.hasMore
        configuration.logDetail = logClasses.detail
    }
}

private enum LeapFileOption: String, CaseIterable { case checkhash, ignorehash }

/// ntpd's messages by where they come from and what they are.
struct LogClasses: OptionSet {
    let rawValue: UInt16

    /// A class, or `all`, followed by a type, or `all`: `syncstatus`, `allevents`, `clockall`, `allclock`, `all`.
    init?(_ name: String) {
        if name == "all" {
            self = .everything
            return
        }
        // ntpd has each class also with `all` before it.
        if name.hasPrefix("all"), let place = Self.origins.dropLast().firstIndex(of: String(name.dropFirst(3))) {
            self = LogClasses(rawValue: 0xf << (place * 4))
            return
        }
        for (place, origin) in Self.origins.enumerated()
        where name.utf8.starts(with: origin.utf8) {
            let rest = String(name.dropFirst(origin.utf8.count))
            guard let kind = ["info", "events", "statistics", "status", "all"].firstIndex(of: rest) else { continue }
            let origins = place == 4 ? Array(0..<4) : [place]
            let kinds = kind == 4 ? Array(0..<4) : [kind]
            self = LogClasses(origins.flatMap { origin in kinds.map { LogClasses(rawValue: 1 << (origin * 4 + $0)) } })
            return
        }
        return nil
    }

    init(rawValue: UInt16) { self.rawValue = rawValue }

    private static let origins = ["clock", "peer", "sys", "sync", "all"]

    static let everything = LogClasses(rawValue: .max)
    /// Of any origin: information (bit 0 of four) and events (bit 1).
    private static let events = LogClasses(rawValue: 0x3333)
    private static let status = LogClasses(rawValue: 0x8888)

    var detail: LogDetail { !isDisjoint(with: .events) ? .events : !isDisjoint(with: .status) ? .status : .trouble }
}
