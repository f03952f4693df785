import NTPEngine
import NTPTime

/// The client's clock at one moment.
package struct ScenarioSample: Equatable, Sendable {
    /// Since the scenario's start.
    package var time: NTPDuration
    package var state: HostState
    /// The clock less true time; nil while the machine is off.
    package var error: NTPDuration?
    /// Root delay / 2 + root dispersion as a reply carries them; nil while no time is served.
    package var bound: NTPDuration?
    /// The clock's rate less true time's since the last sample; nil where it was stepped.
    package var frequencyError: Frequency?

    package var isBroken: Bool {
        guard let error, let bound else { return false }
        return error.magnitude > bound
    }
}

package enum HostState: Equatable, Sendable {
    case off
    case running(SystemState.Kind)

    package var name: String {
        switch self {
        case .off: "off"
        case .running(.unsynchronised): "unsynchronised"
        case .running(.synchronised): "synchronised"
        case .running(.holdover): "holdover"
        case .running(.local): "local"
        }
    }
}
