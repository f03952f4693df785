import Monitoring
import NTPTime

/// What came of many worlds.
package struct WorldReport: Sendable {
    /// In the order of their seeds.
    package private(set) var results: [WorldResult] = []
    /// Seeds of worlds in which the program was ended by a signal.
    package private(set) var trapped: [UInt64] = []

    package init() {}

    package mutating func add(_ result: WorldResult) { results.append(result) }
    package mutating func addTrap(seed: UInt64) { trapped.append(seed) }

    /// Those in which something did not hold, by their seeds.
    package var failures: [WorldResult] { results.filter { !$0.isGood }.sorted { $0.seed < $1.seed } }
    package var isGood: Bool { failures.isEmpty && trapped.isEmpty }

    private var on: Double { results.reduce(0) { $0 + Double($1.on) } }
    private var served: Double { results.reduce(0) { $0 + Double($1.served) } }

    private func count(_ fault: WorldResult.Fault) -> Int { results.count { $0.fault == fault } }

    // MARK: For people

    package var text: String {
        var table = TextTable([("", .left), ("", .right)])
        table.add(["worlds", "\(results.count + trapped.count)"])
        table.add(["bound broken", "\(count(.broken))"])
        table.add(["closest error, of the bound", fixed(results.map { $0.closest }.max() ?? 0, 3)])
        table.add(["availability", fixed(100 * served / max(on, 1), 2) + " %"])
        table.add(["unsynchronised without need for too long", "\(count(.withoutNeed))"])
        table.add(["longest", fixed(results.map { $0.withoutNeed }.max() ?? 0, 0) + " s"])
        table.add(["state changes, mean", fixed(mean { Double($0.stateChanges) }, 1)])
        table.add(["most", "\(results.map { $0.stateChanges }.max() ?? 0)"])
        table.add(["too many", "\(count(.stateChanges))"])
        table.add(["state files unreadable", "\(count(.unreadable))"])
        table.add(["gave up", "\(count(.gaveUp))"])
        table.add(["not fair", "\(results.count { !$0.isFair })"])
        table.add(["trapped", "\(trapped.count)"])
        return table.text + failures.map { "seed \($0.seed): \($0.faultText)\n" }.joined()
            + trapped.map { "seed \($0): trapped\n" }.joined()
    }

    private func mean(_ value: (WorldResult) -> Double) -> Double {
        results.reduce(0) { $0 + value($1) } / Double(max(1, results.count))
    }

    // MARK: For programs

    package var json: JSON {
        .object([
            ("worlds", .integer(Int64(results.count + trapped.count))),
            ("broken", .integer(Int64(count(.broken)))),
            ("closest", .number(results.map { $0.closest }.max() ?? 0, decimals: 6)),
            ("availability", .number(served / max(on, 1), decimals: 6)),
            ("longest_without_need_s", .number(results.map { $0.withoutNeed }.max() ?? 0, decimals: 0)),
            ("most_state_changes", .integer(results.map { $0.stateChanges }.max() ?? 0)),
            ("unreadable", .integer(Int64(count(.unreadable)))),
            ("gave_up", .integer(Int64(count(.gaveUp)))),
            (
                "failures",
                .array(
                    failures.map {
                        .object([("seed", .integer(Int64($0.seed))), ("fault", .string($0.fault?.rawValue ?? ""))])
                    }
                )
            ),
            ("trapped", .array(trapped.map { .integer(Int64($0)) })),
        ])
    }
}

extension WorldResult {
    /// What is wrong, and by how much.
    var faultText: String {
        switch fault {
        case .broken:
            "bound broken at \(broken) moments, first after \(fixed(firstBroken, 1)) s, by up to \(fixed(closest, 2)) times it"
        case .withoutNeed: "unsynchronised without need for \(fixed(withoutNeed, 0)) s"
        case .stateChanges: "\(stateChanges) state changes"
        case .unreadable: "\(unreadable) state files could not be read"
        case .gaveUp: "gave up"
        case nil: ""
        }
    }
}
