import NTPTime

/// The servers and the ways to them.
extension RandomWorld {
    mutating func writeServers() {
        let count = chance.pick([0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7])
        let mostLiars = max(0, (count - 1) / 2)
        let liars = mostLiars > 0 && chance.happens(0.5) ? chance.number(1...mostLiars) : 0
        let minpoll = chance.number(3...7)
        let polling =
            "minpoll \(minpoll) maxpoll \(chance.number(minpoll...10))" + (chance.happens(0.7) ? " iburst" : "")
        for index in 0..<count {
            let server = Server(name: "s\(index + 1)", isLiar: index < liars)
            servers.append(server)
            writeServer(server, polling)
            writePath(to: server, mayLose: liars == 0 || server.isLiar)
        }
    }

    /// In s; all but a few worlds are shorter.
    private static let longest = 1e7

    private mutating func writeServer(_ server: Server, _ polling: String) {
        var words = ["server \(server.name) \(polling) stratum \(chance.number(1...4))"]
        let dispersion = chance.logarithmic(1e-4...5e-2)
        words.append("root-dispersion \(Chance.time(dispersion))")
        if chance.happens(0.7) { words.append("root-delay \(Chance.time(chance.logarithmic(1e-4...0.1)))") }
        guard server.isLiar else {
            // Within what it claims, to the end.
            let share = chance.uniform(-0.8...0.8)
            words.append("offset \(Chance.time(dispersion * share))")
            let drift = chance.uniform(-0.1...0.1) * dispersion / Self.longest
            words.append("frequency \(Chance.ppm(drift * 1e6))")
            return write(words.joined(separator: " "))
        }
        switch chance.number(0...4) {
        case 0: words.append("offset \(Chance.time(chance.either(5e-3...1_000)))")
        case 1: words.append("frequency \(Chance.ppm(chance.either(0.5...200)))")
        case 2: words.append("leap \(chance.pick(["insertion", "deletion"]))")
        case 3: words.append("leap unsynchronised offset \(Chance.time(chance.either(0.01...100)))")
        default:
            write(words.joined(separator: " "))
            let time = chance.uniform(0.05...0.95) * duration
            return write("step", server.name, Chance.moment(time), Chance.time(chance.either(5e-3...1_000)))
        }
        write(words.joined(separator: " "))
    }

    /// - Parameter mayLose: whether so much may get lost that the server as good as does not exist.
    private mutating func writePath(to server: Server, mayLose: Bool) {
        let delay = chance.logarithmic(1e-4...0.15)
        var words = ["path \(server.name) delay \(Chance.time(delay))"]
        if chance.happens(0.5) { words.append("asymmetry \(Chance.time(delay * chance.uniform(-1...1)))") }
        words.append("jitter \(Chance.time(delay * chance.logarithmic(0.01...1)))")
        switch chance.number(0...3) {
        case 0: words.append("shape \(Chance.digits(chance.uniform(1...4)))")
        case 1: words.append("tail \(Chance.digits(chance.uniform(1.5...4)))")
        default: break
        }
        if chance.happens(0.35) {
            let most = mayLose ? 0.9 : 0.3
            words.append("loss \(Chance.digits(chance.uniform(0.01...most)))")
        }
        write(words.joined(separator: " "))
        guard chance.happens(0.25) else { return }
        write(
            "bursts",
            server.name,
            "every",
            Chance.time(chance.logarithmic(600...20_000)),
            "for",
            Chance.time(chance.logarithmic(10...3_000)),
            "add",
            Chance.time(chance.logarithmic(1e-3...1)),
            chance.pick(["", "forth", "back"])
        )
    }
}
