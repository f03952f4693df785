/// The transfers of a chip whose registers are read and written from a pointer on, which is the first octet written.
package struct RTCRegisterAccess {
    private let bus: any I2CBus
    private let address: I2CAddress
    /// For errors.
    private let chip: String

    package init(bus: any I2CBus, address: I2CAddress, chip: String) {
        self.bus = bus
        self.address = address
        self.chip = chip
    }

    /// - Throws: `bus`.
    package func read<let count: Int>(from first: UInt8) throws(RTCChipError) -> InlineArray<count, UInt8> {
        var octets = InlineArray<count, UInt8>(repeating: 0)
        let pointer: InlineArray<1, UInt8> = [first]
        do throws(I2CError) {
            var buffer = octets.mutableSpan
            try bus.read(into: &buffer, after: pointer.span, from: address)
        } catch {
            throw RTCChipError(chip, .bus(error))
        }
        return octets
    }

    /// A burst of which not all octets can be 00h or FFh.
    ///
    /// - Throws: `bus`, `stuckBus`.
    package func readBurst<let count: Int>(from first: UInt8) throws(RTCChipError) -> InlineArray<count, UInt8> {
        let octets: InlineArray<count, UInt8> = try read(from: first)
        let value = octets[0]
        var isStuck = value == 0x00 || value == 0xff
        for index in octets.indices where octets[index] != value { isStuck = false }
        if isStuck { throw RTCChipError(chip, .stuckBus(octet: value)) }
        return octets
    }

    /// A register in which FFh may have a meaning.
    package func readRawOctet(_ register: UInt8) throws(RTCChipError) -> UInt8 {
        let octet: InlineArray<1, UInt8> = try read(from: register)
        return octet[0]
    }

    /// A register in which FFh has no meaning.
    ///
    /// - Throws: `bus`, `stuckBus`.
    package func readOctet(_ register: UInt8) throws(RTCChipError) -> UInt8 {
        let octet = try readRawOctet(register)
        guard octet != 0xff else { throw RTCChipError(chip, .stuckBus(octet: octet)) }
        return octet
    }

    package func write(_ octet: UInt8, to register: UInt8) throws(RTCChipError) {
        let octets: InlineArray<2, UInt8> = [register, octet]
        try write(octets.span)
    }

    /// - Parameter octets: the first register's address, then what goes into the registers.
    package func write(_ octets: Span<UInt8>) throws(RTCChipError) {
        do throws(I2CError) {
            try bus.write(octets, to: address)
        } catch {
            throw RTCChipError(chip, .bus(error))
        }
    }
}
