import NTPTime

/// Draws what a world is made of, and writes quantities as scenarios have them.
struct Chance {
    private var generator: SeededGenerator

    init(seed: UInt64, stream: UInt64) { generator = SeededGenerator(seed: seed, stream: stream) }

    /// True in this share of the draws.
    mutating func happens(_ share: Double) -> Bool { generator.uniform() <= share }

    mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * generator.uniform()
    }

    /// Each power of ten is as likely as another.
    mutating func logarithmic(_ range: ClosedRange<Double>) -> Double {
        Elementary.exp(uniform(Elementary.log(range.lowerBound)...Elementary.log(range.upperBound)))
    }

    /// As `logarithmic`, of either sign.
    mutating func either(_ range: ClosedRange<Double>) -> Double {
        let size = logarithmic(range)
        return happens(0.5) ? size : -size
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(generator.next() % UInt64(range.count))
    }

    mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[number(0...choices.count - 1)] }

    // MARK: In words

    /// A time in s, to three digits: `12.3ms`.
    static func time(_ seconds: Double) -> String {
        let size = abs(seconds)
        if size < 1e-3 { return digits(seconds * 1e6) + "us" }
        if size < 1 { return digits(seconds * 1e3) + "ms" }
        if size < 3_600 { return digits(seconds) + "s" }
        return digits(seconds / 3_600) + "h"
    }

    /// A point in time, in s since the start.
    static func moment(_ seconds: Double) -> String { fixed(seconds, 1) + "s" }

    static func ppm(_ ppm: Double) -> String { digits(ppm) + "ppm" }

    /// To three digits that count.
    static func digits(_ value: Double) -> String { rounded(value, digits: 3) }

    /// To so many digits that count, and no more than that.
    static func rounded(_ value: Double, digits: Int) -> String {
        let size = abs(value)
        guard size > 0 else { return "0" }
        let exponent = Int((Elementary.log(size) / 2.302585092994046).rounded(.down))
        guard exponent >= -6 else { return "\(fixed(value * 1e12, 0))e-12" }
        let surplus = exponent + 1 - digits
        guard surplus < 0 else {
            var unit = 1.0
            for _ in 0..<surplus { unit *= 10 }
            return fixed((value / unit).rounded() * unit, 0)
        }
        var text = fixed(value, -surplus)
        while text.utf8.last == UInt8(ascii: "0") { text.removeLast() }
        if text.utf8.last == UInt8(ascii: ".") { text.removeLast() }
        return text
    }
}
