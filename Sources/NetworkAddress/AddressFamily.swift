/// The version of IP that a name is to be resolved to or a socket opened for.
package enum AddressFamily: Hashable, Sendable {
    case v4
    case v6
}
