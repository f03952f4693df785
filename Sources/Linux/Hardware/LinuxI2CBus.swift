import CLinux
import HAL

/// An I2C bus of the kernel's i2c-dev.
///
/// Where the adapter speaks SMBus only, transfers of up to 32 octets behind a register number still work: as blocks, or
/// else octet by octet, then read again until the first octet stays the same.
package final class LinuxI2CBus: I2CBus {
    private let adapter: any I2CAdapter
    private let functions: I2CFunctions
    private var selected: I2CAddress?

    /// I2C_SMBUS_BLOCK_MAX.
    private static let blockLimit = 32
    /// i2c-dev's limit for a message.
    private static let messageLimit = 8_192
    private static let coherenceAttempts = 3

    /// - Throws: `addressInUse` when a kernel driver owns `address`, so that nothing is ever sent to a chip behind
    ///   its driver's back.
    package init(adapter: any I2CAdapter, claiming address: I2CAddress) throws(I2CError) {
        self.adapter = adapter
        do throws(LinuxError) { functions = try adapter.functions() } catch { throw I2CError(error) }
        try select(address)
    }

    /// I2C_RDWR does not look whether a driver owns the address, and SMBus calls have no address of their own.
    private func select(_ address: I2CAddress) throws(I2CError) {
        guard address != selected else { return }
        do throws(LinuxError) {
            try adapter.select(address.rawValue)
        } catch {
            throw error.code == TKO_EBUSY ? .addressInUse : I2CError(error)
        }
        selected = address
    }

    package func write(_ bytes: Span<UInt8>, to address: I2CAddress) throws(I2CError) {
        try select(address)
        do throws(LinuxError) {
            guard functions.contains(.plain) else { return try writeBySMBus(bytes) }
            guard (1...Self.messageLimit).contains(bytes.count) else { throw Self.notSupported }
            var nothing = MutableSpan<UInt8>()
            try adapter.transfer(address.rawValue, write: bytes, read: &nothing)
        } catch {
            throw I2CError(error)
        }
    }

    package func read(into buffer: inout MutableSpan<UInt8>, after bytes: Span<UInt8>, from address: I2CAddress)
        throws(I2CError)
    {
        try select(address)
        do throws(LinuxError) {
            guard functions.contains(.plain) else { return try readBySMBus(into: &buffer, after: bytes) }
            guard (1...Self.messageLimit).contains(buffer.count), bytes.count <= Self.messageLimit else {
                throw Self.notSupported
            }
            try adapter.transfer(address.rawValue, write: bytes, read: &buffer)
        } catch {
            throw I2CError(error)
        }
    }

    private static var notSupported: LinuxError { LinuxError(code: TKO_EOPNOTSUPP, operation: "I2C transfer") }
}

// MARK: - SMBus

extension LinuxI2CBus {
    private func writeBySMBus(_ bytes: Span<UInt8>) throws(LinuxError) {
        guard (1...Self.blockLimit + 1).contains(bytes.count) else { throw Self.notSupported }
        let command = bytes[0]
        if bytes.count == 1 {
            guard functions.contains(.writeByte) else { throw Self.notSupported }
            try adapter.sendByte(command)
        } else if functions.contains(.writeBlock) {
            try adapter.writeBlock(command, bytes.extracting(1...))
        } else if functions.contains(.writeByteData) {
            for index in 1..<bytes.count {
                try adapter.writeByte(command &+ UInt8(index - 1), bytes[index])
            }
        } else {
            throw Self.notSupported
        }
    }

    private func readBySMBus(into buffer: inout MutableSpan<UInt8>, after bytes: Span<UInt8>) throws(LinuxError) {
        guard bytes.count == 1, (1...Self.blockLimit).contains(buffer.count) else { throw Self.notSupported }
        let command = bytes[0]
        if functions.contains(.readBlock) {
            let count = try adapter.readBlock(command, into: &buffer)
            guard count == buffer.count else { throw LinuxError(code: TKO_EIO, operation: "read an I2C block") }
        } else if functions.contains(.readByteData) {
            try readByteWise(into: &buffer, from: command)
        } else {
            throw Self.notSupported
        }
    }

    /// A time that is carried over between two octets shows in the first, the seconds.
    private func readByteWise(into buffer: inout MutableSpan<UInt8>, from command: UInt8) throws(LinuxError) {
        for _ in 0..<Self.coherenceAttempts {
            for index in 0..<buffer.count {
                buffer[index] = try adapter.readByte(command &+ UInt8(index))
            }
            guard buffer.count > 1 else { return }
            if try adapter.readByte(command) == buffer[0] { return }
        }
        throw LinuxError(code: TKO_EIO, operation: "read SMBus byte data")
    }
}
