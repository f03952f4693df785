import NTPTime

/// A real-time clock chip on a simulated bus, and the world around it.
package protocol SimulatedChip: I2CDevice {
    /// What the chip takes the time to be, with the fraction of its second.
    func date(at moment: MonotonicTime) -> NTPDate
    /// Makes the chip one that was set at some time: right phase, no flag that its oscillator stopped. Years 2000–2099.
    func set(to date: NTPDate, at moment: MonotonicTime)
    /// The chip's rate from now on, but for its trim; positive is fast.
    func setDrift(_ drift: Frequency, at moment: MonotonicTime)
    /// The chip's mean rate with the trim that is in effect; positive is fast.
    var effectiveDrift: Frequency { get }
    /// The temperature around the chip in °C.
    func setTemperature(_ celsius: Double, at moment: MonotonicTime)
    /// The supply goes; the battery takes over if there is one. The chip no longer answers.
    func losePower(at moment: MonotonicTime)
    func restorePower(at moment: MonotonicTime)
    /// Takes the battery out or puts one in.
    func setBattery(present: Bool, at moment: MonotonicTime)
    /// The oscillator stands still, and a flag tells so ever after.
    func stopOscillator(at moment: MonotonicTime)
    /// What a read of one register shows.
    func register(_ address: UInt8, at moment: MonotonicTime) -> UInt8
}

extension SimulatedDS3231: SimulatedChip {
    package func set(to date: NTPDate, at moment: MonotonicTime) {
        set(to: date, at: moment, countingTwelveHours: false)
    }
}
