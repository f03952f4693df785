import NTPTime
import Testing

@testable import NTPEngine

@Suite struct `A server's jumps` {
    private static let servable = NTPDuration.seconds(16)
    private static let tolerance = NTPDuration.milliseconds(1)

    private func history(_ jumps: [(at: Double, by: Double)]) -> JumpHistory {
        var history = JumpHistory()
        for jump in jumps {
            history.jump(by: .seconds(jump.by), tolerance: Self.tolerance, at: .zero + .seconds(jump.at))
        }
        return history
    }

    private func spread(_ history: JumpHistory, at seconds: Double) -> Double {
        history.spread(servable: Self.servable, at: .zero + .seconds(seconds)).seconds
    }

    @Test func `are none at first`() {
        #expect(spread(JumpHistory(), at: 0) == 0 && JumpHistory().holdDownEnd == nil)
    }

    @Test func `are covered for two days`() {
        let history = history([(at: 0, by: 0.0625)])
        #expect(spread(history, at: 0) == 0.0625 && spread(history, at: 172_000) == 0.0625)
        #expect(spread(history, at: 172_900) == 0)
    }

    @Test func `add up to the line that is farthest`() {
        let history = history([(at: 0, by: 0.0625), (at: 5_000, by: 0.03), (at: 10_000, by: -0.02)])
        #expect(abs(spread(history, at: 10_000) - 0.0725) < 1e-9)
    }

    @Test func `back from an excursion are forgotten, back from a stay are not`() {
        #expect(spread(history([(at: 0, by: 20), (at: 60, by: -20)]), at: 60) == 0)
        #expect(spread(history([(at: 0, by: 0.0625), (at: 80_000, by: -0.0625)]), at: 80_000) == 0.0625)
    }

    @Test func `beyond what can be served are held down until the server has stayed put`() {
        var history = history([(at: 0, by: 20)])
        #expect(spread(history, at: 839) == 20 && spread(history, at: 840) == 0)
        for _ in 0..<4 { history.noteSample() }
        #expect(spread(history, at: 299) == 20 && spread(history, at: 300) == 0)
        history.jump(by: .seconds(-30), tolerance: Self.tolerance, at: .zero + .seconds(400))
        #expect(spread(history, at: 699) == 30)
    }

    @Test func `are kept in bounded number`() {
        let history = history((0..<20).map { (at: Double($0) * 1_000, by: 1) })
        #expect(abs(spread(history, at: 20_000) - 4) < 1e-9)
    }
}
