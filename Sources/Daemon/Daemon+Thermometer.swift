import Configuration
import Linux
import Monitoring
import NTPEngine

/// The thermometer beside the oscillator.
extension Daemon {
    /// The one that the configuration means; one that it names and that cannot be read is warned of.
    static func thermometer(_ directive: ThermometerDirective, _ log: Log) -> SystemThermometer? {
        switch directive {
        case .none: return nil
        case .automatic: return SystemThermometer.ofProcessor()
        case .file(let path):
            let thermometer = SystemThermometer(path: path)
            do throws(ThermometerError) {
                _ = try thermometer.read()
                return thermometer
            } catch {
                log.write(.warning, "thermometer: \(error); going on without")
                return nil
            }
        }
    }

    func readThermometer() {
        var celsius: Double?
        do throws(ThermometerError) { celsius = try thermometer?.read() } catch { log.write(.debug, error.description) }
        engine.thermometerRead(celsius, at: oscillator.now)
    }
}
