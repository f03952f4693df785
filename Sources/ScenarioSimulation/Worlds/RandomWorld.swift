import NTPTime

/// A scenario that chance has written, the same for the same seed.
///
/// It is fair, so that what is promised can be kept: honest servers are within what they claim; liars are a minority of at
/// least three servers, and no outage makes them the majority; chip and crystal are within their data sheets; nobody sets
/// the chip while the power is off; who has no leap second file hears of a leap second in time.
package struct RandomWorld {
    package let seed: UInt64
    /// As in a scenario's file.
    package private(set) var lines: [String] = []

    var chance: Chance
    /// In s; grows with what has to find room.
    var duration: Double
    var servers: [Server] = []
    var hasChip = false

    struct Server {
        var name: String
        var isLiar: Bool
    }

    package init(seed: UInt64) {
        self.seed = seed
        var chance = Chance(seed: seed, stream: 0x7761)
        duration = chance.logarithmic(7_200...259_200)
        self.chance = chance
        writeServers()
        writeChip()
        writeMachine()
        let events = RandomEvents(&self)
        writeTime(events)
        lines.append(contentsOf: events.lines)
        lines = ["title a world by chance, seed \(seed)", "duration \(Chance.moment(duration))", "sample 16s"] + lines
    }

    mutating func write(_ words: String...) {
        lines.append(words.filter { !$0.isEmpty }.joined(separator: " "))
    }

    var hasLiars: Bool { servers.contains { $0.isLiar } }
}

// MARK: - The machine

extension RandomWorld {
    private mutating func writeMachine() {
        let offset = chance.pick([0, chance.either(1e-3...1), chance.either(1...4_000), chance.either(1e4...3e7)])
        if offset != 0 { write("clock offset", Chance.time(offset)) }
        let coefficient = chance.happens(0.3) ? 0 : chance.either(0.01...0.4)
        let frequency = chance.uniform(-100...100)
        var remembered = ""
        if chance.happens(0.5) {
            let error = chance.happens(0.1) ? chance.uniform(-20...20) : chance.uniform(-0.1...0.1)
            remembered = "remembered " + Chance.ppm(frequency + error)
        }
        write(
            "oscillator frequency",
            Chance.ppm(frequency),
            "wander",
            Chance.digits(chance.logarithmic(1e-10...3e-8)),
            coefficient != 0 ? "coefficient " + Chance.ppm(coefficient) : "",
            remembered
        )
        var crystal = Crystal(coefficient: abs(coefficient), hasTable: false)
        writeTemperature(of: &crystal)
        writeProcessor(beside: crystal)
    }

    private mutating func writeTemperature(of crystal: inout Crystal) {
        let mean = chance.uniform(10...45)
        if chance.happens(0.3) { return write("temperature constant", Chance.digits(mean)) }
        if chance.happens(0.5) {
            let amplitude = chance.logarithmic(0.5...12)
            return write(
                "temperature sine mean",
                Chance.digits(mean),
                "amplitude",
                Chance.digits(amplitude),
                "period",
                Chance.time(chance.pick([86_400, chance.logarithmic(3_600...86_400)])),
                "phase",
                Chance.digits(chance.uniform(0...1))
            )
        }
        // A processor that has something to do, and rests again.
        crystal.hasTable = true
        var words = ["temperature table 0s \(Chance.digits(mean))"]
        var time = 0.0
        var points = 0
        while points < 40 {
            time += chance.logarithmic(300...40_000)
            guard time < duration else { break }
            let rise = chance.uniform(3...25)
            let ramp = max(chance.uniform(60...600), rise * crystal.coefficient / Crystal.fastestChange)
            words.append("\(Chance.moment(time)) \(Chance.digits(mean))")
            words.append("\(Chance.moment(time + ramp)) \(Chance.digits(mean + rise))")
            time += ramp + chance.logarithmic(300...20_000)
            let cooling = ramp * chance.uniform(1...3)
            words.append("\(Chance.moment(time)) \(Chance.digits(mean + rise))")
            words.append("\(Chance.moment(time + cooling)) \(Chance.digits(mean))")
            time += cooling
            points += 4
        }
        write(words.joined(separator: " "))
    }

    private mutating func writeTime(_ events: RandomEvents) {
        if let leap = events.leapSecond {
            write("start", leap.start)
            write("leap-second", leap.kind, leap.date, leap.hasFile ? "file" : "")
            return
        }
        // Where an era of NTP's ends, and 32-bit clocks.
        let ends = ["2036-02-07T06:28:16Z", "2038-01-19T03:14:08Z"].compactMap { NTPDate(iso8601: $0) }
        let start =
            chance.happens(0.2)
            ? chance.pick(ends) - .seconds(chance.uniform(0...duration))
            : NTPDate.earliestPlausible + .seconds(chance.uniform(86_400...4e8))
        write("start", NTPDate(seconds: start.seconds).iso8601(decimals: 0))
    }

    // MARK: The chip

    private mutating func writeChip() {
        hasChip = chance.happens(0.75)
        guard hasChip else { return }
        let isDS3231 = chance.happens(0.8)
        // A chip that was never compared with UTC is taken as right to a second.
        let isStopped = chance.happens(0.15)
        let offset = isStopped ? chance.either(1...3e8) : chance.happens(0.3) ? 0 : chance.either(1e-4...0.9)
        let rate =
            isDS3231
            ? [
                "frequency", Chance.ppm(chance.uniform(-2...2)),
                "coefficient", Chance.ppm(chance.uniform(-0.03...0.03)),
                "wander", Chance.digits(chance.logarithmic(1e-12...3e-11)),
                "aging", Chance.ppm(chance.uniform(-1...1)),
            ]
            : [
                "chip pcf85063a", "frequency", Chance.ppm(chance.uniform(-20...20)),
                "coefficient", Chance.ppm(chance.uniform(-0.05...0.05)),
                "wander", Chance.digits(chance.logarithmic(1e-10...1e-9)),
            ]
        write(
            "rtc",
            offset != 0 ? "offset " + Chance.time(offset) : "",
            rate.joined(separator: " "),
            "bitrate",
            chance.pick(["100000", "400000"]),
            "latency",
            Chance.time(chance.logarithmic(1e-5...1e-3)),
            isDS3231 && chance.happens(0.3) ? "sqw " + Chance.time(chance.logarithmic(1e-6...1e-4)) : "",
            chance.happens(0.3) ? "noise " + Chance.digits(chance.logarithmic(1e-3...0.2)) : "",
            isStopped ? "stopped" : ""
        )
    }
}
