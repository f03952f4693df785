import NTPTime

/// All that a chip shows, from one burst, so that the time and the flag that judges it belong together.
///
/// For display and diagnosis: the time in here is what the registers say, whether or not it is to be believed.
package struct RTCChipSnapshot: Hashable, Sendable {
    /// As they were read.
    package let registers: [RTCRegister]
    /// What the registers decode to, also when the oscillator had stopped and the time is therefore worth nothing.
    package let unverifiedTime: Result<RTCChipTime, RTCChipError>
    /// Also if the rest of the time is senseless.
    package let hourMode: HourMode
    /// The chip says that its time is worth nothing.
    package let oscillatorStopped: Bool
    /// Flags of alarms that came, for the chip that they were read from.
    package let alarmFlags: UInt8
    /// nil without a thermometer.
    package let temperature: Temperature?
    /// nil if the chip's rate cannot be set.
    package let trim: TrimOffset?
    /// By how much the chip's seconds are away from even ones, at the most, if the trim does not change its rate but makes a
    /// second longer or shorter now and then.
    package let ripple: NTPDuration

    package init(
        registers: [RTCRegister],
        unverifiedTime: Result<RTCChipTime, RTCChipError>,
        hourMode: HourMode,
        oscillatorStopped: Bool,
        alarmFlags: UInt8,
        temperature: Temperature?,
        trim: TrimOffset?,
        ripple: NTPDuration = .zero
    ) {
        self.registers = registers
        self.unverifiedTime = unverifiedTime
        self.hourMode = hourMode
        self.oscillatorStopped = oscillatorStopped
        self.alarmFlags = alarmFlags
        self.temperature = temperature
        self.trim = trim
        self.ripple = ripple
    }
}
