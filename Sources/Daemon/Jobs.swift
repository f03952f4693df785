import ClockDiscipline
import Linux
import NTPEngine
import NTPTime
import NetworkAddress
import RTCDevice
import RTCReference

/// A look-up for the resolver's thread.
struct NameJob: Sendable {
    var source: SourceID
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
            return NameAnswer(source: source, addresses: addresses, failure: nil)
        } catch {
            return NameAnswer(source: source, addresses: [], failure: error.description)
        }
    }
}

struct NameAnswer: Sendable {
    var source: SourceID
    var addresses: [ResolvedAddress]
    var failure: String?
}

/// A job for the thread that owns the I2C bus.
enum RTCJob: Sendable {
    /// The engine's.
    case engine(RTCRequest)
    /// `tickover rtc read`.
    case snapshot

    func perform(on device: RTCDevice) -> RTCOutcome {
        switch self {
        case .engine(let request):
            do throws(RTCDeviceError) {
                switch request {
                case .sample(let prediction):
                    return .engine(.sample(try device.sample(expecting: prediction)))
                case .write(let timescale): return .engine(.written(try device.write(timescale)))
                case .trim(let aging): return .engine(.trimmed(try device.setAging(aging)))
                }
            } catch {
                return .engine(
                    .failure(of: request, reason: error.description, isTimeless: error.isTimeless)
                )
            }
        case .snapshot:
            do throws(RTCDeviceError) {
                return .snapshot(try device.snapshot())
            } catch {
                return .noSnapshot(reason: error.description)
            }
        }
    }
}

enum RTCOutcome: Sendable {
    case engine(RTCAnswer)
    case snapshot(RTCSnapshot)
    case noSnapshot(reason: String)
}
