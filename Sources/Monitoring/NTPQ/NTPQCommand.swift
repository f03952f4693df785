/// A line of ntpq's command language.
package enum NTPQCommand: Equatable, Sendable {
    case peers(PeersTable.Style)
    /// Every peer, also those that are neither configured nor reachable.
    case allPeers
    case associations
    /// Variables of the system or of an association, or those with names.
    case variables(AssociationChoice, names: [String])
    /// Variables of a reference clock.
    case clockVariables(AssociationChoice, names: [String])
    case report(VariableReport)
    /// Counters of an association.
    case peerStatistics(AssociationChoice)
    /// The list of clients, by parameters of RFC 9327 section 4.10.
    case clients(parameters: String)
    case help
    case quit
}

/// How an association is named.
package enum AssociationChoice: Equatable, Sendable {
    /// By its identifier; 0 is the system.
    case id(UInt16)
    /// `&1`: by its place in the list, from 1 on.
    case place(Int)

    fileprivate init?(_ word: String) {
        if word.hasPrefix("&") {
            guard let place = UInt16(word.dropFirst()), place > 0 else { return nil }
            self = .place(Int(place))
        } else {
            guard let id = UInt16(word) else { return nil }
            self = .id(id)
        }
    }
}

extension NTPQCommand {
    /// Reads a line; a command may be cut short as long as it is clear which is meant.
    ///
    /// - Returns: nil for an empty line.
    /// - Throws: `failed` for anything that is no command.
    package init?(line: String) throws(ControlFailure) {
        let words = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }.map(String.init(_:))
        guard let first = words.first else { return nil }
        let name = try Name.find(first)
        let operands = words.dropFirst()
        guard operands.isEmpty || name.takesOperands else {
            throw .failed("***Command '\(name.rawValue)' takes no arguments")
        }
        switch name {
        case .peers: self = .peers(.referenceID)
        case .lpeers: self = .allPeers
        case .apeers: self = .peers(.association)
        case .associations, .lassociations: self = .associations
        case .rv, .readvar: self = .variables(try Self.choice(operands), names: Self.names(operands))
        case .cv, .clockvar: self = .clockVariables(try Self.choice(operands), names: Self.names(operands))
        case .pstats:
            guard operands.count == 1 else { throw .failed("usage: pstats ASSOCIATION") }
            self = .peerStatistics(try Self.choice(operands))
        case .sysinfo: self = .report(.system)
        case .kerninfo: self = .report(.kernel)
        case .sysstats: self = .report(.statistics)
        case .monstats: self = .report(.clients)
        case .mrulist: self = .clients(parameters: try Self.parameters(operands))
        case .help: self = .help
        case .quit, .exit: self = .quit
        }
    }

    private enum Name: String, CaseIterable {
        case apeers, associations, clockvar, cv, exit, help, kerninfo, lassociations, lpeers, monstats, mrulist, peers,
            pstats, quit, readvar, rv, sysinfo, sysstats

        var takesOperands: Bool {
            switch self {
            case .clockvar, .cv, .help, .mrulist, .pstats, .readvar, .rv: true
            default: false
            }
        }

        static func find(_ word: String) throws(ControlFailure) -> Name {
            if word == "?" { return .help }
            if let name = Name(rawValue: word) { return name }
            let names = allCases.filter { $0.rawValue.hasPrefix(word) }
            guard let name = names.first else { throw .failed("***Command '\(word)' unknown; try 'help'") }
            guard names.count == 1 else {
                throw .failed("***Command '\(word)' ambiguous: \(names.map { $0.rawValue }.joined(separator: ", "))")
            }
            return name
        }
    }

    /// The system if none is named.
    private static func choice(_ operands: ArraySlice<String>) throws(ControlFailure) -> AssociationChoice {
        guard let word = operands.first else { return .id(0) }
        guard let choice = AssociationChoice(word) else {
            throw .failed("***'\(word)' is no association: expected its number, or & and its place in the list")
        }
        return choice
    }

    /// Of variables after the association, between spaces or commas.
    private static func names(_ operands: ArraySlice<String>) -> [String] {
        operands.dropFirst().flatMap { $0.split(separator: ",").map(String.init(_:)) }
    }

    private static func parameters(_ operands: ArraySlice<String>) throws(ControlFailure) -> String {
        var parameters = ""
        for word in operands {
            switch word {
            // Those that met a limit, or were told so.
            case "limited": parameters += ", resany=0x20"
            case "kod": parameters += ", resany=0x400"
            default:
                let name = word.split(separator: "=", omittingEmptySubsequences: false)[0]
                guard ["mincount", "maxlstint", "resall", "resany"].contains(name), name.utf8.count < word.utf8.count
                else { throw .failed("***Unknown parameter '\(word)' of mrulist") }
                parameters += ", \(word)"
            }
        }
        return parameters
    }

    package static let helpText = """
        peers                        the servers, with reference identifier
        lpeers                       likewise, also those that are not configured
        apeers                       the servers, with association
        associations                 associations and their status
        rv [ASSOCIATION [NAMES]]     variables of the system, or of a server
        cv ASSOCIATION [NAMES]       variables of a reference clock
        pstats ASSOCIATION           counters of a server
        sysinfo, kerninfo            the system, the kernel's clock
        sysstats, monstats           counters, limits of the list of clients
        mrulist [limited] [kod] [mincount=N] [maxlstint=SECONDS] [resall=N] [resany=N]
                                     clients, the latest first
        quit                         end

        An association is a number, or & and its place in the list.

        """
}
