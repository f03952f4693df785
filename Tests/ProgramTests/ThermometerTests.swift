import Foundation
import Testing

@Suite struct `A thermometer beside the oscillator` {
    private func shown(_ instance: Instance) throws -> [String: Any] {
        try #require(try instance.tool("status")?["thermometer"] as? [String: Any])
    }

    @Test func `is read while there is a time, and shown`() throws {
        let workplace = try Workplace()
        let file = try workplace.write("48312\n", to: "temp")
        let instance = try Instance("rtc simulated\nthermometer \(file)", workplace: workplace)
        #expect(instance.reaches("holdover", within: 30))
        #expect(eventually(within: 30) { (try? shown(instance).number("celsius")) == 48.312 })
        let status = try shown(instance)
        #expect(status.text("file") == file && status["used"] as? Bool == false)
        // Every 8 s; of three readings the middle one counts.
        _ = try workplace.write("51000\n", to: "temp")
        #expect(eventually(within: 60) { (try? shown(instance).number("celsius")) == 51 })
        let text = try run(try Build.host.command("tickover") + ["status", "-c", instance.configuration]).output
        #expect(text.contains("Temp      \(file), 51.0 °C, not known to tell of the clock's frequency\n"))
    }

    @Test(arguments: [("thermometer none", 0), ("thermometer /tickover/missing", 1)])
    func `is not needed`(line: String, warnings: Int) throws {
        let instance = try Instance("rtc simulated\n\(line)")
        #expect(instance.reaches("holdover", within: 30))
        #expect(try #require(try instance.tool("status"))["thermometer"] is NSNull)
        #expect(
            instance.logged(
                "thermometer: open /tickover/missing: No such file or directory; going on without"
            ) == warnings
        )
    }
}
