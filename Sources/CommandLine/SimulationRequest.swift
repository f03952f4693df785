/// What `tickover simulate` is to do.
package struct SimulationRequest: Equatable, Sendable {
    /// What is printed.
    package enum Output: Equatable, Sendable {
        case figures
        case markdown
        /// Every sample of one run.
        case samples
    }

    /// Files.
    package var scenarios: [String]
    /// So many worlds that chance makes, in place of scenarios.
    package var worlds: UInt64?
    /// Processes that worlds are run by; nil is one for each processor.
    package var jobs: Int?
    /// Of the first run.
    package var seed: UInt64 = 1
    /// Runs of each scenario.
    package var seeds: UInt64 = 1
    package var output = Output.figures
    /// File for a picture of one run.
    package var plot: String?

    package init(scenarios: [String]) { self.scenarios = scenarios }

    init(_ operands: ArraySlice<String>, _ given: [GivenOption]) throws(UsageError) {
        self.init(scenarios: Array(operands))
        for option in given {
            switch option.id {
            case .seed: seed = try Self.number(option, in: 0...Int32.max)
            case .seeds: seeds = try Self.number(option, in: 1...10_000)
            case .worlds: worlds = try Self.number(option, in: 1...10_000_000)
            case .jobs: jobs = Int(try Self.number(option, in: 1...256))
            case .csv: output = .samples
            case .markdown: output = .markdown
            case .plot: plot = try OptionValue.path(option.value, of: option.name)
            default: break
            }
        }
        guard !operands.isEmpty || worlds != nil else {
            throw UsageError("'simulate' expects a scenario: tickover simulate SCENARIO...")
        }
        guard operands.isEmpty || worlds == nil else {
            throw UsageError("expected no scenario with '--worlds'")
        }
        guard worlds == nil || output == .figures && plot == nil && seeds == 1 else {
            throw UsageError("expected no '--seeds', '--csv', '--markdown' or '--plot' with '--worlds'")
        }
        guard worlds != nil || jobs == nil else { throw UsageError("expected '--jobs' with '--worlds' only") }
        guard output == .samples || plot != nil, scenarios.count > 1 || seeds > 1 else { return }
        throw UsageError("expected one scenario and one seed with '--csv' or '--plot'")
    }

    private static func number(_ option: GivenOption, in range: ClosedRange<Int32>) throws(UsageError) -> UInt64 {
        UInt64(try OptionValue.wholeNumber(option.value, of: option.name, in: range))
    }
}
