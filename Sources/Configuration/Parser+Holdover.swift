import NTPTime

/// A `holdover` line: what is served without servers, and for how long.
package struct HoldoverDirective: Hashable, Sendable {
    /// 1–15.
    package var stratum: UInt8 = 10
    /// The bound at which holdover ends, up to 16 s.
    package var distance = NTPDuration.seconds(16)
    /// The time after which it ends; nil for none.
    package var duration: NTPDuration?

    package init() {}
}

/// `holdover` is Tickover's own, like `rtc`.
extension Parser {
    func holdover(_ line: inout DirectiveLine) throws(SyntaxError) -> HoldoverDirective {
        var holdover = HoldoverDirective()
        while let option = line.next() {
            switch option.text {
            case "stratum":
                holdover.stratum = UInt8(truncatingIfNeeded: try line.wholeNumber(of: option, in: 1...15))
            case "distance":
                holdover.distance = .seconds(
                    try line.value(of: option, expected: "a number of seconds from 0.001 to 16") {
                        ValueText.decimal($0, in: 0.001...16)
                    }
                )
            case "duration":
                holdover.duration = .seconds(
                    try line.value(of: option, expected: "a number of seconds from 1 to 1e9") {
                        ValueText.decimal($0, in: 1...1e9)
                    }
                )
            default:
                throw SyntaxError(at: option, "expected 'stratum', 'distance' or 'duration', found \(option.shown)")
            }
        }
        return holdover
    }
}
