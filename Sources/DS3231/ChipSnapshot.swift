import NTPTime

/// All that the chip shows, from one burst, so that the time and the flag that judges it belong together.
///
/// For display and diagnosis: the time in here is what the registers say, whether or not it is to be believed.
package struct ChipSnapshot: Hashable, Sendable {
    /// Registers 00h–06h as they were read.
    package let timeRegisters: [UInt8]
    /// What `timeRegisters` decode to, also when the oscillator had stopped and the time is therefore worth nothing.
    package let unverifiedTime: Result<ChipTime, DS3231Error>
    package let control: ControlRegister
    package let status: StatusRegister
    package let aging: AgingOffset
    package let temperature: Temperature

    /// The mode bit of the hours register, also if the rest of the time is senseless.
    package var hourMode: HourMode { timeRegisters[2] & ChipTime.twelveHourBit == 0 ? .twentyFour : .twelve }

    package var oscillatorStopped: Bool { status.contains(.oscillatorStopped) }

    /// The time, if it may be believed.
    ///
    /// - Throws: `oscillatorStopped`, or what is wrong with the registers.
    package func time() throws(DS3231Error) -> ChipTime {
        guard !oscillatorStopped else { throw .oscillatorStopped }
        return try unverifiedTime.get()
    }
}
