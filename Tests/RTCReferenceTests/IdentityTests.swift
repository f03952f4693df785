import ClockDiscipline
import DS3231
import HAL
import NTPTime
import Simulation
import Testing

@testable import RTCReference

/// A chip of which only the registers are known: its addresses end after them, and it notes what is written.
private final class RegisterImage: I2CDevice {
    private let registers: [UInt8]
    private var pointer = 0
    private var expectsPointer = false
    private(set) var written: [UInt8] = []

    init(_ registers: [UInt8]) { self.registers = registers }

    func start(reading: Bool, at moment: MonotonicTime) -> Bool {
        expectsPointer = !reading
        return true
    }

    func receive(_ octet: UInt8, at moment: MonotonicTime) -> Bool {
        if expectsPointer {
            pointer = Int(octet) % registers.count
            expectsPointer = false
        } else {
            written.append(octet)
        }
        return true
    }

    func send(at moment: MonotonicTime) -> UInt8 {
        defer { pointer = (pointer + 1) % registers.count }
        return registers[pointer]
    }

    func stop(at moment: MonotonicTime) {}
}

/// What chips show from 00h on.
private struct Image: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let registers: [UInt8]

    /// 2026-11-20 12:34:05, a Friday.
    private static let time: [UInt8] = [0x05, 0x34, 0x12, 5, 0x20, 0x11, 0x26]
    private static let alarms: [UInt8] = [0, 0, 0, 0, 0, 0, 0]
    private static func memory(_ count: Int, _ octet: UInt8 = 0) -> [UInt8] { Array(repeating: octet, count: count) }
    private static func memory(_ count: Int, _ octet: (Int) -> Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: octet($0)) }
    }

    static let good = [
        Image(testDescription: "DS3231 as it comes", registers: time + alarms + [0x1c, 0x88, 0, 0x19, 0x40]),
        Image(testDescription: "DS3231 in the frost", registers: time + alarms + [0x1c, 0x08, 0xfb, 0xe2, 0xc0]),
        Image(testDescription: "DS3231 at 0 °C, all off", registers: time + alarms + [0, 0, 0, 0, 0]),
        Image(
            testDescription: "DS3232, its 32 kHz output on the battery",
            registers: time + alarms + [0x1c, 0xc8, 0, 0x19, 0x40, 0] + memory(236)
        ),
        Image(
            testDescription: "DS3232, conversions every 512 s",
            registers: time + alarms + [0x1c, 0x38, 0, 0x19, 0x40, 0] + memory(236, 0xa5)
        ),
        Image(
            testDescription: "DS3232 like a DS3231",
            registers: time + alarms + [0x1c, 0x08, 0, 0x19, 0x40, 0] + memory(236)
        ),
    ]

    static let others = [
        Image(
            testDescription: "PCF8523 as it comes",
            registers: [0, 0, 0xe0, 0x85, 0, 0, 1, 6, 1, 0, 0x80, 0x80, 0x80, 0x80, 0, 0, 7, 0, 7, 0]
        ),
        Image(
            testDescription: "PCF8523 in use, its timers at their fastest",
            registers: [0, 0, 0, 0x45, 0x34, 0x12, 0x20, 5, 0x11, 0x26, 0x80, 0x80, 0x80, 0x80, 3, 0x38, 0, 0, 0, 0]
        ),
        Image(
            testDescription: "PCF8523 in a minute's first seconds",
            registers: [0, 0, 0, 0x05, 0x34, 0x12, 0x20, 5, 0x11, 0x26, 0x80, 0x80, 0x80, 0x80, 3, 0x38, 7, 0, 7, 0]
        ),
        Image(testDescription: "DS1307 that stands still", registers: [0x80, 0, 0, 1, 1, 1, 0, 3] + memory(56)),
        Image(testDescription: "DS1307, cleared memory", registers: time + [3] + memory(56)),
        Image(testDescription: "DS1307, cleared memory, output off", registers: time + [0] + memory(56)),
        Image(testDescription: "DS1307, memory of ones", registers: time + [3] + memory(56, 0xff)),
        Image(testDescription: "DS1307, memory of text", registers: time + [3] + memory(56) { 0x61 + $0 % 26 }),
        Image(
            testDescription: "MPU-6050 as it comes",
            registers: [
                0x81, 0x01, 0x82, 0x0b, 0xf2, 0x8f, 0xf6, 0x54, 0xfd, 0xca, 0x05, 0x5e, 0x00, 0x6a, 0x8c, 0x52, 0x96, 0,
                0,
            ] + memory(98) + [0x68] + memory(10)
        ),
        Image(
            testDescription: "MPU-6050, its offsets cleared",
            registers: memory(13) + [0x6a, 0x8c, 0x52, 0x96, 0, 0] + memory(98) + [0x68] + memory(10)
        ),
    ]
}

private struct IdentityBench {
    let image: RegisterImage
    let rtc: RTCReference
    let clock = SimulatedClock(now: MonotonicTime(sinceStart: .seconds(100)))

    init(_ image: Image) {
        self.image = RegisterImage(image.registers)
        let bus = SimulatedI2CBus(clock: clock)
        bus.attach(self.image, at: DS3231.defaultAddress)
        rtc = RTCReference(chip: DS3231(bus: bus), clock: clock, edges: NoEdges())
    }

    private final class NoEdges: EdgeInput {
        func fallingEdge(after moment: MonotonicTime, before deadline: MonotonicTime) -> StampedEdge? { nil }
    }
}

@Suite struct `A chip at the DS3231's address` {
    @Test(arguments: Image.good) fileprivate func `that is one, or a DS3232, is taken for one`(image: Image) throws {
        let bench = IdentityBench(image)
        #expect(try bench.rtc.readSnapshot().unverifiedTime.get().civil.iso8601 == "2026-11-20T12:34:05Z")
        #expect(bench.image.written.isEmpty)
    }

    @Test(arguments: Image.others)
    fileprivate func `that is of another kind is told, and nothing is written to it`(image: Image) {
        let bench = IdentityBench(image)
        let timescale = Timescale(
            reading: ClockReading(monotonic: bench.clock.now, date: .earliestPlausible),
            frequency: .zero
        )
        let calls: [(RTCReference) throws -> Void] = [
            { _ = try $0.findEdge() }, { _ = try $0.write(timescale) }, { _ = try $0.setTrim(TrimOffset(steps: 3)) },
            { _ = try $0.convertTemperature() },
        ]
        for call in calls {
            let error = #expect(throws: RTCError.self) { try call(bench.rtc) }
            #expect(error?.description.contains("likely a PCF8523, DS1307 or MPU-6050") == true)
            #expect(error?.isTimeless == false)
        }
        #expect(!SelfTest(bench.rtc) { _ in }.run())
        #expect((try? bench.rtc.close()) != nil)
        #expect(bench.image.written.isEmpty)
    }
}

@Suite struct `Time registers that hold no time` {
    @Test(arguments: [[(4, 0)], [(5, 0)], [(5, 0x13)], [(5, 0x02), (4, 0x30)]] as [[(UInt8, UInt8)]])
    func `of a chip that answers are set right when the time is known`(registers: [(UInt8, UInt8)]) throws {
        let bench = Bench(offset: .milliseconds(300))
        for (register, value) in registers { bench.chip.setRegister(register, to: value, at: bench.clock.now) }
        let error = #expect(throws: RTCError.self) { try bench.rtc.findEdge() }
        #expect(error?.isTimeless == true)
        #expect(RTCTrouble.failed(try #require(error)).isTimeless)
        _ = try bench.rtc.write(bench.timescale)
        #expect(try bench.error(of: bench.rtc.findEdge()).magnitude < .milliseconds(0.5))
    }

    @Test(arguments: [(3, 0), (3, 1), (5, 0x81)] as [(UInt8, UInt8)])
    func `beyond the time itself do not void it, and are put right by a write`(register: UInt8, value: UInt8) throws {
        let bench = Bench()
        bench.chip.setRegister(register, to: value, at: bench.clock.now)
        let sample = try bench.rtc.findEdge()
        #expect(CivilTime(sample.chipTime).year == 2027)
        _ = try bench.rtc.write(bench.timescale)
        let weekday = CivilTime(bench.timescale.date(at: bench.clock.now)).weekday
        #expect(bench.chip.timeRegisters(at: bench.clock.now)[3] == weekday)
        #expect(bench.chip.timeRegisters(at: bench.clock.now)[5] == 0x01)
    }
}
