import NTPTime

extension Configuration {
    /// Gives the octets of a file that a configuration includes.
    package typealias FileReader = (_ path: String) throws(UnreadableFile) -> [UInt8]

    /// Reads ntp.conf syntax. Never fails: what cannot be used is left out and reported in `diagnostics`, in the order
    /// of the lines.
    ///
    /// - Parameter file: the name that the diagnostics carry.
    package static func parse(text: String, file: String) -> (configuration: Configuration, diagnostics: [Diagnostic]) {
        parse(bytes: Array(text.utf8), file: file)
    }

    /// As `parse(text:file:)`, from a file's octets, whatever they are.
    ///
    /// - Parameter readFile: for `includefile`.
    package static func parse(
        bytes: [UInt8],
        file: String,
        readFile: @escaping FileReader = { (_) throws(UnreadableFile) in
            throw UnreadableFile(reason: "there are no other files")
        }
    ) -> (configuration: Configuration, diagnostics: [Diagnostic]) {
        var parser = Parser(readFile)
        parser.read(bytes, of: file)
        return (parser.configuration, parser.diagnostics)
    }
}

/// Why an included file cannot be read.
package struct UnreadableFile: Error {
    package var reason: String

    package init(reason: String) { self.reason = reason }
}

/// Takes lines of words and builds the configuration.
struct Parser {
    var configuration = Configuration()
    private(set) var diagnostics: [Diagnostic] = []
    /// The stratum of the `fudge` line for the local clock, which may come before the clock's `server` line.
    var fudgedStratum: UInt8?
    var logClasses = LogClasses.everything
    private let readFile: Configuration.FileReader
    /// The files that are being read, each included by the one before it.
    private var files: [String] = []
    /// Where the directives that count once were seen.
    private var places: [String: Place] = [:]

    private struct Place {
        var file: String
        var line: Int
    }

    init(_ readFile: @escaping Configuration.FileReader) { self.readFile = readFile }

    mutating func read(_ bytes: [UInt8], of file: String) {
        files.append(file)
        var lexer = Lexer(bytes)
        let earlier = diagnostics.count
        while let tokens = lexer.nextLine() {
            if let keyword = tokens.first, let owner = ForeignDirectives.owner(of: keyword.text) {
                // One line says it: whatever else is in the file is no ntp.conf either.
                diagnostics.removeLast(diagnostics.count - earlier)
                report(
                    .error,
                    at: keyword,
                    "\(keyword.shown) is of \(owner)'s configuration, and this file is to be in ntp.conf syntax"
                )
                break
            }
            read(tokens)
        }
        files.removeLast()
    }

    private mutating func read(_ tokens: [Token]) {
        guard var line = DirectiveLine(tokens) else { return }
        do throws(SyntaxError) {
            if let token = tokens.first(where: { $0.isUnterminated }) {
                throw SyntaxError(at: token, "expected a closing '\"' on this line")
            }
            try directive(&line)
            if let extra = line.next() { throw SyntaxError(at: extra, "unexpected \(extra.shown)") }
        } catch {
            report(.error, at: error.token, error.message)
        }
    }

    private mutating func directive(_ line: inout DirectiveLine) throws(SyntaxError) {
        let keyword = line.keyword
        guard let directive = Directive.all.first(where: { $0.name == keyword.text }) else {
            throw unknown("directive", keyword, Directive.all.map { $0.name })
        }
        switch directive.treatment {
        case .read(let reader): try reader(&self, &line)
        case .setting(let reader):
            warnIfRepeated(keyword)
            try reader(&self, &line)
        case .unsupported(let instead):
            warn(at: keyword, "\(keyword.shown) is not supported: \(instead); ignored")
            line.skipRest()
        }
    }

    private mutating func warnIfRepeated(_ keyword: Token) {
        let file = files.last ?? ""
        if let earlier = places[keyword.text] {
            let place = earlier.file == file ? "line \(earlier.line)" : "line \(earlier.line) of \(earlier.file)"
            warn(at: keyword, "\(keyword.shown) replaces the one on \(place)")
        }
        places[keyword.text] = Place(file: file, line: keyword.line)
    }

    // MARK: Included files

    /// As ntpd has it, which keeps an endless circle from being one.
    private static let deepestInclusion = 5

    mutating func include(_ line: inout DirectiveLine) throws(SyntaxError) {
        let keyword = line.keyword
        let path = beside(files.last ?? "", try line.path(of: keyword))
        guard files.count <= Self.deepestInclusion else {
            throw SyntaxError(at: keyword, "expected files to include each other \(Self.deepestInclusion) deep at most")
        }
        let bytes: [UInt8]
        do throws(UnreadableFile) {
            bytes = try readFile(path)
        } catch {
            return warn(at: keyword, "\(error.reason); going on without")
        }
        read(bytes, of: path)
    }

    /// A relative path starts from the folder of the file that has it.
    private func beside(_ file: String, _ path: String) -> String {
        guard path.utf8.first != UInt8(ascii: "/"), let slash = file.utf8.lastIndex(of: UInt8(ascii: "/")) else {
            return path
        }
        return String(file[...slash]) + path
    }

    // MARK: Diagnostics

    mutating func warn(at token: Token, _ message: String) { report(.warning, at: token, message) }

    private mutating func report(_ severity: Diagnostic.Severity, at token: Token, _ message: String) {
        diagnostics.append(
            Diagnostic(
                severity: severity,
                file: files.last ?? "",
                line: token.line,
                column: token.column,
                message: message
            )
        )
    }

    /// The keyword that a word is.
    ///
    /// - Parameter what: what is expected, for the message when it is none.
    func keyword<Keyword: RawRepresentable & CaseIterable>(
        _ token: Token,
        _ what: String,
        _: Keyword.Type
    ) throws(SyntaxError) -> Keyword where Keyword.RawValue == String {
        guard let keyword = Keyword(rawValue: token.text) else {
            throw unknown(what, token, Keyword.allCases.map { $0.rawValue })
        }
        return keyword
    }

    func unknown(_ what: String, _ token: Token, _ known: [String]) -> SyntaxError {
        let hint = suggestion(for: token.text, among: known).map { "; did you mean '\($0)'?" } ?? ""
        return SyntaxError(at: token, "unknown \(what) \(token.shown)\(hint)")
    }
}
