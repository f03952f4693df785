import HAL

/// A strictly scripted I2C bus: every transfer must be the next one in the script, octet by octet.
///
/// A call that does not match throws `I2CError.unsupported` and is remembered; `finish` tells of it, and of what was
/// left over.
package final class MockI2CBus: I2CBus {
    package enum Expectation: Hashable, Sendable {
        /// A write of `octets`, which fails with `error` if there is one.
        case write(I2CAddress, _ octets: [UInt8], failing: I2CError? = nil)
        /// A read of as many octets as `returning` has, after writing `after`.
        case read(I2CAddress, after: [UInt8], returning: [UInt8], failing: I2CError? = nil)
    }

    private let script: [Expectation]
    private var position = 0
    private var mismatch: String?

    package init(_ script: [Expectation]) { self.script = script }

    /// nil if the script was followed to its end; otherwise the first departure from it.
    package func finish() -> String? {
        if let mismatch { return mismatch }
        guard position < script.count else { return nil }
        return "\(script.count - position) left over, the first: \(Self.text(script[position]))"
    }

    package func write(_ bytes: Span<UInt8>, to address: I2CAddress) throws(I2CError) {
        let octets = bytes.indices.map { bytes[$0] }
        guard position < script.count, case .write(address, octets, let error) = script[position] else {
            throw depart(Self.text(.write(address, octets)))
        }
        position += 1
        if let error { throw error }
    }

    package func read(
        into buffer: inout MutableSpan<UInt8>,
        after bytes: Span<UInt8>,
        from address: I2CAddress
    ) throws(I2CError) {
        let octets = bytes.indices.map { bytes[$0] }
        guard position < script.count,
            case .read(address, octets, let returned, let error) = script[position], returned.count == buffer.count
        else {
            throw depart("read of \(buffer.count) at \(address.rawValue) after \(octets)")
        }
        position += 1
        if let error { throw error }
        for (index, octet) in returned.enumerated() { buffer[index] = octet }
    }

    private func depart(_ call: String) -> I2CError {
        if mismatch == nil {
            let expected = position < script.count ? Self.text(script[position]) : "nothing more"
            mismatch = "transfer \(position): expected \(expected), got \(call)"
        }
        return .unsupported
    }

    private static func text(_ expectation: Expectation) -> String {
        switch expectation {
        case .write(let address, let octets, _):
            "write at \(address.rawValue) of \(octets)"
        case .read(let address, let octets, let returned, _):
            "read of \(returned.count) at \(address.rawValue) after \(octets)"
        }
    }
}
