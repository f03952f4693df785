import Foundation
import Testing

@Suite struct `Simulating` {
    private let scenario = """
        duration    1h
        steady      20min 1h
        clock       offset 10ms
        oscillator  frequency 10ppm wander 1e-9 coefficient 0.4ppm
        temperature sine amplitude 5 period 2h
        server      near minpoll 4 maxpoll 6 iburst
        server      far minpoll 4 iburst wander 1e-10 offset 20us
        path        near delay 0.1ms jitter 0.1ms
        path        far delay 10ms jitter 1ms shape 2 loss 0.1
        bursts      far every 10min for 1min add 5ms
        outage      all 40min 50min
        rtc         offset 3ms frequency 0.5ppm wander 3e-11
        limit       broken 0

        """

    @Test(arguments: Build.available)
    func `gives the same on every architecture, octet by octet`(build: Build) throws {
        try withFile(scenario) { path in
            for output in ["--csv", "--json"] {
                let here = try Build.host.run("tickover", "simulate", path, output, "--seed", "3")
                let there = try build.run("tickover", "simulate", path, output, "--seed", "3")
                #expect(here.status == 0 && here.errors.isEmpty)
                #expect(here.output.utf8.count > 500)
                #expect(there.status == 0)
                #expect(there.output == here.output)
            }
        }
    }

    @Test func `fails where a limit does not hold`() throws {
        try withFile(scenario + "limit rms 1us\n") { path in
            let result = try Build.host.run("tickover", "simulate", path)
            #expect(result.status == 1)
            #expect(result.output.contains("beyond the limit of 1.00 µs"))
        }
    }

    @Test func `shows where a scenario is wrong`() throws {
        try withFile("duration 1h\nserver\n") { path in
            let result = try Build.host.run("tickover", "simulate", path)
            #expect(result.status == 1)
            #expect(result.errors.hasPrefix("\(path):2:1: error: expected a name after 'server'\n"))
        }
    }

    @Test func `draws a picture into a file`() throws {
        try withFile(scenario) { path in
            let picture = path + ".svg"
            defer { try? FileManager.default.removeItem(atPath: picture) }
            let result = try Build.host.run("tickover", "simulate", path, "--plot", picture)
            #expect(result.status == 0)
            let svg = try String(contentsOfFile: picture, encoding: .utf8)
            #expect(svg.hasSuffix("</svg>\n"))
        }
    }
}
