import NTPTime

/// A thermometer of the kernel's: a file that holds thousandths of a °C (Documentation/driver-api/thermal/sysfs-api.rst).
package struct SystemThermometer: Equatable, Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// Longer than any content.
    private static let sizeLimit = 64
    /// In °C. What is beyond it is a driver's word for not knowing.
    private static let plausible = -60.0...200.0
    private static let mostZones = 32

    /// What it shows, in °C.
    package func read() throws(ThermometerError) -> Double {
        let text: String
        do throws(LinuxError) { text = try Self.line(of: path) } catch { throw .unreadable(error) }
        guard let thousandths = decimal(text), Self.plausible.contains(thousandths / 1_000) else {
            throw .implausible(path: path)
        }
        return thousandths / 1_000
    }

    /// The processor's: the first thermal zone whose type says so, else the first of all; nil if none can be read.
    ///
    /// - Parameter folder: that of the zones.
    package static func ofProcessor(in folder: String = "/sys/class/thermal") -> SystemThermometer? {
        let zones = (0..<mostZones).map { "\(folder)/thermal_zone\($0)" }.filter { Host.hasFile($0 + "/temp") }
        guard let zone = zones.first(where: isOfProcessor) ?? zones.first else { return nil }
        let thermometer = SystemThermometer(path: zone + "/temp")
        do throws(ThermometerError) { _ = try thermometer.read() } catch { return nil }
        return thermometer
    }

    /// `cpu-thermal` (Raspberry Pi), `soc_thermal`, `bcm2835_thermal`, `x86_pkg_temp` and their like.
    private static func isOfProcessor(_ zone: String) -> Bool {
        guard let type = try? line(of: zone + "/type") else { return false }
        return ["cpu", "soc", "bcm2835", "x86_pkg"].contains { type.utf8.starts(with: $0.utf8) }
    }

    private static func line(of path: String) throws(LinuxError) -> String {
        let content = try FileStore.read(path, limit: sizeLimit)
        return String(decoding: content.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}

/// Why there is no temperature.
package enum ThermometerError: Error, Equatable, Sendable {
    case unreadable(LinuxError)
    /// It holds something else than a temperature that a processor may have.
    case implausible(path: String)
}

extension ThermometerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let error): error.message
        case .implausible(let path): "\(path): expected a temperature from -60 to 200 °C, in thousandths of a °C"
        }
    }
}
