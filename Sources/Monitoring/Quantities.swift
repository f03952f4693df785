import NTPTime

/// Quantities as people read them.
extension NTPDuration {
    /// With the unit that suits its size: `+12.345 ms`.
    func signed() -> String { (self < .zero ? "" : "+") + plain() }

    func plain() -> String {
        let size = magnitude.seconds
        if size < 1e-3 { return fixed(seconds * 1e6, 1) + " µs" }
        if size < 1 { return fixed(seconds * 1e3, 3) + " ms" }
        return fixed(seconds, 3) + " s"
    }
}

extension ClockStep {
    func signed() -> String {
        let seconds = inSeconds
        guard abs(seconds) >= 1 else { return NTPDuration.seconds(seconds).signed() }
        return (seconds < 0 ? "" : "+") + fixed(seconds, 3) + " s"
    }
}

extension Frequency {
    func signed() -> String { (fraction < 0 ? "" : "+") + fixed(ppm, 3) + " ppm" }
}

/// A line of a report: a name and what belongs to it.
func row(_ name: String, _ value: String, width: Int = 10) -> String {
    name + String(repeating: " ", count: max(1, width - name.count)) + value + "\n"
}
