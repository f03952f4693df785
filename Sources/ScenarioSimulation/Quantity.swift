import Configuration
import NTPTime

/// Readers for the quantities of a scenario: a number with its unit and nothing between.
extension DirectiveLine {
    /// `10ms`, `1e-4`, `24h`: seconds where there is no unit.
    mutating func duration(of option: Token) throws(SyntaxError) -> NTPDuration {
        try value(of: option, expected: "a time such as 10ms, 2.5 or 24h", read: Quantity.duration)
    }

    /// A duration that is not negative.
    mutating func span(of option: Token) throws(SyntaxError) -> NTPDuration {
        try value(of: option, expected: "a time of at least 0 such as 10ms, 2.5 or 24h") { text in
            Quantity.duration(text).flatMap { $0 >= .zero ? $0 : nil }
        }
    }

    /// A duration of more than zero.
    mutating func period(of option: Token) throws(SyntaxError) -> NTPDuration {
        try value(of: option, expected: "a time of more than 0 such as 10ms, 2.5 or 24h") { text in
            Quantity.duration(text).flatMap { $0 > .zero ? $0 : nil }
        }
    }

    /// `12ppm`, `0.02ppb`, `1e-9`.
    mutating func frequency(of option: Token) throws(SyntaxError) -> Frequency {
        try value(of: option, expected: "a frequency between -500ppm and 500ppm", read: Quantity.frequency)
    }

    mutating func number(of option: Token, in range: ClosedRange<Double>) throws(SyntaxError) -> Double {
        try value(of: option, expected: "a number from \(range.lowerBound) to \(range.upperBound)") {
            ValueText.decimal($0, in: range)
        }
    }

    /// A quantity, or the range of those that are drawn from: `0.1ppm`, `-1ppm..1ppm`.
    mutating func spread(of option: Token, in unit: ChipTrait.Unit) throws(SyntaxError) -> Spread {
        try value(of: option, expected: Quantity.expected(unit)) { text in
            guard let range = Quantity.range(text) else { return Quantity.value(text, unit).map { Spread($0) } }
            guard let low = Quantity.value(range.low, unit), let high = Quantity.value(range.high, unit), low <= high
            else { return nil }
            return Spread(low, high)
        }
    }

    mutating func date(of option: Token) throws(SyntaxError) -> NTPDate {
        try value(of: option, expected: "a UTC time such as 2027-01-31T12:00:00Z") { NTPDate(iso8601: $0) }
    }

    mutating func window(of option: Token) throws(SyntaxError) -> Scenario.Window {
        let from = try span(of: option)
        return try value(of: option, expected: "a later time than the one before it") { text in
            Quantity.duration(text).flatMap { $0 > from ? Scenario.Window(from: from, to: $0) : nil }
        }
    }
}

enum Quantity {
    /// Longer ones have no place in a scenario.
    private static let longest = 4e8

    static func duration(_ text: String) -> NTPDuration? { seconds(text).map(NTPDuration.seconds) }

    static func seconds(_ text: String) -> Double? {
        let units: [(String, Double)] = [
            ("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("min", 60), ("s", 1), ("h", 3_600), ("d", 86_400),
        ]
        return scaled(text, units, in: -longest...longest)
    }

    static func value(_ text: String, _ unit: ChipTrait.Unit) -> Double? {
        switch unit {
        case .number(let range): ValueText.decimal(text, in: range)
        case .time: seconds(text).flatMap { $0 >= 0 ? $0 : nil }
        case .frequency: frequency(text)?.fraction
        }
    }

    static func expected(_ unit: ChipTrait.Unit) -> String {
        switch unit {
        case .number(let range): "a number from \(range.lowerBound) to \(range.upperBound), or a range such as 0..0.5"
        case .time: "a time of at least 0 such as 10ms, or a range such as 0..24h"
        case .frequency: "a frequency between -500ppm and 500ppm, or a range such as -1ppm..1ppm"
        }
    }

    /// The texts before and after `..`; nil without it.
    static func range(_ text: String) -> (low: String, high: String)? {
        let octets = Array(text.utf8)
        let dot = UInt8(ascii: ".")
        guard let place = octets.indices.dropLast().first(where: { octets[$0] == dot && octets[$0 + 1] == dot }) else {
            return nil
        }
        let (low, high) = (octets[..<place], octets[(place + 2)...])
        return (String(decoding: low, as: UTF8.self), String(decoding: high, as: UTF8.self))
    }

    static func frequency(_ text: String) -> Frequency? {
        scaled(text, [("ppm", 1e-6), ("ppb", 1e-9)], in: -500e-6...500e-6).map(Frequency.init(fraction:))
    }

    /// The number before the first of the units that `text` ends with, times that unit.
    private static func scaled(_ text: String, _ units: [(String, Double)], in range: ClosedRange<Double>) -> Double? {
        let unit = units.first { text.utf8.count > $0.0.utf8.count && hasSuffix(text, $0.0) }
        let digits = String(decoding: text.utf8.dropLast(unit?.0.utf8.count ?? 0), as: UTF8.self)
        guard let number = decimal(digits) else { return nil }
        let value = number * (unit?.1 ?? 1)
        return range.contains(value) ? value : nil
    }

    private static func hasSuffix(_ text: String, _ suffix: String) -> Bool {
        text.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }
}
