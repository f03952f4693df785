import ClockDiscipline
import Linux
import NTPEngine
import NTPTime
import NetworkAddress
import RTCDevice
import RTCReference

/// Who wants the addresses of a name.
enum NamePurpose: Sendable {
    case source(SourceID)
    case restriction(RestrictedHosts.LineID)
}

/// A look-up for the resolver's thread.
struct NameJob: Sendable {
    var purpose: NamePurpose
    var host: String
    /// nil looks for both.
    var family: AddressFamily?

    /// The addresses; none if there are none or nobody could be asked.
    func answer() -> NameAnswer {
        do throws(ResolverError) {
            let found = try Resolver.resolve(host, family: family)
            let addresses = found.map {
                ResolvedAddress(address: $0.address, scope: $0.scope, referenceID: referenceID(of: $0.address))
            }
            return NameAnswer(purpose: purpose, addresses: addresses, failure: nil)
        } catch {
            return NameAnswer(purpose: purpose, addresses: [], failure: error.description)
        }
    }
}

struct NameAnswer: Sendable {
    var purpose: NamePurpose
    var addresses: [ResolvedAddress]
    var failure: String?
}

/// A job for the thread that owns the I2C bus.
enum RTCJob: Sendable {
    /// The engine's.
    case engine(RTCRequest)
    /// `tickover rtc read` and the like; `converting` measures the temperature before.
    case snapshot(converting: Bool)
    /// At the end: leave the chip as it was found.
    case close

    func perform(on device: RTCDevice) -> RTCOutcome {
        let before = device.squareWaveTrouble
        let result = result(on: device)
        let trouble = device.squareWaveTrouble
        return RTCOutcome(result: result, squareWave: trouble == before ? nil : trouble.map { .lost($0) } ?? .found)
    }

    private func result(on device: RTCDevice) -> RTCOutcome.Result {
        do throws(RTCTrouble) {
            switch self {
            case .engine(let request): return .engine(device.answer(to: request))
            case .snapshot(let converting): return .snapshot(.success(try device.snapshot(converting: converting)))
            case .close: try device.close()
            }
            return .closed(failure: nil)
        } catch {
            if case .snapshot = self { return .snapshot(.failure(error)) }
            return .closed(failure: error.description)
        }
    }
}

struct RTCOutcome: Sendable {
    enum Result: Sendable {
        case engine(RTCAnswer)
        case snapshot(Swift.Result<RTCSnapshot, RTCTrouble>)
        case closed(failure: String?)
    }

    /// What became of the square wave.
    enum SquareWaveNews: Sendable {
        case found
        /// The second is polled for; why.
        case lost(String)
    }

    var result: Result
    /// nil if nothing has changed.
    var squareWave: SquareWaveNews?
}
