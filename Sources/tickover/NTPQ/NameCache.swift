import Linux
import NetworkAddress

/// Names of addresses, each asked for once.
final class NameCache {
    private var names: [IPAddress: String?] = [:]
    /// Without a name server each further question would take many seconds.
    private var isUseless: Bool

    /// - Parameter isNumeric: no names are wanted.
    init(isNumeric: Bool) { isUseless = isNumeric }

    /// nil for an address without a name.
    func name(of address: IPAddress) -> String? {
        guard !isUseless else { return nil }
        if let known = names[address] { return known }
        do throws(ResolverError) {
            let name = try Resolver.name(of: address)
            names[address] = .some(name)
            return name
        } catch {
            isUseless = true
            return nil
        }
    }
}
