import ClockDiscipline
import Configuration
import Linux

/// The clock that is served, and what it is called.
struct ChosenClock {
    let clock: any ServedClock
    let name: String
    let isKernel: Bool

    /// The kernel's clock where it may be set, otherwise one of our own.
    ///
    /// - Parameter mayDiscipline: false after `disable ntp`.
    /// - Parameter note: takes the line that says why, when the choice was not the user's.
    /// - Throws: when the kernel's clock was asked for by name and is refused.
    static func make(
        _ directive: ClockDirective,
        mayDiscipline: Bool,
        oscillator: OscillatorClock,
        note: (String) -> Void
    ) throws(StartError) -> ChosenClock {
        switch directive {
        case .virtual: return virtual(oscillator)
        case .kernel:
            do throws(ClockError) {
                return try kernel()
            } catch {
                throw StartError(description: "clock kernel: \(error.explanation)")
            }
        case .automatic where !mayDiscipline:
            note("after 'disable ntp' the system clock is left alone, and a virtual clock is served")
            return virtual(oscillator)
        case .automatic:
            guard hasTimeCapability() else {
                note("no CAP_SYS_TIME: the system clock is left alone, and a virtual clock is served")
                return virtual(oscillator)
            }
            do throws(ClockError) {
                return try kernel()
            } catch {
                note("the kernel's clock cannot be set (\(error.explanation)): a virtual clock is served")
                return virtual(oscillator)
            }
        }
    }

    private static func kernel() throws(ClockError) -> ChosenClock {
        ChosenClock(clock: try KernelClock(timex: SystemTimex()), name: "kernel", isKernel: true)
    }

    private static func virtual(_ oscillator: OscillatorClock) -> ChosenClock {
        ChosenClock(
            clock: VirtualClock(oscillator: oscillator, host: SystemTimex()),
            name: "virtual",
            isKernel: false
        )
    }
}
