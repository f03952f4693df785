import NTPTime
import Testing

@testable import ClockDiscipline

/// A source that says `offset` ± `distance`, in seconds.
private func candidate(
    _ id: Int,
    _ offset: Double,
    _ distance: Double,
    stratum: UInt8 = 2,
    prefer: Bool = false
) -> SelectionCandidate<Int> {
    SelectionCandidate(
        id: id,
        reference: TimeReference(
            estimate: ClockEstimate(
                moment: .zero,
                date: NTPDate(unixSeconds: 1_800_000_000) + .seconds(offset),
                frequency: .zero,
                phaseError: .zero,
                frequencyError: .zero
            ),
            rootDelay: .seconds(distance),
            rootDispersion: .seconds(distance / 2),
            leap: .none
        ),
        stratum: stratum,
        prefer: prefer
    )
}

@Suite struct `Selection among sources` {
    /// (offset, distance) in seconds each; the truechimers expected.
    static let cases: [(sources: [(Double, Double)], truechimers: Set<Int>)] = [
        ([(0, 0.01)], [0]),
        ([(0, 0.01), (0.005, 0.01)], [0, 1]),
        ([(0, 0.01), (1, 0.01)], []),
        ([(0, 0.01), (0.001, 0.01), (1, 0.01)], [0, 1]),
        ([(1, 0.01), (0, 0.01), (0.001, 0.01)], [1, 2]),
        ([(0, 0.01), (0.001, 0.01), (1, 0.01), (1.001, 0.01)], []),
        ([(0, 0.01), (0.001, 0.01), (0.002, 0.01), (1, 0.01), (1.001, 0.01)], [0, 1, 2]),
        ([(0, 2), (1, 0.01), (1.001, 0.01)], [0, 1, 2]),
        ([(-5, 0.1), (5, 0.1), (0, 0.1)], []),
        ([], []),
    ]

    @Test(arguments: cases)
    func `believes a majority that can all be right`(sources: [(Double, Double)], expected: Set<Int>) {
        let candidates = sources.enumerated().map { candidate($0.offset, $0.element.0, $0.element.1) }
        let selection = SourceSelection(among: candidates, at: .zero, keeping: nil)
        #expect(Set(selection.truechimers.map(\.id)) == expected)
        #expect(Set(selection.falsetickers) == Set(candidates.map(\.id)).subtracting(expected))
    }

    @Test func `prefers the nearer one, the lower stratum, the user's word, and keeps its choice`() {
        func best(_ candidates: [SelectionCandidate<Int>], keeping: Int? = nil) -> Int? {
            SourceSelection(among: candidates, at: .zero, keeping: keeping).truechimers.first?.id
        }
        #expect(best([candidate(0, 0, 0.02), candidate(1, 0, 0.01)]) == 1)
        #expect(best([candidate(0, 0, 0.01, stratum: 4), candidate(1, 0, 0.01, stratum: 2)]) == 1)
        #expect(best([candidate(0, 0, 0.02, prefer: true), candidate(1, 0, 0.01)]) == 0)
        #expect(best([candidate(0, 0, 0.011), candidate(1, 0, 0.01)], keeping: 0) == 0)
    }

    @Test func `combines by distance, and no bound is better than its parts`() throws {
        let selection = SourceSelection(
            among: [candidate(0, 0, 0.01), candidate(1, 0.003, 0.02)],
            at: .zero,
            keeping: nil
        )
        let combined = try #require(selection.combined(at: .zero))
        let offset = (combined.estimate.date - NTPDate(unixSeconds: 1_800_000_000)).seconds
        #expect(offset > 0.0003 && offset < 0.001)
        #expect(combined.rootDistance(at: .zero) >= .seconds(0.01))
    }

    @Test func `announces a leap second that most announce`() throws {
        var candidates = [candidate(0, 0, 0.01), candidate(1, 0, 0.01), candidate(2, 0, 0.01)]
        candidates[0].reference.leap = .insertion
        var selection = SourceSelection(among: candidates, at: .zero, keeping: nil)
        #expect(selection.combined(at: .zero)?.leap == LeapIndicator.none)
        candidates[2].reference.leap = .insertion
        selection = SourceSelection(among: candidates, at: .zero, keeping: nil)
        #expect(selection.combined(at: .zero)?.leap == .insertion)
    }
}
