import ClockDiscipline
import NTPEngine
import NTPTime
import Testing

@testable import ScenarioSimulation

/// A way in which the engine could be wrong.
enum Mutant: String, CaseIterable {
    case boundTooSmall
    case doubtForgotten
    case writeNotJournalled
    case teacherForgotten
    case uncertaintyForgotten

    /// What is done in place of what the engine wants.
    fileprivate func action(_ action: EngineAction) -> EngineAction {
        switch (self, action) {
        case (.doubtForgotten, .saveRTC(let text)): .saveRTC(Self.changed(text, field: 4, to: "0.0"))
        case (.writeNotJournalled, .saveRTC(let text)): .saveRTC(text.replacing("rewriting yes\n", with: ""))
        case (.teacherForgotten, .saveRTC(let text)):
            .saveRTC(Self.changed(Self.changed(text, field: 1, to: "0.0"), field: 2, to: "0.0"))
        case (.uncertaintyForgotten, .saveRTC(let text)): .saveRTC(Self.certain(text))
        default: action
        }
    }

    /// The text of what is kept of a chip, with another value in the first line.
    private static func changed(_ text: String, field: Int, to value: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        var fields = lines[0].split(separator: " ").map { String($0) }
        guard field < fields.count else { return text }
        fields[field] = value
        lines[0] = fields.joined(separator: " ")
        return lines.joined(separator: "\n")
    }

    /// The text of what is kept of a chip, with no variance in its filters.
    private static func certain(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let words = line.split(separator: " ")
            // The key, the likelihood, the state's numbers and the upper half of their covariance.
            let size = (1...16).first { 2 + $0 + $0 * ($0 + 1) / 2 == words.count }
            guard words.first == "filter", let size else { return String(line) }
            let kept = words.prefix(2 + size).map { String($0) }
            return (kept + [String](repeating: "0.0", count: words.count - kept.count)).joined(separator: " ")
        }
        return lines.joined(separator: "\n")
    }

    /// Whether a world shows it.
    fileprivate func isCaught(by seed: UInt64) -> Bool {
        let result = WorldTrial(RandomWorld(seed: seed)).result { world in
            world.sabotage = { action, _ in self.action(action) }
        }
        guard let result, result.isFair else { return false }
        // What would be broken if the bound were smaller by a tenth.
        return self == .boundTooSmall ? result.closest > 0.9 : !result.isGood
    }
}

@Suite struct `Worlds that chance makes, and an engine that is wrong` {
    @Test(arguments: Mutant.allCases) func `show it within 200`(mutant: Mutant) {
        let seed = (1...200 as ClosedRange<UInt64>).first { mutant.isCaught(by: $0) }
        #expect(seed != nil)
    }
}
