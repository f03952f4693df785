import Foundation
import HAL
import NTPTime
import Testing

@testable import Linux

/// An adapter with a chip of 256 registers behind it, of which the first may count on at every read.
final class FakeAdapter: I2CAdapter {
    let abilities: I2CFunctions
    var registers = (0...255).map { UInt8($0) }
    var failure: Int32?
    var busyAddress: UInt8?
    var readsUntilCarry: Int?
    private(set) var calls: [String] = []

    init(_ abilities: I2CFunctions) { self.abilities = abilities }

    private func record(_ call: String) throws(LinuxError) {
        calls.append(call)
        if let failure { throw LinuxError(code: failure, operation: call) }
    }

    func functions() throws(LinuxError) -> I2CFunctions { abilities }

    func select(_ address: UInt8) throws(LinuxError) {
        calls.append("select \(address)")
        if address == busyAddress { throw LinuxError(code: EBUSY, operation: "I2C_SLAVE") }
    }

    func transfer(_ address: UInt8, write: Span<UInt8>, read: inout MutableSpan<UInt8>) throws(LinuxError) {
        try record("transfer \(write.count) \(read.count)")
        var pointer = Int(write.count > 0 ? write[0] : 0)
        for index in 1..<max(1, write.count) {
            registers[pointer] = write[index]
            pointer += 1
        }
        for index in 0..<read.count { read[index] = registers[pointer + index] }
    }

    func readBlock(_ command: UInt8, into buffer: inout MutableSpan<UInt8>) throws(LinuxError) -> Int {
        try record("read block \(buffer.count)")
        for index in 0..<buffer.count { buffer[index] = registers[Int(command) + index] }
        return buffer.count
    }

    func writeBlock(_ command: UInt8, _ bytes: Span<UInt8>) throws(LinuxError) {
        try record("write block \(bytes.count)")
        for index in bytes.indices { registers[Int(command) + index] = bytes[index] }
    }

    func readByte(_ command: UInt8) throws(LinuxError) -> UInt8 {
        try record("read \(command)")
        if let reads = readsUntilCarry {
            readsUntilCarry = reads - 1
            if reads == 0 {
                registers[0] = 0
                registers[1] += 1
            }
        }
        return registers[Int(command)]
    }

    func writeByte(_ command: UInt8, _ value: UInt8) throws(LinuxError) {
        try record("write \(command)")
        registers[Int(command)] = value
    }

    func sendByte(_ value: UInt8) throws(LinuxError) { try record("send \(value)") }
}

extension LinuxI2CBus {
    func read(_ count: Int, after bytes: [UInt8], from address: I2CAddress) throws(I2CError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0xee, count: count)
        var span = buffer.mutableSpan
        try read(into: &span, after: bytes.span, from: address)
        return buffer
    }

    func write(_ bytes: [UInt8], to address: I2CAddress) throws(I2CError) { try write(bytes.span, to: address) }
}

private let bytesOnly: I2CFunctions = [.writeByte, .readByteData, .writeByteData]
private let blocks: I2CFunctions = [.writeByte, .readBlock, .writeBlock]

@Suite struct `An I2C bus` {
    let chip: I2CAddress
    init() throws { chip = try #require(I2CAddress(0x68)) }

    @Test(arguments: [
        (I2CFunctions.plain, ["select 104", "transfer 4 0", "transfer 1 3"]),
        (blocks, ["select 104", "write block 3", "read block 3"]),
        (bytesOnly, ["select 104", "write 16", "write 17", "write 18", "read 16", "read 17", "read 18", "read 16"]),
    ])
    func `writes and reads registers with what the adapter can do`(functions: I2CFunctions, calls: [String]) throws {
        let adapter = FakeAdapter(functions)
        let bus = try LinuxI2CBus(adapter: adapter, claiming: chip)
        try bus.write([16, 7, 8, 9], to: chip)
        #expect(try bus.read(3, after: [16], from: chip) == [7, 8, 9])
        #expect(adapter.calls == calls)
    }

    @Test func `octet by octet, reads again when the first has moved on`() throws {
        let adapter = FakeAdapter(bytesOnly)
        adapter.registers[0] = 59
        adapter.registers[1] = 4
        let bus = try LinuxI2CBus(adapter: adapter, claiming: chip)
        adapter.readsUntilCarry = 1
        #expect(try bus.read(2, after: [0], from: chip) == [0, 5])
    }

    @Test func `selects again for another address only`() throws {
        let adapter = FakeAdapter(.plain)
        let bus = try LinuxI2CBus(adapter: adapter, claiming: chip)
        let other = try #require(I2CAddress(0x57))
        _ = try bus.read(1, after: [0], from: chip)
        _ = try bus.read(1, after: [0], from: other)
        _ = try bus.read(1, after: [0], from: other)
        #expect(adapter.calls.filter { $0.hasPrefix("select") } == ["select 104", "select 87"])
    }

    @Test func `is not used when a kernel driver owns the address`() throws {
        let adapter = FakeAdapter(.plain)
        adapter.busyAddress = chip.rawValue
        #expect(throws: I2CError.addressInUse) { try LinuxI2CBus(adapter: adapter, claiming: chip) }
        #expect(adapter.calls == ["select 104"])
    }

    @Test(
        arguments: [
            (EREMOTEIO, I2CError.notAcknowledged), (ENXIO, .notAcknowledged), (ETIMEDOUT, .timedOut),
            (EAGAIN, .arbitrationLost), (EIO, .busFault), (EBUSY, .busFault), (EOPNOTSUPP, .unsupported),
            (EINVAL, .system(code: EINVAL)),
        ],
        [I2CFunctions.plain, blocks, bytesOnly]
    )
    func `tells errors apart`(_ error: (Int32, I2CError), functions: I2CFunctions) throws {
        let adapter = FakeAdapter(functions)
        let bus = try LinuxI2CBus(adapter: adapter, claiming: chip)
        adapter.failure = error.0
        #expect(throws: error.1) { try bus.read(7, after: [0], from: chip) }
        #expect(throws: error.1) { try bus.write([0, 1, 2], to: chip) }
    }

    @Test func `refuses what the adapter cannot do`() throws {
        for functions in [I2CFunctions([]), blocks, bytesOnly] {
            let bus = try LinuxI2CBus(adapter: FakeAdapter(functions), claiming: chip)
            #expect(throws: I2CError.unsupported) { try bus.read(33, after: [0], from: chip) }
            #expect(throws: I2CError.unsupported) { try bus.read(1, after: [0, 1], from: chip) }
            #expect(throws: I2CError.unsupported) { try bus.write([], to: chip) }
            #expect(throws: I2CError.unsupported) { try bus.write(Array(repeating: 0, count: 34), to: chip) }
        }
        let bus = try LinuxI2CBus(adapter: FakeAdapter(.plain), claiming: chip)
        #expect(throws: I2CError.unsupported) { try bus.read(0, after: [0], from: chip) }
        #expect(throws: I2CError.unsupported) { try bus.write([], to: chip) }
    }

    @Test func `that is not there is named`() {
        let error = #expect(throws: I2COpenError.self) { _ = try LinuxI2CBus.open(number: 250, claiming: chip) }
        #expect(error?.description.hasPrefix("/dev/i2c-250: ") == true)
        guard case .missing(let path, _) = error else {
            Issue.record("not .missing: \(String(describing: error))")
            return
        }
        #expect(path == "/dev/i2c-250")
    }

    @Test(arguments: [
        (I2COpenError.missing(path: "/dev/i2c-1", present: []), "dtparam=i2c_arm=on"),
        (.missing(path: "/dev/i2c-1", present: [0, 20]), "there are /dev/i2c-0, /dev/i2c-20"),
        (.addressInUse(path: "/dev/i2c-1", address: 0x68), "0x68; remove the line dtoverlay=i2c-rtc"),
        (.notPermitted(path: "/dev/i2c-1"), "i2c"), (.unusable(path: "/dev/i2c-1", error: .timedOut), "timed out"),
    ])
    func `errors say what to do`(error: I2COpenError, text: String) {
        #expect(error.description.contains(text))
    }

    @Test func `a file that is no bus is unusable`() throws {
        let adapter = try DeviceI2CAdapter(path: "/dev/null", timeout: 1, retries: 0)
        #expect(throws: I2CError.system(code: ENOTTY)) { try LinuxI2CBus(adapter: adapter, claiming: chip) }
        let error = #expect(throws: LinuxError.self) { try adapter.readByte(0) }
        #expect(error?.code == ENOTTY)
    }
}
