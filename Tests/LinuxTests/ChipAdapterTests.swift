import ClockDiscipline
import DS3231
import Foundation
import HAL
import NTPTime
import RTCReference
import Simulation
import Testing

@testable import Linux

/// An adapter in front of the simulated chip that does no more than it says it can.
private final class ChipAdapter: I2CAdapter {
    private let bus: SimulatedI2CBus
    private let abilities: I2CFunctions
    /// The most octets that one transfer had.
    private(set) var longest = 0

    init(_ bus: SimulatedI2CBus, _ abilities: I2CFunctions) {
        self.bus = bus
        self.abilities = abilities
    }

    func functions() throws(LinuxError) -> I2CFunctions { abilities }
    func select(_ address: UInt8) throws(LinuxError) {}

    private func require(_ ability: I2CFunctions, octets: Int) throws(LinuxError) {
        guard abilities.contains(ability) else { throw LinuxError(code: EOPNOTSUPP, operation: "transfer") }
        longest = max(longest, octets)
    }

    private func asErrno<Value>(_ transfer: () throws(I2CError) -> Value) throws(LinuxError) -> Value {
        do throws(I2CError) { return try transfer() } catch { throw LinuxError(code: EIO, operation: "\(error)") }
    }

    private func write(_ octets: [UInt8]) throws(LinuxError) {
        try asErrno { () throws(I2CError) in try bus.write(octets.span, to: DS3231.defaultAddress) }
    }

    private func read(_ command: UInt8, _ count: Int) throws(LinuxError) -> [UInt8] {
        try asErrno { () throws(I2CError) in
            var octets = [UInt8](repeating: 0, count: count)
            var buffer = octets.mutableSpan
            try bus.read(into: &buffer, after: [command].span, from: DS3231.defaultAddress)
            return octets
        }
    }

    /// i2c-bcm2835: one read message at most, and that the last; here there is never more than a write before it.
    func transfer(_ address: UInt8, write: Span<UInt8>, read: inout MutableSpan<UInt8>) throws(LinuxError) {
        try require(.plain, octets: max(write.count, read.count))
        let written = write.indices.map { write[$0] }
        guard read.count > 0 else { return try self.write(written) }
        guard written.count == 1 else { throw LinuxError(code: EOPNOTSUPP, operation: "transfer") }
        for (index, octet) in try self.read(written[0], read.count).enumerated() { read[index] = octet }
    }

    func readBlock(_ command: UInt8, into buffer: inout MutableSpan<UInt8>) throws(LinuxError) -> Int {
        try require(.readBlock, octets: buffer.count)
        for (index, octet) in try read(command, buffer.count).enumerated() { buffer[index] = octet }
        return buffer.count
    }

    func writeBlock(_ command: UInt8, _ bytes: Span<UInt8>) throws(LinuxError) {
        try require(.writeBlock, octets: bytes.count)
        try write([command] + bytes.indices.map { bytes[$0] })
    }

    func readByte(_ command: UInt8) throws(LinuxError) -> UInt8 {
        try require(.readByteData, octets: 1)
        return try read(command, 1)[0]
    }

    func writeByte(_ command: UInt8, _ value: UInt8) throws(LinuxError) {
        try require(.writeByteData, octets: 1)
        try write([command, value])
    }

    func sendByte(_ value: UInt8) throws(LinuxError) {
        try require(.writeByte, octets: 1)
        try write([value])
    }
}

@Suite struct `The chip behind an adapter` {
    /// Octet by octet the bus's speed is not measured well, which costs the write its phase: it is measured then.
    @Test(
        arguments: [
            (I2CFunctions.plain, 0.5), ([.writeByte, .readBlock, .writeBlock], 0.5),
            ([.writeByte, .readByteData, .writeByteData], 1.5),
        ] as [(I2CFunctions, Double)]
    )
    func `is read, set, trimmed and tested with what the adapter can do`(
        functions: I2CFunctions,
        residual: Double
    ) throws {
        let clock = SimulatedClock(now: MonotonicTime(sinceStart: .seconds(100.3)))
        let wires = SimulatedI2CBus(clock: clock)
        let chip = SimulatedDS3231(at: clock.now)
        let date = NTPDate(unixSeconds: 1_800_000_000)
        chip.set(to: date + .seconds(2.7), at: clock.now)
        wires.attach(chip, at: DS3231.defaultAddress)
        let adapter = ChipAdapter(wires, functions)
        let rtc = RTCReference(
            chip: DS3231(bus: try LinuxI2CBus(adapter: adapter, claiming: DS3231.defaultAddress)),
            clock: clock
        )
        let timescale = Timescale(reading: ClockReading(monotonic: clock.now, date: date), frequency: .zero)

        let sample = try rtc.findEdge()
        #expect((sample.offset(from: timescale) - .seconds(2.7)).magnitude <= sample.uncertainty)
        let report = try rtc.write(timescale, after: try rtc.prepareWrite())
        #expect(report.residual.magnitude < .milliseconds(residual))
        let truth = chip.date(at: clock.now) - timescale.date(at: clock.now)
        #expect((report.residual - truth).magnitude <= report.uncertainty)
        _ = try rtc.setTrim(TrimOffset(steps: 20))
        #expect(abs(chip.effectiveDrift.ppm + 2) < 1e-9)
        var failed: [SelfTest.Check] = []
        let test = SelfTest(rtc) { if case .failed = $0.outcome { failed.append($0) } }
        #expect(test.run() || failed.map(\.name) == ["time put back"], "\(failed)")
        #expect(adapter.longest <= 32)
    }
}
