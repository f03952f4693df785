import CLinux

/// What an I2C adapter can do (I2C_FUNCS), as far as it matters here.
package struct I2CFunctions: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Transfers of several messages with repeated START.
    package static let plain = I2CFunctions(rawValue: TKO_I2C_PLAIN)
    package static let writeByte = I2CFunctions(rawValue: TKO_I2C_WRITE_BYTE)
    package static let readByteData = I2CFunctions(rawValue: TKO_I2C_READ_BYTE_DATA)
    package static let writeByteData = I2CFunctions(rawValue: TKO_I2C_WRITE_BYTE_DATA)
    package static let readBlock = I2CFunctions(rawValue: TKO_I2C_READ_BLOCK)
    package static let writeBlock = I2CFunctions(rawValue: TKO_I2C_WRITE_BLOCK)
}

/// The system calls of one adapter, so that `LinuxI2CBus` is tested without one. Errors are those of the kernel.
package protocol I2CAdapter: AnyObject {
    func functions() throws(LinuxError) -> I2CFunctions
    /// I2C_SLAVE: EBUSY when a kernel driver owns the address.
    func select(_ address: UInt8) throws(LinuxError)
    /// One I2C_RDWR: a write message if there is anything to write, then a read message.
    func transfer(_ address: UInt8, write: Span<UInt8>, read: inout MutableSpan<UInt8>) throws(LinuxError)

    // SMBus commands to the address selected; blocks have 1–32 octets.

    /// Returns how many octets came.
    func readBlock(_ command: UInt8, into buffer: inout MutableSpan<UInt8>) throws(LinuxError) -> Int
    func writeBlock(_ command: UInt8, _ bytes: Span<UInt8>) throws(LinuxError)
    func readByte(_ command: UInt8) throws(LinuxError) -> UInt8
    func writeByte(_ command: UInt8, _ value: UInt8) throws(LinuxError)
    func sendByte(_ value: UInt8) throws(LinuxError)
}

/// `/dev/i2c-N` of the kernel's i2c-dev.
package final class DeviceI2CAdapter: I2CAdapter {
    private let descriptor: FileDescriptor

    /// - Parameters:
    ///   - timeout: in units of 10 ms.
    ///   - retries: when another master wins the bus.
    package init(path: String, timeout: Int32, retries: Int32) throws(LinuxError) {
        let opened = try checked(path.withCString { tko_i2c_open($0) }, "open \(path)")
        descriptor = FileDescriptor(owning: opened)
        // What an adapter makes of these limits is its own affair.
        _ = tko_i2c_limits(opened, timeout, retries)
    }

    package func functions() throws(LinuxError) -> I2CFunctions {
        var bits: UInt32 = 0
        try checked(tko_i2c_functions(descriptor.rawValue, &bits), "ioctl I2C_FUNCS")
        return I2CFunctions(rawValue: bits)
    }

    package func select(_ address: UInt8) throws(LinuxError) {
        try checked(tko_i2c_select(descriptor.rawValue, address), "ioctl I2C_SLAVE")
    }

    package func transfer(_ address: UInt8, write: Span<UInt8>, read: inout MutableSpan<UInt8>) throws(LinuxError) {
        let fd = descriptor.rawValue
        let done = read.withUnsafeMutableBufferPointer { read in
            write.withUnsafeBufferPointer { write in
                tko_i2c_transfer(
                    fd,
                    address,
                    write.baseAddress,
                    UInt16(clamping: write.count),
                    read.baseAddress,
                    UInt16(clamping: read.count)
                )
            }
        }
        try checked(done, "ioctl I2C_RDWR")
    }

    package func readBlock(_ command: UInt8, into buffer: inout MutableSpan<UInt8>) throws(LinuxError) -> Int {
        let fd = descriptor.rawValue
        let count = buffer.withUnsafeMutableBufferPointer {
            tko_smbus_read_block(fd, command, $0.baseAddress, UInt8(clamping: $0.count))
        }
        return Int(try checked(count, "read an I2C block"))
    }

    package func writeBlock(_ command: UInt8, _ bytes: Span<UInt8>) throws(LinuxError) {
        let fd = descriptor.rawValue
        let done = bytes.withUnsafeBufferPointer {
            tko_smbus_write_block(fd, command, $0.baseAddress, UInt8(clamping: $0.count))
        }
        try checked(done, "write an I2C block")
    }

    package func readByte(_ command: UInt8) throws(LinuxError) -> UInt8 {
        UInt8(
            truncatingIfNeeded: try checked(
                tko_smbus_read_byte_data(descriptor.rawValue, command),
                "read SMBus byte data"
            )
        )
    }

    package func writeByte(_ command: UInt8, _ value: UInt8) throws(LinuxError) {
        try checked(tko_smbus_write_byte_data(descriptor.rawValue, command, value), "write SMBus byte data")
    }

    package func sendByte(_ value: UInt8) throws(LinuxError) {
        try checked(tko_smbus_write_byte(descriptor.rawValue, value), "write an SMBus byte")
    }
}
