import ClockDiscipline

/// A clock to serve from on this host, with what it takes to use the kernel's packet stamps.
package protocol ServedClock: SteerableClock {
    var kernelStamps: KernelStamps { get }

    /// Tells the clock TAI − UTC in seconds, if it has users who want to know.
    func setTAIOffset(seconds: Int32) throws(ClockError)

    var snapshot: ClockSnapshot { get }
}
