import NTPTime

/// What can go wrong with a chip. Each reason carries what is needed to say what was expected.
package struct RTCChipError: Error, Hashable, Sendable {
    /// The kind of chip that was expected, by its name.
    package let chip: String
    package let reason: Reason

    package init(_ chip: String, _ reason: Reason) {
        self.chip = chip
        self.reason = reason
    }

    package enum Reason: Error, Hashable, Sendable {
        /// The bus failed; nothing is known about what the chip took.
        case bus(I2CError)
        /// Every octet of a transfer read as `octet`, 00h or FFh, which no such chip answers.
        case stuckBus(octet: UInt8)
        /// The register does not read as one of this chip can; `likely` are others that have its address.
        case otherKind(RTCRegister, likely: String)
        /// A nibble was more than 9.
        case notDecimal(RTCRegister)
        /// The decimal number was outside of `expected`.
        case outOfRange(RTCRegister, expected: ClosedRange<UInt8>)
        /// Each field is in its range, but there is no such day.
        case impossibleDate(year: Int32, month: UInt8, day: UInt8)
        /// The year cannot be written: chips hold 2000–2099.
        case yearOutOfRange(Int32)
        /// The time cannot be written: a field is out of its range.
        case invalidTime(CivilTime)
        /// The register does not hold what was written to it, and the chip was left standing still.
        case notKept(RTCRegister, written: UInt8)
        /// The chip has not as many steps.
        case trimOutOfRange(TrimOffset, range: ClosedRange<Int16>)
    }

    /// Whether the chip answers, and what its time registers hold is no time.
    package var isSenselessTime: Bool {
        switch reason {
        case .notDecimal, .outOfRange, .impossibleDate: true
        default: false
        }
    }
}

extension RTCChipError: CustomStringConvertible {
    /// What was expected and what the likely cause is, for people.
    package var description: String { "\(chip): \(explanation)" }

    private var explanation: String {
        switch reason {
        case .bus(let error):
            Self.explanation(error)
        case .stuckBus(octet: 0xff):
            "every octet read as FFh: nothing drives the data line; is the chip powered and connected?"
        case .stuckBus(let octet):
            "every octet read as \(hexadecimal(octet)): the data line is held low, by a short circuit or by a "
                + "device that a reset of the computer caught in the middle of a read"
        case .otherKind(let register, let likely):
            "register \(register) reads \(hexadecimal(register.value)), as none of a \(chip) does: another kind of chip "
                + "answers at this address, likely a \(likely), or the bus is disturbed; nothing was written to it"
        case .notDecimal(let register):
            "register \(register) reads \(hexadecimal(register.value)), which is not two decimal digits: the time was "
                + "never set, or the bus is disturbed"
        case .outOfRange(let register, let expected):
            "register \(register) reads \(hexadecimal(register.value)); expected \(expected.lowerBound) to "
                + "\(expected.upperBound): the time was never set, or the bus is disturbed"
        case .impossibleDate(let year, let month, let day):
            "the date is \(year)-\(padded(Int64(month), 2))-\(padded(Int64(day), 2)), which does not exist: "
                + "someone wrote it, or the chip is a counterfeit that does not know the calendar; set the time"
        case .yearOutOfRange(let year):
            "the year \(year) cannot be set; the chip holds \(RTCChipTime.years.lowerBound) to "
                + "\(RTCChipTime.years.upperBound)"
        case .invalidTime(let civil):
            "\(civil.iso8601) is no time that exists, and was not set"
        case .notKept(let register, let written):
            "register \(register) reads \(hexadecimal(register.value)) although \(hexadecimal(written)) was written: "
                + "another program sets the chip, or the bus is disturbed"
        case .trimOutOfRange(let trim, let range):
            "\(trim) steps cannot be set; the chip takes \(range.lowerBound) to \(range.upperBound)"
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
