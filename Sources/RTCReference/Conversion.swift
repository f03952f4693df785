import DS3231
import HAL
import NTPTime

/// What came of setting the aging register.
package struct TrimReport: Hashable, Sendable {
    package let before: AgingOffset
    package let after: AgingOffset
    /// When the conversion was over; the chip took to its new rate at most a conversion's length earlier.
    package let effective: MonotonicTime
}

/// What a temperature conversion brings: a temperature, and a new aging offset's effect.
extension RTCReference {
    /// A conversion takes 200 ms at most.
    private static let longestConversion = NTPDuration.milliseconds(250)
    private static let pollInterval = NTPDuration.milliseconds(5)
    /// How often a conversion may be anticipated by one that the chip does by itself.
    private static let conversionAttempts = 3

    /// Sets the aging register, and lets it take effect.
    ///
    /// - Throws: `agingNotVerified`, `conversionStuck`, `chip`. The register may then hold either value, and the rate may
    ///   be either's; every `EdgeSample` tells the register.
    package func setAging(_ aging: AgingOffset) throws(RTCError) -> TrimReport {
        let before = try readAging()
        do throws(DS3231Error) { try chip.writeAgingOffset(aging) } catch { throw RTCError(error) }
        try convert()
        let effective = clock.now
        let read = try readAging()
        guard read == aging else { throw .agingNotVerified(written: aging, read: read) }
        return TrimReport(before: before, after: aging, effective: effective)
    }

    /// The temperature now, not that of up to 64 s ago.
    ///
    /// - Throws: `conversionStuck`, `chip`.
    package func convertTemperature() throws(RTCError) -> Temperature {
        try convert()
        do throws(DS3231Error) { return try chip.temperature() } catch { throw RTCError(error) }
    }

    private func readAging() throws(RTCError) -> AgingOffset {
        do throws(DS3231Error) { return try chip.readAgingOffset() } catch { throw RTCError(error) }
    }

    private func convert() throws(RTCError) {
        for _ in 0..<Self.conversionAttempts {
            try waitForConversion()
            if try startConversion() { return try waitForConversion() }
        }
        throw .conversionStuck
    }

    /// Returns whether the chip has begun: one of its own conversions that begins just before makes it ignore the order,
    /// and CONV then reads clear.
    private func startConversion() throws(RTCError) -> Bool {
        do throws(DS3231Error) {
            try chip.startConversion()
            return try chip.readControl().contains(.convert)
        } catch .conversionInProgress {
            return false
        } catch {
            throw RTCError(error)
        }
    }

    private func waitForConversion() throws(RTCError) {
        let deadline = clock.now + Self.longestConversion
        while try isConverting() {
            guard clock.now < deadline else { throw .conversionStuck }
            clock.sleep(until: clock.now + Self.pollInterval)
        }
    }

    private func isConverting() throws(RTCError) -> Bool {
        do throws(DS3231Error) { return try chip.isConverting() } catch { throw RTCError(error) }
    }
}
