import HAL
import NTPTime

/// What can go wrong with the chip. Each case carries what is needed to say what was expected.
package enum DS3231Error: Error, Hashable, Sendable {
    /// The bus failed; nothing is known about what the chip took.
    case bus(I2CError)
    /// Every octet of a transfer read as `octet`, 00h or FFh, which no DS3231 answers.
    case stuckBus(octet: UInt8)
    /// Bits that a DS3231 always reads as 0 were 1.
    case reservedBits(register: DS3231.Register, value: UInt8, reserved: UInt8)
    /// A nibble was more than 9.
    case notDecimal(register: DS3231.Register, value: UInt8)
    /// The decimal number was outside of `expected`; `value` is the register.
    case outOfRange(register: DS3231.Register, value: UInt8, expected: ClosedRange<UInt8>)
    /// Each field is in its range, but there is no such day.
    case impossibleDate(year: Int32, month: UInt8, day: UInt8)
    /// OSF is set: the time is worth nothing.
    case oscillatorStopped
    /// The year cannot be written: the chip holds 2000–2199.
    case yearOutOfRange(Int32)
    /// The time cannot be written: a field is out of its range.
    case invalidTime(CivilTime)
    /// A temperature conversion is under way, and another must not be started.
    case conversionInProgress
}

extension DS3231Error: CustomStringConvertible {
    /// What was expected and what the likely cause is, for people.
    package var description: String {
        switch self {
        case .bus(let error):
            "DS3231: \(Self.explanation(error))"
        case .stuckBus(octet: 0xff):
            "DS3231: every octet read as FFh: nothing drives the data line; is the chip powered and connected?"
        case .stuckBus(let octet):
            "DS3231: every octet read as \(hexadecimal(octet)): the data line is held low, by a short circuit or by a "
                + "device that a reset of the computer caught in the middle of a read"
        case .reservedBits(let register, let value, let reserved):
            "DS3231: register \(register) reads \(hexadecimal(value)), but its bits \(hexadecimal(reserved)) are always "
                + "0 on a DS3231: another kind of chip answers at this address, or the bus is disturbed"
        case .notDecimal(let register, let value):
            "DS3231: register \(register) reads \(hexadecimal(value)), which is not two decimal digits: the time was "
                + "never set, the bus is disturbed, or this is another kind of chip"
        case .outOfRange(let register, let value, let expected):
            "DS3231: register \(register) reads \(hexadecimal(value)); expected \(expected.lowerBound) to "
                + "\(expected.upperBound): the time was never set, the bus is disturbed, or this is another kind of chip"
        case .impossibleDate(year: 2100, month: 2, day: 29):
            "DS3231: the date is 2100-02-29, which does not exist, but which the chip counts; set the time"
        case .impossibleDate(let year, let month, let day):
            "DS3231: the date is \(year)-\(padded(Int64(month), 2))-\(padded(Int64(day), 2)), which does not exist: "
                + "someone wrote it, or the chip is a counterfeit that does not know the calendar"
        case .oscillatorStopped:
            "DS3231: the oscillator has stopped at some time (OSF), so the chip's time is worth nothing; it was never "
                + "set, or its battery is empty or missing"
        case .yearOutOfRange(let year):
            "DS3231: the year \(year) cannot be set; the chip holds \(ChipTime.years.lowerBound) to "
                + "\(ChipTime.years.upperBound)"
        case .invalidTime(let civil):
            "DS3231: \(civil.iso8601) is no time that exists, and was not set"
        case .conversionInProgress:
            "DS3231: a temperature conversion is under way (BSY); it ends within 200 ms"
        }
    }

    private static func explanation(_ error: I2CError) -> String {
        switch error {
        case .notAcknowledged:
            "nothing answers at the address: check the wiring and the chip's 3.3 V supply, and see with i2cdetect "
                + "whether the chip is on another bus"
        case .timedOut:
            "the transfer timed out: the clock line is held low, or the controller does not work"
        case .arbitrationLost:
            "another master won the bus"
        case .busFault:
            "the bus is unusable: a line is held low; check for short circuits, and switch the power off and on"
        case .addressInUse:
            "a kernel driver owns the chip; remove the dtoverlay=i2c-rtc line from config.txt"
        case .unsupported:
            "the I2C adapter cannot do the transfer"
        case .system(let code):
            "the transfer failed with system error \(code)"
        }
    }
}
