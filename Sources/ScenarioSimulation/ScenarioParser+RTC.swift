import Configuration
import NTPTime

/// The lines about the chip.
extension ScenarioParser {
    mutating func rtc(_ line: inout DirectiveLine) throws(SyntaxError) {
        var rtc = RTCCharacter()
        var isDescribed = false
        while let option = line.next() {
            guard try !read(option, &line, into: &rtc.oscillator) else { continue }
            switch option.text {
            case "chip":
                let name = try line.word("ds3231", "pcf85063a")
                rtc.chip = RTCChipName(rawValue: name.text) ?? .ds3231
                guard rtc.chip.hasSquareWave || rtc.squareWave == nil else { throw unknown(option, of: line) }
                guard !isDescribed else {
                    throw SyntaxError(at: option, "expected 'chip' before what the chip is like")
                }
                rtc.nature = .lifelike(rtc.chip)
            case "ideal", "lifelike":
                rtc.nature = option.text == "ideal" ? .ideal : .lifelike(rtc.chip)
                isDescribed = true
            case "phase-table": rtc.phaseTable = try phaseTable(of: option, &line)
            case "offset": rtc.offset = try line.duration(of: option)
            case "bitrate": rtc.bitRate = try line.number(of: option, in: 1e3...1e6)
            case "latency": rtc.latency = try line.span(of: option)
            case "sqw" where rtc.chip.hasSquareWave: rtc.squareWave = try line.span(of: option)
            case "noise": rtc.noise = try line.number(of: option, in: 0...1)
            case "stopped": rtc.isStopped = true
            default:
                guard let trait = ChipTrait(rawValue: option.text), trait.belongs(to: rtc.chip) else {
                    throw unknown(option, of: line)
                }
                isDescribed = true
                rtc.nature[trait] = try line.spread(of: option, in: trait.unit)
            }
        }
        scenario.rtc = rtc
    }

    private func phaseTable(of option: Token, _ line: inout DirectiveLine) throws(SyntaxError) -> PhaseTable {
        let expected = "a file with a phase table"
        guard let name = line.next() else {
            throw SyntaxError(at: option, "expected \(expected) after \(option.shown)")
        }
        let bytes: [UInt8]
        do throws(UnreadableFile) { bytes = try readFile(besideScenario(name.text)) } catch {
            throw SyntaxError(at: name, "expected \(expected), found \(name.shown): \(error.reason)")
        }
        do throws(PhaseTableError) { return try PhaseTable(bytes: bytes) } catch {
            throw SyntaxError(at: name, "expected \(expected), found \(name.shown): \(error)")
        }
    }

    mutating func rtcFault(_ line: inout DirectiveLine) throws(SyntaxError) {
        let kind = try line.word("hung", "held-low", "silent", "stopped", "step")
        switch kind.text {
        case "stopped": schedule(.rtc(.stopped), at: try line.span(of: kind))
        case "step":
            let time = try line.span(of: kind)
            schedule(.rtc(.step(try line.duration(of: kind))), at: time)
        default:
            let window = try line.window(of: kind)
            let faults: [String: RTCFault] = ["hung": .hung, "held-low": .heldLow, "silent": .silent]
            schedule(.rtc(faults[kind.text] ?? .silent), at: window.from)
            schedule(.rtc(.working), at: window.to)
        }
    }
}
