/// Association mode (RFC 5905 figure 10).
package enum NTPMode: UInt8, Sendable {
    case reserved = 0
    case symmetricActive = 1
    case symmetricPassive = 2
    case client = 3
    case server = 4
    case broadcast = 5
    case control = 6
    case privateUse = 7
}
