import NTPTime

extension WorldTrial {
    /// The smallest world found in which the same fault is left: lines and words are dropped, times shortened, numbers
    /// rounded, for as long as the fault stays.
    ///
    /// - Parameters:
    ///   - fault: what is wrong.
    ///   - attempts: how many worlds are tried at most.
    package func shrunk(to fault: WorldResult.Fault, attempts: Int = 400) -> WorldTrial {
        var shrinking = Shrinking(lines: lines, attempts: attempts) { lines in
            WorldTrial(seed: seed, lines: lines).result()?.fault == fault
        }
        shrinking.run()
        return WorldTrial(seed: seed, lines: shrinking.lines)
    }
}

/// Makes lines of words less and simpler, as long as they fail.
struct Shrinking {
    private(set) var lines: [String]
    private var attempts: Int
    private let fails: ([String]) -> Bool

    /// - Parameter fails: whether such lines still show the fault; not if they make no sense.
    init(lines: [String], attempts: Int, fails: @escaping ([String]) -> Bool) {
        self.lines = lines
        self.attempts = attempts
        self.fails = fails
    }

    mutating func run() {
        var before: [String]
        repeat {
            before = lines
            shorten()
            dropNames()
            dropLines()
            dropWords()
            simplifyNumbers()
        } while lines != before && attempts > 0
    }

    /// - Returns: whether it is less and still fails.
    private mutating func attempt(_ candidate: [String]) -> Bool {
        guard attempts > 0, candidate != lines else { return false }
        attempts -= 1
        guard fails(candidate) else { return false }
        lines = candidate
        return true
    }

    private mutating func shorten() {
        guard let index = lines.firstIndex(where: { $0.hasWord("duration") }) else { return }
        for share in [0.1, 0.25, 0.5, 0.75, 0.9] {
            guard let word = lines[index].words.last, let value = Quantity.seconds(word) else { return }
            var candidate = lines
            candidate[index] = "duration " + Chance.moment(value * share)
            if attempt(candidate) { return shorten() }
        }
    }

    /// Everything that is about one server.
    private mutating func dropNames() {
        for name in lines.compactMap({ $0.words.first == "server" ? $0.words.dropFirst().first : nil }) {
            _ = attempt(
                lines.compactMap { line in
                    let words = line.words
                    guard words.contains(name) else { return line }
                    return words.first == "sources" ? words.filter { $0 != name }.joined(separator: " ") : nil
                }
            )
        }
    }

    private mutating func dropLines() {
        var length = lines.count / 2
        while length > 0 {
            var start = 0
            while start < lines.count {
                var candidate = lines
                candidate.removeSubrange(start..<min(lines.count, start + length))
                if !attempt(candidate) { start += length }
            }
            length /= 2
        }
    }

    /// Single words, and options with their values.
    private mutating func dropWords() {
        for index in lines.indices {
            for count in [4, 2, 1] {
                var position = 1
                while position + count <= lines[index].words.count {
                    var words = lines[index].words
                    words.removeSubrange(position..<position + count)
                    var candidate = lines
                    candidate[index] = words.joined(separator: " ")
                    if !attempt(candidate) { position += 1 }
                }
            }
        }
    }

    private mutating func simplifyNumbers() {
        for index in lines.indices {
            for position in lines[index].words.indices {
                for simpler in lines[index].words[position].simplerNumbers {
                    var words = lines[index].words
                    words[position] = simpler
                    var candidate = lines
                    candidate[index] = words.joined(separator: " ")
                    if attempt(candidate) { break }
                }
            }
        }
    }
}

extension String {
    fileprivate var words: [String] { split(separator: " ").map { String($0) } }

    fileprivate func hasWord(_ word: String) -> Bool { words.first == word }

    /// The number that it begins with, with fewer digits, the fewest first; the unit stays.
    fileprivate var simplerNumbers: [String] {
        let digits = utf8.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") || [45, 46].contains($0) }
        let number = String(decoding: digits, as: UTF8.self)
        guard let value = decimal(number), value != 0, utf8.count < 12 else { return [] }
        let unit = String(decoding: utf8.dropFirst(digits.count), as: UTF8.self)
        let simpler = [1, 2].map { Chance.rounded(value, digits: $0) + unit }
        return simpler.filter { $0.utf8.count < utf8.count }
    }
}
