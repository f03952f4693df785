import HAL
import NTPTime

/// What came of setting the trim register.
package struct TrimReport: Hashable, Sendable {
    package let before: TrimOffset
    package let after: TrimOffset
    /// When it had taken effect; the chip took to its new rate at most a conversion's length earlier.
    package let effective: MonotonicTime
}

/// What a temperature conversion brings: a temperature, and on some chips a new trim's effect.
extension RTCReference {
    /// A conversion takes 200 ms at most.
    private static let longestConversion = NTPDuration.milliseconds(250)
    private static let pollInterval = NTPDuration.milliseconds(5)
    /// How often a conversion may be anticipated by one that the chip does by itself.
    private static let conversionAttempts = 3

    /// Sets the trim register, and lets it take effect.
    ///
    /// - Throws: `cannot`, `trimNotVerified`, `conversionStuck`, `chip`. The register may then hold either value, and the
    ///   rate may be either's; every `EdgeSample` tells the register.
    package func setTrim(_ trim: TrimOffset) throws(RTCError) -> TrimReport {
        guard let trimmer = chip.trimmer else { throw .cannot(.trim) }
        _ = try readSnapshot()
        let before = try readTrim(trimmer)
        do throws(RTCChipError) { try trimmer.writeTrim(trim) } catch { throw .chip(error) }
        if trimmer.needsConversion, let thermometer = chip.thermometer { try convert(thermometer) }
        let effective = clock.now
        let read = try readTrim(trimmer)
        guard read == trim else { throw .trimNotVerified(written: trim, read: read) }
        return TrimReport(before: before, after: trim, effective: effective)
    }

    /// The temperature now, not that of up to 64 s ago.
    ///
    /// - Throws: `cannot`, `conversionStuck`, `chip`.
    package func convertTemperature() throws(RTCError) -> Temperature {
        guard let thermometer = chip.thermometer else { throw .cannot(.temperature) }
        _ = try readSnapshot()
        try convert(thermometer)
        do throws(RTCChipError) { return try thermometer.readTemperature() } catch { throw .chip(error) }
    }

    private func readTrim(_ trimmer: any RTCTrimmer) throws(RTCError) -> TrimOffset {
        do throws(RTCChipError) { return try trimmer.readTrim() } catch { throw .chip(error) }
    }

    private func convert(_ thermometer: any RTCThermometer) throws(RTCError) {
        for _ in 0..<Self.conversionAttempts {
            try waitForConversion(thermometer)
            if try startConversion(thermometer) { return try waitForConversion(thermometer) }
        }
        throw .conversionStuck
    }

    /// Returns whether the chip has begun.
    private func startConversion(_ thermometer: any RTCThermometer) throws(RTCError) -> Bool {
        do throws(RTCChipError) { return try thermometer.startConversion() } catch { throw .chip(error) }
    }

    private func waitForConversion(_ thermometer: any RTCThermometer) throws(RTCError) {
        let deadline = clock.now + Self.longestConversion
        while try isConverting(thermometer) {
            guard clock.now < deadline else { throw .conversionStuck }
            clock.sleep(until: clock.now + Self.pollInterval)
        }
    }

    private func isConverting(_ thermometer: any RTCThermometer) throws(RTCError) -> Bool {
        do throws(RTCChipError) { return try thermometer.isConverting() } catch { throw .chip(error) }
    }
}
