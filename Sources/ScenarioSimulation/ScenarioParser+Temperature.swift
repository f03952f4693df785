import Configuration
import NTPTime

/// The lines about what warms the machine, and its own thermometer.
extension ScenarioParser {
    func temperature(_ line: inout DirectiveLine) throws(SyntaxError) -> TemperatureProfile {
        let kind = try line.word("constant", "sine", "table")
        switch kind.text {
        case "constant": return .constant(try line.number(of: kind, in: Self.temperatures))
        case "sine":
            var (mean, amplitude, period, phase) = (TemperatureProfile.reference, 0.0, NTPDuration.seconds(86_400), 0.0)
            while let option = line.next() {
                switch option.text {
                case "mean": mean = try line.number(of: option, in: Self.temperatures)
                case "amplitude": amplitude = try line.number(of: option, in: 0...100)
                case "period": period = try line.period(of: option)
                case "phase": phase = try line.number(of: option, in: -1...1)
                default: throw unknown(option, of: line)
                }
            }
            return .sine(mean: mean, amplitude: amplitude, period: period, phase: phase)
        default:
            var points: [TemperatureProfile.Point] = []
            repeat {
                let time = try line.span(of: kind)
                guard points.last.map({ $0.time < time }) ?? true else {
                    throw SyntaxError(at: kind, "expected the times after \(kind.shown) to grow")
                }
                points.append(.init(time: time, celsius: try line.number(of: kind, in: Self.temperatures)))
            } while line.hasMore
            return .table(points)
        }
    }

    private static let temperatures = -100.0...150.0

    func load(_ line: inout DirectiveLine) throws(SyntaxError) -> LoadCharacter {
        var load = LoadCharacter(
            heat: try line.spread(of: line.keyword, in: .number(0...100)),
            interval: try line.period(of: try line.word("every")),
            length: try line.period(of: try line.word("for"))
        )
        while let option = line.next() {
            switch option.text {
            case "rise": load.rise = try line.period(of: option)
            case "share": load.share = try line.number(of: option, in: 0...1)
            case "lag": load.lag = try line.period(of: option)
            default: throw unknown(option, of: line)
            }
        }
        return load
    }

    func thermometer(_ line: inout DirectiveLine) throws(SyntaxError) -> ThermometerCharacter {
        var thermometer = ThermometerCharacter()
        while let option = line.next() {
            switch option.text {
            case "quantum": thermometer.quantum = try line.number(of: option, in: 1e-3...10)
            case "noise": thermometer.noise = try line.number(of: option, in: 0...100)
            default: throw unknown(option, of: line)
            }
        }
        return thermometer
    }

    mutating func thermometerFault(_ line: inout DirectiveLine) throws(SyntaxError) {
        let kind = try line.word("lost", "stuck")
        let window = try line.window(of: kind)
        schedule(.thermometer(ThermometerCondition(rawValue: kind.text) ?? .lost), at: window.from)
        schedule(.thermometer(.working), at: window.to)
    }
}
