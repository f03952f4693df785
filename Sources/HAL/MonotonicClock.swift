import NTPTime

/// The free-running oscillator, for code that has to wait for a moment and stamp what it sees there.
///
/// The daemon's is `CLOCK_MONOTONIC_RAW`; a simulation's moves only when somebody sleeps.
package protocol MonotonicClock: AnyObject {
    var now: MonotonicTime { get }

    /// Returns at `deadline` or a little later; at once when it has passed.
    func sleep(until deadline: MonotonicTime)
}
