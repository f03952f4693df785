import NTPTime

/// The options of the commands about the RTC.
extension ToolOptions {
    static func date(_ given: [GivenOption]) throws(UsageError) -> NTPDate? {
        guard let option = given.last(where: { $0.id == .time }) else { return nil }
        guard let date = NTPDate(iso8601: option.value) else {
            throw UsageError(
                "option '--time' expects a UTC time such as 2026-01-31T23:59:59Z, not '\(option.value)'"
            )
        }
        return date
    }

    static func reading(_ given: [GivenOption]) throws(UsageError) -> ToolCommand {
        let count = given.last { $0.id == .count }
        guard given.contains(where: { $0.id == .watch }) else {
            guard count == nil else { throw UsageError("option '--count' expects '--watch'") }
            return .readRTC
        }
        guard let count else { return .watchRTC(count: nil) }
        return .watchRTC(count: try OptionValue.wholeNumber(count.value, of: count.name, in: 1...Int32.max))
    }

    static func trim(_ given: [GivenOption]) throws(UsageError) -> RTCTrim {
        let isReset = given.contains { $0.id == .reset }
        let isAutomatic = given.contains { $0.id == .automatic }
        let setting = given.last { $0.id == .set }
        guard [isReset, isAutomatic, setting != nil].count(where: { $0 }) <= 1 else {
            throw UsageError("expected only one of '--set', '--reset' and '--auto'")
        }
        guard let option = setting else { return isReset ? .reset : isAutomatic ? .automatic : .show }
        guard let steps = Int8(option.value) else {
            throw UsageError(
                "option '--set' expects steps of the aging register from -128 to 127, not '\(option.value)'"
            )
        }
        return .set(steps)
    }

    /// Long enough to find a chip that is none of the kind.
    private static let usualDuration = NTPDuration.seconds(60)

    static func duration(_ given: [GivenOption]) throws(UsageError) -> NTPDuration {
        guard let option = given.last(where: { $0.id == .duration }) else { return usualDuration }
        let seconds = try OptionValue.wholeNumber(option.value, of: option.name, in: 1...1_000_000)
        return .seconds(Double(seconds))
    }
}
