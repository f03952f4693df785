import CommandLine
import HAL
import Linux
import Monitoring
import NTPTime
import ScenarioSimulation

/// `tickover simulate --worlds N`: worlds that chance has made, on several processors.
enum WorldsCommand {
    /// Worlds with a fault are made smaller for people to read; so many of them.
    private static let mostShrunk = 3

    static func run(_ request: SimulationRequest, worlds: UInt64, as format: ReportFormat) throws(ToolError)
        -> ExitStatus
    {
        let jobs = request.jobs.map { UInt64($0) } ?? UInt64(Host.processors)
        var report = WorldReport()
        do throws(LinuxError) {
            try collect(
                try (0..<jobs).map { job throws(LinuxError) in try worker(job, of: jobs, request.seed, worlds) },
                &report
            )
        } catch {
            throw ToolError(.failure, error.message)
        }
        try show(rendered(report.text, report.json, as: format))
        if format == .text {
            for failure in report.failures.prefix(mostShrunk) { try show(shrunk(failure)) }
        }
        return report.isGood ? .success : .failure
    }

    /// Runs every `jobs`-th world, and tells of each before and after.
    private static func worker(
        _ job: UInt64,
        of jobs: UInt64,
        _ first: UInt64,
        _ worlds: UInt64
    ) throws(LinuxError) -> WorkerProcess {
        try WorkerProcess { tell in
            for seed in stride(from: first + job, to: first + worlds, by: Int(jobs)) {
                tell("\(seed)")
                if let result = WorldTrial(RandomWorld(seed: seed)).result() { tell(result.text) }
            }
        }
    }

    private static func collect(_ workers: [WorkerProcess], _ report: inout WorldReport) throws(LinuxError) {
        var begun = [UInt64?](repeating: nil, count: workers.count)
        while workers.contains(where: { !$0.hasEnded }) {
            var poller = Poller()
            let open = workers.indices.filter { !workers[$0].hasEnded }
            for index in open { poller.add(workers[index].descriptor) }
            try poller.wait(until: .distantFuture, on: OscillatorClock())
            for (place, index) in open.enumerated() where !poller.events(place).isEmpty {
                for line in try workers[index].readLines() {
                    if let result = WorldResult(line[...]) {
                        report.add(result)
                        begun[index] = nil
                    } else {
                        begun[index] = UInt64(line)
                    }
                }
            }
        }
        for (index, worker) in workers.enumerated() where worker.wait() != nil {
            if let seed = begun[index] { report.addTrap(seed: seed) }
        }
    }

    /// The world with the fault as small as it gets, as a scenario's file, and how to let it happen again.
    private static func shrunk(_ failure: WorldResult) -> String {
        guard let fault = failure.fault else { return "" }
        let world = WorldTrial(RandomWorld(seed: failure.seed)).shrunk(to: fault)
        let limit = WorldTrial.limits.first { $0.figure == fault.figure }
        let lines = world.lines + (limit.map { ["limit \($0.figure.rawValue) \(fixed($0.value, 0))"] } ?? [])
        return "\n# \(fault.rawValue): tickover simulate FILE --seed \(failure.seed)\n"
            + lines.map { "\($0)\n" }.joined()
    }
}
