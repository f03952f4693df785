import NTPTime
import Testing

@testable import Configuration

@Suite struct `Rate limits in a configuration` {
    private func parse(_ text: String) -> (configuration: Configuration, messages: [String]) {
        let result = Configuration.parse(text: text, file: "f")
        return (result.configuration, result.diagnostics.map(\.description))
    }

    @Test func `are ntpd's when nothing is said`() {
        let (configuration, messages) = parse("")
        #expect(messages.isEmpty)
        #expect(configuration.rateLimit.average == PollExponent(3) && configuration.rateLimit.minimum == 2)
        #expect(configuration.rateLimit.monitor == .seconds(3_000))
        #expect(configuration.clientList.maximum == .kibibytes(1_024))
        #expect(configuration.clientList.minimumCount == 600 && configuration.clientList.maximumAge == .seconds(64))
    }

    @Test func `are what discard and mru say, each option on its own`() {
        let (configuration, messages) = parse(
            """
            discard average 5 minimum 1
            discard monitor 60
            mru maxmem 64 mindepth 10 initmem 4 incalloc 7
            mru maxdepth 200 maxage 0
            restrict default limited kod nomrulist
            """
        )
        #expect(messages.isEmpty)
        #expect(configuration.rateLimit.average == PollExponent(5) && configuration.rateLimit.minimum == 1)
        #expect(configuration.rateLimit.monitor == .seconds(60))
        #expect(configuration.clientList.maximum == .clients(200))
        #expect(configuration.clientList.minimumCount == 10 && configuration.clientList.maximumAge == .zero)
        #expect(configuration.restrictions.allSatisfy { $0.flags == [.limited, .kissOfDeath, .noClientList] })
    }

    @Test(
        arguments: [
            ("discard", "f:1:1: error: expected 'average', 'minimum' or 'monitor' after 'discard'"),
            ("discard average", "f:1:9: error: expected a whole number from 0 to 17 after 'average'"),
            ("discard average 18", "f:1:17: error: expected a whole number from 0 to 17, found '18'"),
            ("discard maximum", "f:1:9: error: unknown option 'maximum'; did you mean 'minimum'?"),
            ("mru", "f:1:1: error: expected an option such as 'maxdepth' after 'mru'"),
            ("mru maxdepth 0", "f:1:14: error: expected a whole number from 1 to 1000000, found '0'"),
            ("mru minag", "f:1:5: error: unknown option 'minag'; did you mean 'minage'?"),
        ]
    ) func `that are wrong are remarked on`(line: String, message: String) {
        #expect(parse(line).messages == [message])
    }
}
