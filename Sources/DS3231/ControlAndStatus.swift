/// The control register, 0Eh (DS3231 datasheet, "Control Register").
package struct ControlRegister: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// EOSC, active low in the datasheet: the oscillator stops when the chip runs on its battery.
    package static let stopsOnBattery = ControlRegister(rawValue: 0x80)
    /// BBSQW: the square wave goes on while the chip runs on its battery.
    package static let squareWaveOnBattery = ControlRegister(rawValue: 0x40)
    /// CONV: a temperature conversion was asked for and is not over yet.
    package static let convert = ControlRegister(rawValue: 0x20)
    /// RS2 and RS1: the square wave's rate; both clear is 1 Hz.
    package static let squareWaveRate = ControlRegister(rawValue: 0x18)
    /// INTCN: the pin signals alarms instead of giving the square wave.
    package static let interruptControl = ControlRegister(rawValue: 0x04)
    /// What the INT/SQW pin does.
    static let squareWave: ControlRegister = [.interruptControl, .squareWaveRate]
    /// A2IE.
    package static let alarm2Interrupt = ControlRegister(rawValue: 0x02)
    /// A1IE.
    package static let alarm1Interrupt = ControlRegister(rawValue: 0x01)

    /// Whether the pin gives 1 Hz, its falling edges on the second.
    package var givesOneHertz: Bool { isDisjoint(with: .squareWave) }
}

/// The status register, 0Fh (DS3231 datasheet, "Status Register").
package struct StatusRegister: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// OSF: the oscillator is stopped or was stopped for some time; the chip's time is worth nothing.
    package static let oscillatorStopped = StatusRegister(rawValue: 0x80)
    /// EN32kHz: the 32 kHz pin is on.
    package static let output32kHz = StatusRegister(rawValue: 0x08)
    /// BSY: a temperature conversion is under way. Follows CONV with a delay of 2 ms.
    package static let busy = StatusRegister(rawValue: 0x04)
    /// A2F.
    package static let alarm2 = StatusRegister(rawValue: 0x02)
    /// A1F.
    package static let alarm1 = StatusRegister(rawValue: 0x01)

    /// Bits that a DS3231 always reads as 0, and a DS3232 does not.
    static let reservedBits: UInt8 = 0x70
}
