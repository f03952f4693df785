import NTPTime

/// A real-time clock chip on a bus, as those see it who tell its second and set it.
///
/// Nothing is cached: registers that are changed in part are read first, each time. All calls block for their transfers.
/// Every one throws `RTCChipError` with reason `bus` and the bus's own error when a transfer fails.
///
/// What not every chip can do is an ability, nil for those that cannot.
package protocol RTCChip: AnyObject {
    var kind: RTCKind { get }

    /// The seconds register alone, 0–59: the shortest read there is, for finding the second's edge.
    ///
    /// - Throws: `notDecimal`, `outOfRange`, `stuckBus`.
    func readSeconds() throws(RTCChipError) -> UInt8

    /// All registers that have something to say, from one burst, so that the time and the flag that judges it belong
    /// together. Nothing is written to a chip before this has returned.
    ///
    /// - Throws: `otherKind` if what answers is another kind of chip, `stuckBus`. A time that is none is no error, but part
    ///   of the result.
    func readSnapshot() throws(RTCChipError) -> RTCChipSnapshot

    /// Writes what `startTime` needs to have been written before. The chip may stand still from here on, and then says so
    /// itself; `startTime` follows within a second.
    ///
    /// - Throws: `invalidTime` or `yearOutOfRange` before anything is written.
    func prepareTime(_ civil: CivilTime, hourMode: HourMode) throws(RTCChipError)

    /// Sets the time in one transfer, in which the chip's second begins anew (`RTCKind.Transfers`).
    ///
    /// A flag that the oscillator has stopped stays set until `clearOscillatorStopFlag` if the kind `keepsStopFlag`; another
    /// has its own way to tell that its time is written by half.
    ///
    /// - Parameter hourMode: the mode that the chip is in, or is to be in.
    func startTime(_ civil: CivilTime, hourMode: HourMode) throws(RTCChipError)

    /// Clears the flag that the oscillator has stopped, and nothing else.
    func clearOscillatorStopFlag() throws(RTCChipError)

    /// Lets the oscillator go on when the chip runs on its battery.
    ///
    /// - Returns: whether it was switched off before, so that the time would have stood still without power.
    func startOscillator() throws(RTCChipError) -> Bool

    var thermometer: (any RTCThermometer)? { get }
    var trimmer: (any RTCTrimmer)? { get }
    var oneHertz: (any RTCOneHertz)? { get }
    /// Registers of which nothing depends, for a test of what the chip keeps.
    var testRegisters: (any RTCTestRegisters)? { get }
}

/// A chip that measures its own temperature, now and then by itself and when it is asked to.
package protocol RTCThermometer: AnyObject {
    /// The result of the last conversion.
    func readTemperature() throws(RTCChipError) -> Temperature

    /// Starts a conversion.
    ///
    /// - Returns: false if none was started, since one of the chip's own was under way or came first.
    func startConversion() throws(RTCChipError) -> Bool

    func isConverting() throws(RTCChipError) -> Bool
}

/// A chip whose rate can be set. What a step is worth, its `RTCKind` says.
package protocol RTCTrimmer: AnyObject {
    func readTrim() throws(RTCChipError) -> TrimOffset

    /// - Throws: `trimOutOfRange` before anything is written.
    func writeTrim(_ trim: TrimOffset) throws(RTCChipError)

    /// Whether a new trim takes effect with a temperature conversion only.
    var needsConversion: Bool { get }
}

/// A chip that can put 1 Hz on a pin; its falling edges mark the second.
package protocol RTCOneHertz: AnyObject {
    func readOneHertz() throws(RTCChipError) -> OneHertzSetting
    func switchOneHertzOn() throws(RTCChipError)
    /// Lets the pin do again what it did according to `setting`; what else was changed since then stays.
    func restoreOneHertz(_ setting: OneHertzSetting) throws(RTCChipError)
}

/// What a chip's pin does.
package struct OneHertzSetting: Hashable, Sendable {
    /// The register that says so, for the chip that it was read from.
    package let register: UInt8
    package let isOn: Bool

    package init(register: UInt8, isOn: Bool) {
        self.register = register
        self.isOn = isOn
    }
}

/// Registers without any bearing on the time, all of whose bits keep what is written to them.
package protocol RTCTestRegisters: AnyObject {
    /// Their contents, from `firstTestRegister` on.
    func readTestRegisters() throws(RTCChipError) -> [UInt8]
    /// - Parameter contents: as many as were read.
    func writeTestRegisters(_ contents: [UInt8]) throws(RTCChipError)
    var firstTestRegister: UInt8 { get }

    /// Clears the flags of alarms that came since `snapshot`.
    func clearAlarmFlags(since snapshot: RTCChipSnapshot) throws(RTCChipError)
}
