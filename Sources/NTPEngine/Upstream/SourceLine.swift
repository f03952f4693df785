import NTPTime
import NetworkAddress

/// A configured source line and the associations that came of it.
struct SourceLine: Sendable {
    let id: SourceID
    let configuration: SourceConfiguration
    var associations: [AssociationID] = []
    /// Addresses that did not answer: others come first.
    var avoided: [IPAddress] = []
    var isResolving = false
    /// Why the last look-up found nothing.
    var failure: String?
    /// When the name is to be looked up (again); nil while there are enough associations.
    var nextLookup: MonotonicTime?
    private var retry = LookupRetry()

    init(id: SourceID, configuration: SourceConfiguration, firstLookup: MonotonicTime) {
        self.id = id
        self.configuration = configuration
        nextLookup = firstLookup
    }

    /// Whether its servers may come up soon: their names are being looked up, or that has failed only a few times.
    var isAwaited: Bool { associations.isEmpty && retry.failures < Self.patience }
    private static let patience = 4

    var wanted: Int { configuration.capacity - associations.count }

    /// A look-up ended without an address to use: try again, ever more slowly up to some minutes.
    mutating func retryLater(from now: MonotonicTime) {
        nextLookup = now + retry.fail()
    }

    /// Remembers the last few addresses that did not answer.
    mutating func avoid(_ address: IPAddress) { avoided = avoided.suffix(Self.avoidedLimit - 1) + [address] }

    private static let avoidedLimit = 16

    mutating func succeeded() {
        retry.reset()
        nextLookup = nil
    }
}
