import NTPTime

/// `rtc` is Tickover's own directive: nobody's other software wants an unknown option of it ignored, so all of them are
/// errors.
extension Parser {
    mutating func rtc(_ line: inout DirectiveLine) throws(SyntaxError) -> RTCDirective {
        let chips = RTCChipName.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        let expected = "'auto', \(chips), 'simulated' or 'none'"
        guard let kind = line.next() else {
            throw SyntaxError(at: line.keyword, "expected \(expected) after 'rtc'")
        }
        switch kind.text {
        case "auto": return try automatic(&line)
        case "simulated": return .simulated(try simulated(&line))
        case "none": return .none
        default:
            guard let chip = RTCChipName(rawValue: kind.text) else {
                throw SyntaxError(at: kind, "expected \(expected), found \(kind.shown)")
            }
            return .chip(chip, try location(of: chip, &line))
        }
    }

    private mutating func automatic(_ line: inout DirectiveLine) throws(SyntaxError) -> RTCDirective {
        while let option = line.next() {
            switch option.text {
            case "notrim": configuration.trimsRTC = false
            case "assumed": try assumed(option, &line)
            default:
                throw SyntaxError(at: option, "expected 'notrim', 'assumed' or nothing, found \(option.shown)")
            }
        }
        return .automatic
    }

    private mutating func assumed(_ option: Token, _ line: inout DirectiveLine) throws(SyntaxError) {
        configuration.assumedRTCError = .seconds(
            try line.value(of: option, expected: "a number of seconds from 0.001 to 1e9") {
                ValueText.decimal($0, in: 1e-3...1e9)
            }
        )
    }

    private mutating func location(
        of chip: RTCChipName,
        _ line: inout DirectiveLine
    ) throws(SyntaxError) -> RTCLocation {
        var location = RTCLocation(address: chip.address)
        while let option = line.next() {
            switch option.text {
            case "address":
                location.address = try line.value(
                    of: option,
                    expected: "an I2C address from 0x08 to 0x77",
                    read: ValueText.i2cAddress
                )
            case "notrim": configuration.trimsRTC = false
            case "assumed": try assumed(option, &line)
            case "sqw" where chip.hasSquareWave: location.squareWave = try squareWave(of: option, &line)
            case "clear":
                guard case .pps(let device, _) = location.squareWave else {
                    throw SyntaxError(at: option, "expected 'clear' after 'sqw' and a PPS source only")
                }
                location.squareWave = .pps(device: device, onClear: true)
            case let path where path.utf8.first == UInt8(ascii: "/") && ValueText.path(path) != nil:
                location.device = path
            default:
                let squareWave = chip.hasSquareWave ? "'sqw', " : ""
                throw SyntaxError(
                    at: option,
                    "expected a device such as /dev/i2c-1, 'address', \(squareWave)'notrim' or 'assumed', "
                        + "found \(option.shown)"
                )
            }
        }
        return location
    }

    private func squareWave(of option: Token, _ line: inout DirectiveLine) throws(SyntaxError) -> SquareWaveInput {
        let expected = "a GPIO chip with a line, such as gpiochip0 18, or a PPS source, such as pps0"
        guard let device = line.next() else { throw SyntaxError(at: option, "expected \(expected) after 'sqw'") }
        if let path = ValueText.device(device.text, kind: "gpiochip") {
            return .gpio(chip: path, line: UInt32(truncatingIfNeeded: try line.wholeNumber(of: device, in: 0...1_023)))
        }
        if let path = ValueText.device(device.text, kind: "pps") { return .pps(device: path, onClear: false) }
        throw SyntaxError(at: device, "expected \(expected), found \(device.shown)")
    }

    private mutating func simulated(_ line: inout DirectiveLine) throws(SyntaxError) -> SimulatedRTC {
        var rtc = SimulatedRTC()
        while let option = line.next() {
            switch option.text {
            case "offset":
                rtc.offset = .seconds(
                    try line.value(of: option, expected: "a number of seconds from -1e9 to 1e9") {
                        ValueText.decimal($0, in: -1e9...1e9)
                    }
                )
            case "drift":
                rtc.drift = .ppm(
                    try line.value(of: option, expected: "a drift in ppm from -1000 to 1000") {
                        ValueText.decimal($0, in: -1000...1000)
                    }
                )
            case "stopped": rtc.stopped = true
            case "sqw": rtc.squareWave = true
            case "hung": rtc.hung = true
            case "assumed": try assumed(option, &line)
            default:
                throw SyntaxError(
                    at: option,
                    "expected 'offset', 'drift', 'sqw', 'stopped', 'hung' or 'assumed', found \(option.shown)"
                )
            }
        }
        return rtc
    }
}
