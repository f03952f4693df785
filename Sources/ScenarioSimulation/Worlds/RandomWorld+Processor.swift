/// The processor's thermometer, and work that warms it and the crystal.
///
/// Drawn from numbers of its own, so that everything else in a world is as it would be without.
extension RandomWorld {
    /// - Parameter crystal: what it is made of so far.
    mutating func writeProcessor(beside crystal: Crystal) {
        var chance = Chance(seed: seed, stream: 0x7468)
        guard chance.happens(0.4) else { return }
        write(
            "thermometer quantum",
            chance.pick(["0.1", "0.5", "1"]),
            "noise",
            Chance.digits(chance.logarithmic(0.05...3))
        )
        if chance.happens(0.2) {
            let time = duration * chance.uniform(0.1...0.9)
            let end = time + chance.logarithmic(10...100_000)
            write("thermometer-fault", chance.pick(["lost", "stuck"]), Chance.moment(time), Chance.moment(end))
        }
        // With a table it has something to do already.
        guard chance.happens(0.7), !crystal.hasTable else { return }
        let heat = chance.uniform(3...25)
        let share = chance.happens(0.2) ? 0 : chance.uniform(0.1...1)
        let lag = max(chance.logarithmic(20...1_200), heat * share * crystal.coefficient / Crystal.fastestChange)
        write(
            "load",
            "\(Chance.digits(heat / 2))..\(Chance.digits(heat))",
            "every",
            Chance.time(chance.logarithmic(600...40_000)),
            "for",
            Chance.time(chance.logarithmic(300...20_000)),
            "rise",
            Chance.time(chance.logarithmic(3...60)),
            "share",
            Chance.digits(share),
            "lag",
            Chance.time(lag)
        )
    }

    struct Crystal {
        /// The size of its change with each °C, in ppm.
        var coefficient: Double
        /// Whether its temperature follows a table.
        var hasTable: Bool

        /// One that is warmed up changes its frequency by this much in a second at most, in ppm.
        static let fastestChange = 0.045
    }
}
