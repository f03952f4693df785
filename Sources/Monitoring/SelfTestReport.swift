import RTCReference

/// `tickover rtc selftest`: a line for each check.
extension SelfTest.Check {
    package var text: String { row(name, "\(verdict)\(detail.isEmpty ? "" : ": ")\(detail)", width: 22) }

    package var json: JSON {
        .object([("check", .string(name)), ("outcome", .string(verdict)), ("detail", .string(detail))])
    }

    private var verdict: String {
        switch outcome {
        case .passed: "passed"
        case .failed: "failed"
        case .skipped: "skipped"
        }
    }

    private var detail: String {
        switch outcome {
        case .passed(let detail), .failed(let detail), .skipped(let detail): detail
        }
    }
}

/// All of them, for programs.
package func selfTestJSON(_ checks: [SelfTest.Check], passed: Bool) -> JSON {
    .object([("passed", .bool(passed)), ("checks", .array(checks.map { $0.json }))])
}
