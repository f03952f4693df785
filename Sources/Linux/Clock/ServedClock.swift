import ClockDiscipline

/// A clock to serve from on this host, with what it takes to use the kernel's packet stamps.
package protocol ServedClock: SteerableClock {
    var kernelStamps: KernelStamps { get }
}
