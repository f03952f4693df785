import NTPTime
import NetworkAddress

/// Readers for the words that stand for values. All return nil for what is not of the kind.
package enum ValueText {
    /// Decimal digits only.
    package static func wholeNumber(_ text: String, in range: ClosedRange<Int64>) -> Int64? {
        guard isNumeral(text.utf8), let value = Int64(text), range.contains(value) else { return nil }
        return value
    }

    package static func decimal(_ text: String, in range: ClosedRange<Double>) -> Double? {
        NTPTime.decimal(text).flatMap { range.contains($0) ? $0 : nil }
    }

    /// A 7-bit I2C address in decimal or, after `0x`, in hexadecimal, as device trees and i2cdetect write it.
    static func i2cAddress(_ text: String) -> UInt8? {
        let isHexadecimal = text.utf8.starts(with: "0x".utf8)
        let digits = isHexadecimal ? text.dropFirst(2) : text[...]
        guard digits.utf8.first != UInt8(ascii: "+"), let value = UInt8(digits, radix: isHexadecimal ? 16 : 10),
            (0x08...0x77).contains(value)
        else { return nil }
        return value
    }

    /// The path of a device that is written as `kindN` or `/dev/kindN`.
    static func device(_ text: String, kind: String) -> String? {
        let prefix = "/dev/"
        let name = text.utf8.starts(with: prefix.utf8) ? text.dropFirst(prefix.count) : text[...]
        guard name.utf8.starts(with: kind.utf8),
            wholeNumber(String(name.dropFirst(kind.count)), in: 0...255) != nil
        else { return nil }
        return prefix + name
    }

    /// Anything without control characters.
    static func path(_ text: String) -> String? {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { return nil }
        return text
    }

    /// A host name or an address, the latter with an interface (`fe80::1%eth0`) if it has one.
    static func host(_ text: String) -> String? {
        guard let first = text.utf8.first, first != UInt8(ascii: "-"), text.utf8.count <= 253,
            text.utf8.allSatisfy(isHostCharacter)
        else { return nil }
        // Only an address has colons; a percent sign comes after one.
        guard text.utf8.contains(UInt8(ascii: ":")) || text.utf8.contains(UInt8(ascii: "%")) else { return text }
        let address = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard IPAddress(String(address[0])) != nil, address.last?.isEmpty == false else { return nil }
        return text
    }

    /// A host name that is none of a mistyped address, whose last part would be a number, nor of a keyword.
    static func restrictedHost(_ text: String) -> String? {
        guard let host = host(text), let last = host.split(separator: ".").last, last.utf8.contains(where: isLetter),
            !host.utf8.contains(UInt8(ascii: ":")), !host.utf8.contains(UInt8(ascii: "%")),
            suggestion(for: host, among: ["default", "source", "mask"]) == nil
        else { return nil }
        return host
    }

    private static func isHostCharacter(_ byte: UInt8) -> Bool {
        isNameCharacter(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "%")
    }

    /// `ADDRESS`, `[ADDRESS]` or `ADDRESS/PREFIX`; an address alone is a network of one.
    static func network(_ text: String) -> IPNetwork? {
        if text.hasPrefix("["), text.hasSuffix("]") { return network(String(text.dropFirst().dropLast())) }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else { return nil }
        let bits: Int64 = address.isV4 ? 32 : 128
        guard parts.count == 2 else { return IPNetwork(address: address, prefixLength: Int(bits)) }
        guard let prefix = wholeNumber(String(parts[1]), in: 0...bits) else { return nil }
        return IPNetwork(address: address, prefixLength: Int(prefix))
    }

    /// The name of a network interface: up to 15 octets with a letter among them, so that it is no mistyped address.
    static func interfaceName(_ text: String) -> String? {
        guard (1...15).contains(text.utf8.count), text.utf8.contains(where: isLetter),
            text.utf8.allSatisfy({ isNameCharacter($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "@") })
        else { return nil }
        return text
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "_")
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isNumeral(_ text: String.UTF8View) -> Bool { !text.isEmpty && text.allSatisfy(isDigit) }
}
