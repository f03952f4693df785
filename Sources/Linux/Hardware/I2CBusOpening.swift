import CLinux
import HAL
import NTPTime

/// Why a bus cannot be used, in words that say what to do.
package enum I2COpenError: Error, Hashable, Sendable {
    /// There is no such device; `present` are the bus numbers that there are.
    case missing(path: String, present: [Int])
    case notPermitted(path: String)
    /// A kernel driver owns the address.
    case addressInUse(path: String, address: UInt8)
    case unusable(path: String, error: I2CError)
    case failed(LinuxError)
}

extension I2COpenError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing(let path, let present) where present.isEmpty:
            return "\(path): this machine has no I2C bus; enable it with dtparam=i2c_arm=on and load i2c-dev"
        case .missing(let path, let present):
            let buses = present.map { "/dev/i2c-\($0)" }.joined(separator: ", ")
            return "\(path): no such I2C bus; there are \(buses)"
        case .notPermitted(let path):
            return "\(path): permission denied; the user has to be in the group that owns it (i2c)"
        case .addressInUse(let path, let address):
            return "\(path): a kernel driver owns address 0x\(String(address, radix: 16)); "
                + "remove the line dtoverlay=i2c-rtc from config.txt"
        case .unusable(let path, let error): return "\(path): \(error.explanation)"
        case .failed(let error): return error.message
        }
    }
}

extension I2CError {
    /// For log lines.
    package var explanation: String {
        switch self {
        case .notAcknowledged: return "nobody acknowledged at this address"
        case .timedOut: return "the adapter timed out: a stuck line or a dead controller"
        case .arbitrationLost: return "another master won the bus"
        case .busFault: return "the bus is held low or faulty"
        case .addressInUse: return "a kernel driver owns the address"
        case .unsupported: return "the adapter cannot do this transfer"
        case .system(let code): return LinuxError(code: code, operation: "I2C").reason
        }
    }
}

extension LinuxI2CBus {
    /// Opens `/dev/i2c-number` for the device at `address`.
    ///
    /// - Parameters:
    ///   - timeout: after which the adapter gives a transfer up, in steps of 10 ms; the kernel's default is 1 s.
    ///   - retries: when another master wins the bus.
    package static func open(
        number: Int,
        claiming address: I2CAddress,
        timeout: NTPDuration = .milliseconds(100),
        retries: Int32 = 1
    ) throws(I2COpenError) -> LinuxI2CBus {
        let path = path(number)
        let steps = Int32(clamping: (Swift.max(timeout, .zero).nanoseconds + 9_999_999) / 10_000_000)
        let adapter: DeviceI2CAdapter
        do throws(LinuxError) {
            adapter = try DeviceI2CAdapter(path: path, timeout: Swift.max(1, steps), retries: retries)
        } catch {
            throw openError(error, path: path)
        }
        do throws(I2CError) {
            return try LinuxI2CBus(adapter: adapter, claiming: address)
        } catch .addressInUse {
            throw .addressInUse(path: path, address: address.rawValue)
        } catch {
            throw .unusable(path: path, error: error)
        }
    }

    private static func path(_ number: Int) -> String { "/dev/i2c-\(number)" }

    private static func openError(_ error: LinuxError, path: String) -> I2COpenError {
        switch error.code {
        case TKO_ENOENT, TKO_ENODEV, TKO_ENXIO: return .missing(path: path, present: presentBuses())
        case TKO_EACCES, TKO_EPERM: return .notPermitted(path: path)
        default: return .failed(error)
        }
    }

    private static func presentBuses() -> [Int] {
        (0..<32).filter { number in Self.path(number).withCString { tko_i2c_is_present($0) } == 1 }
    }
}
