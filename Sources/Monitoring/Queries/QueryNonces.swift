import Authentication
import NTPEngine
import NTPTime
import NetworkAddress

/// Words that only who really has an address can say, as they were sent there before: the list of clients is long, and
/// whoever forges a sender's address is not to have it sent to others.
struct QueryNonces: Sendable {
    private let secret: [UInt8]

    /// ntpq asks for a new one as often.
    private static let lifetime = NTPDuration.seconds(16)

    init(random: any RandomSource) { secret = octets(of: random.next()) + octets(of: random.next()) }

    /// When it was made, and a code of that and of the address.
    func nonce(for address: IPAddress, at now: MonotonicTime) -> String {
        let moment = UInt64(bitPattern: now.sinceStart.units)
        return sixteenDigits(moment) + sixteenDigits(code(address, moment))
    }

    func isGood(_ nonce: String, for address: IPAddress, at now: MonotonicTime) -> Bool {
        guard nonce.utf8.count == 32, let moment = UInt64(nonce.prefix(16), radix: 16),
            let code = UInt64(nonce.suffix(16), radix: 16), code == self.code(address, moment)
        else { return false }
        let age = now - MonotonicTime(sinceStart: NTPDuration(units: Int64(bitPattern: moment)))
        return (.zero...Self.lifetime).contains(age)
    }

    private func code(_ address: IPAddress, _ moment: UInt64) -> UInt64 {
        let message = octets(of: moment) + octets(of: address.high) + octets(of: address.low)
        let digest = KeyedDigest(.aes128CMAC, key: secret.span, message: message.span).octets
        return (0..<8).reduce(0) { $0 << 8 | UInt64(digest[$1]) }
    }

    private func sixteenDigits(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}

private func octets(of number: UInt64) -> [UInt8] {
    stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
}
