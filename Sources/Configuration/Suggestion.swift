/// The word of `known` that was most likely meant by `word`: the one that the fewest typing errors make of it; nil when
/// there is none of a third of its letters or fewer.
func suggestion(for word: String, among known: [String]) -> String? {
    let letters = lowercased(word)
    guard letters.count <= 32 else { return nil }
    var best: (word: String, errors: Int)?
    for candidate in known {
        let errors = typingErrors(letters, lowercased(candidate))
        if errors <= max(1, candidate.utf8.count / 3), errors < best?.errors ?? .max { best = (candidate, errors) }
    }
    return best?.word
}

private func lowercased(_ word: String) -> [UInt8] {
    word.utf8.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
}

/// The distance of Damerau and Levenshtein: letters added, left out, mistaken, or swapped with their neighbour.
private func typingErrors(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for (row, letter) in left.enumerated() {
        var current = [row + 1]
        for (column, other) in right.enumerated() {
            var errors = min(last[column + 1] + 1, current[column] + 1, last[column] + (letter == other ? 0 : 1))
            if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                errors = min(errors, beforeLast[column - 1] + 1)
            }
            current.append(errors)
        }
        (beforeLast, last) = (last, current)
    }
    return last[right.count]
}
