import Foundation

/// Real samples of what is read: those in Tests/Corpus, and the files that distributions install.
package enum Corpus {
    private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    package static func path(_ name: String) -> String { tests.appending(path: "Corpus/\(name)").path }

    package static func octets(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(filePath: path(name))))
    }

    /// Octets in hexadecimal, a packet a line; a `#` begins a comment.
    package static func packets(_ name: String) throws -> [[UInt8]] {
        try String(contentsOfFile: path(name), encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
            .map { line in
                stride(from: 0, to: line.count, by: 2).map { offset in
                    UInt8(line.dropFirst(offset).prefix(2), radix: 16) ?? 0
                }
            }
    }

    /// The paths of configurations that distributions and manuals have, by name.
    package static let configurations =
        ((try? FileManager.default.contentsOfDirectory(atPath: tests.appending(path: "Configurations").path)) ?? [])
        .sorted().map { "../Configurations/\($0)" }
}

extension SplitMix {
    /// Changes, removes and doubles a few octets.
    package mutating func spoil(_ octets: inout [UInt8]) {
        for _ in 0..<Int.random(in: 1...6, using: &self) where !octets.isEmpty {
            let index = Int.random(in: 0..<octets.count, using: &self)
            switch Int.random(in: 0..<6, using: &self) {
            case 0: octets[index] = UInt8.random(in: .min ... .max, using: &self)
            case 1: octets[index] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 2: octets[index] = UInt8(ascii: "0") + UInt8.random(in: 0...9, using: &self)
            case 3: octets.remove(at: index)
            case 4: octets.removeLast(Int.random(in: 0...min(8, octets.count), using: &self))
            default: octets.insert(contentsOf: octets[index...].prefix(12), at: index)
            }
        }
    }
}
