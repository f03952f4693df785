import NetworkAddress

extension Parser {
    mutating func interface(_ line: inout DirectiveLine) throws(SyntaxError) {
        let keyword = line.keyword
        let action = try line.value(of: keyword, expected: "'listen', 'ignore' or 'drop'") {
            text -> InterfaceRule.Action? in
            switch text {
            case "listen": .listen
            case "ignore": .ignore
            case "drop": .drop
            default: nil
            }
        }
        let match = try line.value(
            of: keyword,
            expected: "'all', 'ipv4', 'ipv6', 'wildcard', the name of an interface or an address"
        ) { text -> InterfaceRule.Match? in
            switch text {
            case "all": .all
            case "ipv4": .ipv4
            case "ipv6": .ipv6
            case "wildcard": .wildcard
            default:
                if let network = ValueText.network(text) {
                    .network(network)
                } else {
                    ValueText.interfaceName(text).map { .name($0) }
                }
            }
        }
        configuration.interfaceRules.append(InterfaceRule(action: action, match: match))
    }
}
