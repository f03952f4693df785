/// `thermometer`: which one tells of the temperature beside the oscillator.
package enum ThermometerDirective: Hashable, Sendable {
    /// The processor's, if the kernel has one.
    case automatic
    /// A file that holds thousandths of a °C, as the kernel's thermal zones have them.
    case file(String)
    case none
}

/// `thermometer` is Tickover's own, like `rtc`.
extension Parser {
    func thermometer(_ line: inout DirectiveLine) throws(SyntaxError) -> ThermometerDirective {
        let expected = "'auto', 'none' or a file such as /sys/class/thermal/thermal_zone0/temp"
        return try line.value(of: line.keyword, expected: expected) { word in
            switch word {
            case "auto": .automatic
            case "none": ThermometerDirective.none
            default: word.utf8.first == UInt8(ascii: "/") ? ValueText.path(word).map { .file($0) } : nil
            }
        }
    }
}
