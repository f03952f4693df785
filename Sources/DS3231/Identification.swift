import HAL
import NTPTime

/// Whether what answers at the chip's address is one, told by reads alone.
///
/// PCF8523, DS1307 and MPU-6050 have the same address, and other things in their registers: control bits where the DS3231
/// has its time, memory where it has its temperature. A DS3231 reads certain bits as 0, always (datasheet, figure 1), and
/// its temperature is one at which it works.
extension DS3231 {
    /// Registers 00h–06h and 12h, and their bits that read 0.
    private static let zeros: [(register: Register, bits: UInt8)] = [
        (.seconds, 0x80), (.minutes, 0x80), (.hours, 0x80), (.weekday, 0xf8), (.date, 0xc0), (.month, 0x60),
        (.temperatureLow, 0x3f),
    ]
    /// What the chip is specified for, in °C.
    private static let temperatures = -40.0...85.0

    /// - Parameter octets: registers 00h–12h.
    /// - Throws: `otherKind`, `bus`.
    func identify(_ octets: Span<UInt8>) throws(RTCChipError) {
        for (register, bits) in Self.zeros where octets[Int(register.rawValue)] & bits != 0 {
            throw isOtherKind(register, octets)
        }
        let high = octets[Int(Register.temperatureHigh.rawValue)]
        let temperature = Temperature(high: high, low: octets[Int(Register.temperatureLow.rawValue)])
        guard Self.temperatures.contains(temperature.celsius) else { throw isOtherKind(.temperatureHigh, octets) }
        // Only the DS3232, whose addresses do not end there, has these bits, of its 32 kHz output and its conversions.
        let hasMoreBits = octets[Int(Register.status.rawValue)] & StatusRegister.reservedBits != 0
        // A DS3231 at 0 °C with nothing switched on, or the cleared memory of a DS1307.
        let mayBeMemory = isClear(octets)
        guard hasMoreBits || mayBeMemory else { return }
        if try endsAtTemperature(octets) == hasMoreBits { throw isOtherKind(.status, octets) }
    }

    /// Registers 08h–12h, all of which a DS1307 has memory in.
    private func isClear(_ octets: Span<UInt8>) -> Bool {
        for address in 0x08...0x12 where octets[address] != 0 { return false }
        return true
    }

    /// Whether the hours and the date follow register 12h: a DS3231's addresses end there, and begin anew.
    private func endsAtTemperature(_ octets: Span<UInt8>) throws(RTCChipError) -> Bool {
        let beyond: InlineArray<8, UInt8> = try access.read(from: Register.temperatureLow.rawValue)
        for address in Int(Register.hours.rawValue)...Int(Register.year.rawValue)
        where beyond[address + 1] != octets[address] {
            return false
        }
        return true
    }

    private func isOtherKind(_ register: Register, _ octets: Span<UInt8>) -> RTCChipError {
        failure(.otherKind(register.reading(octets[Int(register.rawValue)]), likely: Self.neighbours))
    }
}
