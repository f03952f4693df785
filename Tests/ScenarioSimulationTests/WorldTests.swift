import NTPTime
import Testing

@testable import ScenarioSimulation

/// Seeds whose worlds hold, printed with each failure.
private let seeds: ClosedRange<UInt64> = 1...60

@Suite struct `Worlds that chance makes` {
    @Test func `are scenarios, the same for the same seed, and another for another`() throws {
        for seed in 1...400 as ClosedRange<UInt64> {
            let world = RandomWorld(seed: seed)
            #expect(world.lines == RandomWorld(seed: seed).lines)
            #expect(world.lines != RandomWorld(seed: seed + 1).lines)
            _ = try #require(WorldTrial(world).scenario, "seed \(seed): \(world.lines)")
        }
    }

    @Test func `have everything in them that there is`() {
        let words = Set(
            (1...400 as ClosedRange<UInt64>).flatMap { seed in
                RandomWorld(seed: seed).lines.flatMap { $0.split(separator: " ").map { String($0) } }
            }
        )
        let wanted = [
            "server", "path", "bursts", "outage", "sources", "step", "client", "power-off", "power-fails", "write",
            "save",
            "files", "missing", "torn", "cell-changed", "restart", "rtc", "pcf85063a", "stopped", "sqw", "noise",
            "rtc-fault", "hung", "held-low", "silent", "leap-second", "deletion", "file", "unsynchronised", "tail",
            "shape", "loss", "asymmetry", "table", "sine", "constant", "remembered", "all", "thermometer",
            "thermometer-fault", "load",
        ]
        #expect(wanted.filter { !words.contains($0) } == [])
    }

    @Test(arguments: seeds) func `hold what is promised`(seed: UInt64) throws {
        let result = try #require(WorldTrial(RandomWorld(seed: seed)).result())
        #expect(result.isGood, "\(result)")
    }

    @Test func `have results that go through a pipe`() throws {
        var result = try #require(WorldTrial(RandomWorld(seed: 7)).result())
        #expect(WorldResult(result.text[...]) == result)
        result.broken = 3
        result.firstBroken = 12.5
        #expect(WorldResult(result.text[...]) == result && result.fault == .broken)
        #expect(WorldResult("7") == nil && WorldResult("a b c d e f g h i j k") == nil)
    }

    @Test func `are reported by what did not hold`() throws {
        var report = WorldReport()
        var result = try #require(WorldTrial(RandomWorld(seed: 7)).result())
        report.add(result)
        #expect(report.isGood && report.text.contains("worlds"))
        result.seed = 9
        result.broken = 2
        result.closest = 1.5
        report.add(result)
        result.isFair = false
        report.add(result)
        report.addTrap(seed: 11)
        #expect(!report.isGood && report.failures.map { $0.seed } == [9])
        #expect(report.text.contains("seed 9: bound broken at 2 moments") && report.text.contains("seed 11: trapped"))
    }
}

@Suite struct `The shrinking of worlds` {
    private func shrunk(_ lines: [String], _ fails: @escaping ([String]) -> Bool) -> [String] {
        var shrinking = Shrinking(lines: lines, attempts: 1_000, fails: fails)
        shrinking.run()
        return shrinking.lines
    }

    @Test func `leaves what is needed, and nothing else`() {
        let lines = [
            "duration 1000s", "server a iburst", "path a delay 12.3ms loss 0.4", "server b", "outage all 10s 20s",
        ]
        let small = shrunk(lines) { $0.contains { $0.hasPrefix("path a") && $0.contains("loss") } }
        #expect(small == ["path a loss"])
    }

    @Test func `drops a server with all that is about it`() {
        let lines = ["server a", "path a loss 0.5", "server b", "sources 10s a b"]
        // Like a parser, it minds a path without its server.
        let small = shrunk(lines) { lines in
            lines.contains("server b") && (!lines.contains { $0.hasPrefix("path a") } || lines.contains("server a"))
        }
        #expect(small == ["server b"])
    }

    @Test func `rounds numbers and shortens the time`() {
        let small = shrunk(["duration 8000s", "clock offset 12.3ms"]) { lines in
            lines.count == 2 && lines[0].hasPrefix("duration ") && lines[1].hasPrefix("clock offset ")
                && lines[1].hasSuffix("ms")
        }
        #expect(small[1] == "clock offset 10ms")
    }

    @Test func `gives up after so many attempts`() {
        var count = 0
        var shrinking = Shrinking(lines: ["a b c d", "e f g h"], attempts: 5) { _ in
            count += 1
            return false
        }
        shrinking.run()
        #expect(count == 5 && shrinking.lines == ["a b c d", "e f g h"])
    }
}
