/// A 7-bit I2C address, 0x08–0x77 for devices.
package struct I2CAddress: Hashable, Sendable {
    package let rawValue: UInt8

    /// nil outside of 0x08...0x77, the addresses that I2C does not reserve.
    package init?(_ rawValue: UInt8) {
        guard (0x08...0x77).contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    /// The device address nearest to `rawValue`, for addresses that are known when the code is written.
    package init(clamping rawValue: UInt8) { self.rawValue = min(max(rawValue, 0x08), 0x77) }
}

/// What can go wrong on an I2C bus, whichever adapter drives it.
package enum I2CError: Error, Hashable, Sendable {
    /// Nobody acknowledged: no such device, or it is busy.
    case notAcknowledged
    /// The adapter gave up waiting: a stuck clock line or a dead controller.
    case timedOut
    /// Another master won the bus.
    case arbitrationLost
    /// SDA or SCL is held low, or the adapter reports the bus as unusable.
    case busFault
    /// A kernel driver owns the address.
    case addressInUse
    /// The adapter cannot do what was asked for.
    case unsupported
    /// Anything else; the number is the operating system's error.
    case system(code: Int32)
}

/// One I2C bus as its master sees it. Calls block; at most one is under way at a time.
package protocol I2CBus: AnyObject {
    /// START, address and write, `bytes`, STOP.
    func write(_ bytes: Span<UInt8>, to address: I2CAddress) throws(I2CError)

    /// START, address and write, `bytes`, repeated START, address and read, as many octets as `buffer` has, STOP: one
    /// transfer that no other master or process can come between.
    func read(into buffer: inout MutableSpan<UInt8>, after bytes: Span<UInt8>, from address: I2CAddress)
        throws(I2CError)
}
