import Configuration
import Linux
import NTPTime

/// What the daemon remembers: the drift file, in ntpd's format, and the RTC's state.
///
/// A file that cannot be written costs one warning for each reason; serving goes on.
package struct StateFiles {
    private let driftFile: String
    private let rtcFile: String
    /// What was complained of, as errno.
    private var complaints: [String: Int32] = [:]

    package init(_ configuration: Configuration) {
        driftFile = configuration.driftFile ?? configuration.stateDirectory + "/drift"
        rtcFile = configuration.stateDirectory + "/rtc"
        if let path = configuration.driftFile, Surroundings.lacksFolder(of: path) {
            // It has been said.
            complaints[path] = LinuxError.noSuchFileCode
        }
    }

    /// Larger than any file of ours.
    private static let sizeLimit = 1 << 16
    /// What the kernel's clock can be steered by (ntpd's NTP_MAXFREQ).
    private static let plausible = -500.0...500.0

    /// The oscillator's frequency as the last run found it; nil without a file.
    package func frequency() throws(StateFileError) -> Frequency? {
        guard let text = try read(driftFile) else { return nil }
        let word = text.split { $0 == " " || $0 == "\n" || $0 == "\r" || $0 == "\t" }.first
        guard let word, let ppm = decimal(String(word)), Self.plausible.contains(ppm) else {
            throw StateFileError(
                description: "\(driftFile): expected a frequency between -500 and 500 ppm; it is ignored"
            )
        }
        return .ppm(ppm)
    }

    /// The RTC's state as the last run left it; nil without a file.
    package func rtc() throws(StateFileError) -> String? { try read(rtcFile) }

    private func read(_ path: String) throws(StateFileError) -> String? {
        do throws(LinuxError) {
            return String(decoding: try FileStore.read(path, limit: Self.sizeLimit), as: UTF8.self)
        } catch {
            guard !error.isNoSuchFile else { return nil }
            throw StateFileError(description: error.message)
        }
    }

    /// - Returns: a complaint, if it is news.
    package mutating func write(frequency: Frequency) -> String? {
        write("\(fixed(frequency.ppm, 3))\n", to: driftFile)
    }

    /// - Returns: a complaint, if it is news.
    package mutating func write(rtc text: String) -> String? { write(text, to: rtcFile) }

    private mutating func write(_ text: String, to path: String) -> String? {
        do throws(LinuxError) {
            try AtomicFile.write(path, text)
            complaints[path] = nil
            return nil
        } catch {
            defer { complaints[path] = error.code }
            return complaints[path] == error.code ? nil : error.message
        }
    }
}

package struct StateFileError: Error, CustomStringConvertible {
    package let description: String
}
