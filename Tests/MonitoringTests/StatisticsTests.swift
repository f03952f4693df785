import NTPTime
import NTPWire
import Testing

@testable import Monitoring

@Suite struct `Timestamps of rawstats` {
    @Test(arguments: [
        (UInt64(0), "0.000000000"), (0xeef4_5080_0000_0000, "4008988800.000000000"),
        (0xeef4_5080_8000_0000, "4008988800.500000000"), (0xeef4_5080_1f9a_dd37, "4008988800.123456788"),
        (.max, "4294967295.999999999"),
    ])
    func `have their fraction in nanoseconds, rounded down`(bits: UInt64, text: String) {
        #expect(StatisticsLine.timestamp(NTPTimestamp(bits: bits)) == text)
    }
}
